/**
 * A training workload on jax-js's wasm backend, jitted with its gradient and Adam.
 *
 *     node training.js WORKLOAD stepwise|whole TIMES
 */
import { readFileSync } from "node:fs";
import { defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { caseOf } from "../../cases.ts";
import { checkLosses } from "../../checks.ts";
import { measure } from "../../measure.ts";
import { lstm, slices } from "./lstm.js";

const [name, form, times] = process.argv.slice(2);
const of = caseOf(name);
const { B, T, I, H, L, O, task, learningRate } = of;
const options = { B, H, whole: form === "whole" };

await init("wasm");
defaultDevice("wasm");

/**
 * Its products fall to a tenth where a width does not divide by four, so 65 tokens become 68: columns of W and of the
 * one-hot that are never used, and outputs whose bias shuts them out of the softmax. The losses and updates stay as they were.
 */
const wide = (width) => (task === "forecast" ? width : Math.ceil(width / 4) * 4);
const SHUT = -1e9;
const WIDENED = { weight_ih_l0: [4 * H, wide(I)], weight_out: [wide(O), H], bias_out: [wide(O)] };
const shapes = Object.fromEntries(
  Object.entries(of.weights).map(([tensor, { shape }]) => [tensor, WIDENED[tensor] ?? shape]),
);

/** A tensor with its rows, and its number of rows, lengthened. */
function widened(data, [rowsBefore, columnsBefore = 1], shape, fill = 0) {
  const [rows, columns = 1] = shape;
  const result = new Float32Array(rows * columns).fill(fill);
  for (let r = 0; r < rowsBefore; r++) {
    result.set(data.subarray(r * columnsBefore, (r + 1) * columnsBefore), r * columns);
  }
  return np.array(result).reshape(shape);
}

let params = Object.fromEntries(
  Object.entries(of.weights).map(([tensor, { shape, data }]) => [
    tensor,
    widened(data, shape, shapes[tensor], tensor === "bias_out" ? SHUT : 0),
  ]),
);
const zeros = () => Object.fromEntries(Object.entries(shapes).map(([n, s]) => [n, np.zeros(s)]));
let first = zeros();
let second = zeros();

/** Softmax cross-entropy against tokens or classes, a mean over `rows`. */
const crossEntropy = (logits, wanted, rows) =>
  nn
    .logSoftmax(logits)
    .mul(nn.oneHot(wanted, wide(O)))
    .sum()
    .mul(-1 / rows);

function loss(p, inputs, wanted) {
  let flow = slices(inputs, T);
  if (task === "charlm") flow = flow.map((step) => nn.oneHot(step, wide(I)));
  for (let l = 0; l < L; l++) {
    const layer = {
      weightX: p[`weight_ih_l${l}`],
      weightH: p[`weight_hh_l${l}`],
      bias: p[`bias_l${l}`],
    };
    flow = lstm(flow, layer, options);
  }
  if (task !== "charlm") {
    for (const unread of flow.slice(0, -1)) unread.dispose();
    flow = flow.slice(-1);
  }
  const outputs = np.dot(np.concatenate(flow, 0), p.weight_out.transpose()).add(p.bias_out);
  if (task === "forecast")
    return np
      .square(outputs.sub(wanted))
      .sum()
      .mul(1 / B);
  return crossEntropy(outputs, wanted, flow.length * B);
}

/** corrections: 1/(1−β₁ᵏ) and 1/(1−β₂ᵏ) */
const train = jit((p, m, v, inputs, wanted, corrections) => {
  const read = Object.fromEntries(Object.entries(p).map(([tensor, array]) => [tensor, array.ref]));
  const [value, gradients] = valueAndGrad(loss)(read, inputs, wanted);
  const next = { p: {}, m: {}, v: {} };
  const correct1 = corrections.ref.slice(0);
  const correct2 = corrections.slice(1);
  for (const tensor of Object.keys(shapes)) {
    const g = gradients[tensor];
    const m1 = m[tensor].mul(0.9).add(g.ref.mul(0.1));
    const v1 = v[tensor].mul(0.999).add(g.ref.mul(g).mul(0.001));
    const up = m1.ref.mul(correct1.ref);
    const down = np.sqrt(v1.ref.mul(correct2.ref)).add(1e-8);
    next.p[tensor] = p[tensor].sub(up.div(down).mul(learningRate));
    next.m[tensor] = m1;
    next.v[tensor] = v1;
  }
  correct1.dispose();
  correct2.dispose();
  return [value, next.p, next.m, next.v];
});

const inputs =
  task === "charlm"
    ? np.array(of.inputs, { dtype: np.int32 })
    : widened(of.x, [T * B, I], [T * B, wide(I)]);
const wanted =
  task === "forecast"
    ? np.array(of.values).reshape([B, 1])
    : np.array(of.targets, { dtype: np.int32 });
let k = 0;

async function step() {
  k++;
  const corrections = np.array(new Float32Array([1 / (1 - 0.9 ** k), 1 / (1 - 0.999 ** k)]));
  let value;
  [value, params, first, second] = train(
    params,
    first,
    second,
    inputs.ref,
    wanted.ref,
    corrections,
  );
  return (await value.data())[0];
}

await checkLosses(name, "oneBias", step);
const packageFile = new URL("../node_modules/@jax-js/jax/package.json", import.meta.url);
await measure({
  version: JSON.parse(readFileSync(packageFile, "utf8")).version,
  times: Number(times),
  run: async (count) => {
    for (let n = 0; n < count; n++) await step();
  },
});
process.exit(0);
