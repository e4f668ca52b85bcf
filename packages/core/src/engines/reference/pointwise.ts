/** The pointwise operations of a cell, a loop over its units each. */
import type { PointwiseOp } from "../../cells/program.ts";
import { exp, log, sigmoid, tanh } from "../../numbers/portable.ts";

/** `width` numbers of an array, from `at`. */
export interface Place {
  readonly values: Float64Array;
  at: number;
}

/** to = op(a, b), element by element; operations of one argument are given it twice. */
export function applyPointwise(
  op: PointwiseOp,
  to: Place,
  a: Place,
  b: Place,
  width: number,
): void {
  const y = to.values;
  const x = a.values;
  const z = b.values;
  const i = to.at;
  const j = a.at;
  const k = b.at;
  switch (op) {
    case "add":
      for (let u = 0; u < width; u++) y[i + u] = x[j + u] + z[k + u];
      break;
    case "sub":
      for (let u = 0; u < width; u++) y[i + u] = x[j + u] - z[k + u];
      break;
    case "mul":
      for (let u = 0; u < width; u++) y[i + u] = x[j + u] * z[k + u];
      break;
    case "masked":
      for (let u = 0; u < width; u++) y[i + u] = z[k + u] === 0 ? 0 : x[j + u] * z[k + u];
      break;
    case "div":
      for (let u = 0; u < width; u++) y[i + u] = x[j + u] / z[k + u];
      break;
    case "max":
      for (let u = 0; u < width; u++) y[i + u] = Math.max(x[j + u], z[k + u]);
      break;
    case "min":
      for (let u = 0; u < width; u++) y[i + u] = Math.min(x[j + u], z[k + u]);
      break;
    case "greater":
      for (let u = 0; u < width; u++) y[i + u] = x[j + u] > z[k + u] ? 1 : 0;
      break;
    case "neg":
      for (let u = 0; u < width; u++) y[i + u] = -x[j + u];
      break;
    case "abs":
      for (let u = 0; u < width; u++) y[i + u] = Math.abs(x[j + u]);
      break;
    case "relu":
      for (let u = 0; u < width; u++) y[i + u] = Math.max(x[j + u], 0);
      break;
    case "sigmoid":
      for (let u = 0; u < width; u++) y[i + u] = sigmoid(x[j + u]);
      break;
    case "tanh":
      for (let u = 0; u < width; u++) y[i + u] = tanh(x[j + u]);
      break;
    case "exp":
      for (let u = 0; u < width; u++) y[i + u] = exp(x[j + u]);
      break;
    case "log":
      for (let u = 0; u < width; u++) y[i + u] = log(x[j + u]);
      break;
    case "sqrt":
      for (let u = 0; u < width; u++) y[i + u] = Math.sqrt(x[j + u]);
      break;
    default:
      throw new TypeError(`unknown pointwise operation "${op satisfies never}"`);
  }
}
