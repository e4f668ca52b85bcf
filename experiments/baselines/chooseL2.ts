/**
 * A logistic regression whose L2 is chosen on a validation part of the examples to learn from, then fitted to all of them. Test data have
 * no part in it.
 */
import { confusionMatrix, macroF1 } from "../../packages/core/src/metrics/classification.ts";
import {
  balancedWeights,
  fitLogisticRegression,
  type LogisticRegression,
  predictClasses,
} from "./logisticRegression.ts";
import { chooseRows, type SparseRows } from "./sparseRows.ts";

export interface Trial {
  readonly l2: number;
  /** Macro-F1 on the validation part. */
  readonly macroF1: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface Chosen {
  readonly l2: number;
  readonly model: LogisticRegression;
  readonly trials: readonly Trial[];
}

export interface ChooseOptions {
  /** Rows to judge by, and those to learn from meanwhile. */
  readonly validation: { readonly training: Int32Array; readonly held: Int32Array };
  /** Every class counts alike, or every example. */
  readonly weighted: boolean;
  readonly grid: readonly number[];
}

/** From the strongest L2 to the weakest, each fit beginning where the last one ended. Of equal scores the stronger wins. */
export function chooseL2(
  rows: SparseRows,
  labels: Int32Array,
  classes: number,
  { validation, weighted, grid }: ChooseOptions,
): Chosen {
  const learnt = chooseRows(rows, validation.training);
  const judged = chooseRows(rows, validation.held);
  const learntLabels = validation.training.map((i) => labels[i]);
  const judgedLabels = validation.held.map((i) => labels[i]);
  const weightsOf = (some: Int32Array) => (weighted ? balancedWeights(some, classes) : undefined);

  const trials: Trial[] = [];
  const fitted = new Map<number, Float64Array>();
  let start: Float64Array | undefined;
  for (const l2 of grid.toSorted((a, b) => b - a)) {
    const { minimum, weights, ...model } = fitLogisticRegression(learnt, learntLabels, classes, {
      l2,
      exampleWeights: weightsOf(learntLabels),
      start,
    });
    const predicted = predictClasses({ ...model, minimum, weights }, judged);
    const score = macroF1(confusionMatrix(judgedLabels, predicted, classes));
    const { iterations, converged } = minimum;
    trials.push({ l2, macroF1: score, iterations, converged });
    fitted.set(l2, weights);
    start = weights;
  }
  const best = trials.reduce((a, b) => (b.macroF1 > a.macroF1 ? b : a));
  const model = fitLogisticRegression(rows, labels, classes, {
    l2: best.l2,
    exampleWeights: weightsOf(labels),
    start: fitted.get(best.l2),
  });
  return { l2: best.l2, model, trials };
}
