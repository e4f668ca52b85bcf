/**
 * Multinomial logistic regression, the linear classifier that a network must beat to be worth its name.
 *
 *   p(k | x) = softmax(W x + b)ₖ,   minimise  Σ wᵢ · −log p(yᵢ | xᵢ) / Σ wᵢ + l2 / 2 · ‖W‖²
 *
 * The minimum is the only one, so neither seed nor starting point matters. The bias b is not held back.
 */
import { exp, log } from "../../packages/core/src/numbers/portable.ts";
import { lbfgs, type Minimum } from "./lbfgs.ts";
import type { SparseRows } from "./sparseRows.ts";

export interface LogisticRegression {
  readonly classes: number;
  /** [columns + 1, classes]: W transposed, and below it b. */
  readonly weights: Float64Array;
  /** How the search ended. */
  readonly minimum: Minimum;
}

export interface LogisticOptions {
  readonly l2: number;
  /** wᵢ, all 1 where absent. */
  readonly exampleWeights?: Float64Array;
  /** Where to begin: weights of a model on the same columns. Zeros where absent. */
  readonly start?: Float64Array;
  /** Ends where no part of the gradient is larger. @default 3e-6 */
  readonly tolerance?: number;
  /** @default 500 */
  readonly iterations?: number;
}

/** @param labels Class of each row, 0 to below `classes`. */
export function fitLogisticRegression(
  rows: SparseRows,
  labels: Int32Array,
  classes: number,
  { l2, exampleWeights, start, tolerance = 3e-6, iterations = 500 }: LogisticOptions,
): LogisticRegression {
  const { count, columns, starts, indices, values } = rows;
  const weights = start?.slice() ?? new Float64Array((columns + 1) * classes);
  const held = columns * classes;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += exampleWeights?.[i] ?? 1;

  const row = new Float64Array(classes);
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    let value = 0;
    gradient.fill(0);
    for (let n = 0; n < held; n++) {
      value += (l2 / 2) * x[n] * x[n];
      gradient[n] = l2 * x[n];
    }
    for (let i = 0; i < count; i++) {
      const share = (exampleWeights?.[i] ?? 1) / sum;
      scores(rows, i, x, row);
      value -= share * logSoftmax(row, labels[i]);
      // ∂/∂scores = p − 1(true class)
      row[labels[i]] -= 1;
      for (let k = 0; k < classes; k++) {
        row[k] *= share;
        gradient[held + k] += row[k];
      }
      for (let e = starts[i]; e < starts[i + 1]; e++) {
        const at = indices[e] * classes;
        const entry = values[e];
        for (let k = 0; k < classes; k++) gradient[at + k] += entry * row[k];
      }
    }
    return value;
  };
  const minimum = lbfgs(objective, weights, { tolerance, iterations });
  return { classes, weights, minimum };
}

/** @returns [rows, classes]: each row adds up to 1. */
export function probabilities(model: LogisticRegression, rows: SparseRows): Float64Array {
  const { classes, weights } = model;
  const all = new Float64Array(rows.count * classes);
  for (let i = 0; i < rows.count; i++) {
    const row = all.subarray(i * classes, (i + 1) * classes);
    scores(rows, i, weights, row);
    logSoftmax(row, 0);
  }
  return all;
}

/** The class of highest probability of each row; of equal ones the first. */
export function predictClasses(model: LogisticRegression, rows: SparseRows): Int32Array {
  const { classes } = model;
  const all = probabilities(model, rows);
  return Int32Array.from({ length: rows.count }, (_, i) => {
    const row = all.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
}

/** Example weights with which every class counts alike: count / (classes · examples of the class). */
export function balancedWeights(labels: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]++;
  return Float64Array.from(labels, (label) => labels.length / (classes * counts[label]));
}

/** W x + b of one row, into `into`. */
function scores(rows: SparseRows, i: number, weights: Float64Array, into: Float64Array): void {
  const { columns, starts, indices, values } = rows;
  const classes = into.length;
  for (let k = 0; k < classes; k++) into[k] = weights[columns * classes + k];
  for (let e = starts[i]; e < starts[i + 1]; e++) {
    const at = indices[e] * classes;
    const entry = values[e];
    for (let k = 0; k < classes; k++) into[k] += entry * weights[at + k];
  }
}

/** Makes probabilities of scores, in place. @returns log p(label). */
function logSoftmax(row: Float64Array, label: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const score of row) most = Math.max(most, score);
  const distance = row[label] - most;
  let sum = 0;
  for (let k = 0; k < row.length; k++) {
    row[k] = exp(row[k] - most);
    sum += row[k];
  }
  for (let k = 0; k < row.length; k++) row[k] /= sum;
  return distance - log(sum);
}
