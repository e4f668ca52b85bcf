/**
 * How well classes are told apart: accuracy, precision, recall, F1, log loss.
 *
 *   precision = TP / (TP + FP),  recall = TP / (TP + FN),  F1 = 2 TP / (2 TP + FP + FN)
 *
 * C. J. van Rijsbergen, Information Retrieval, 1979, chapter 7. A quotient 0 / 0 counts as 0, as in scikit-learn with `zero_division=0`.
 */
import { log } from "../numbers/portable.ts";

/** How often which class was taken for which. */
export interface ConfusionMatrix {
  readonly classes: number;
  /** [true class, predicted class], row by row. */
  readonly counts: Float64Array;
}

/** One class against all others. */
export interface ClassScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Examples that are of this class. */
  readonly support: number;
  /** Examples that were taken for this class. */
  readonly predicted: number;
}

/**
 * Counts pairs of a true and a predicted class.
 *
 * @param truth Class of each example, 0 to below `classes`.
 * @param predicted As many.
 * @param sample Which examples to count, some perhaps more than once; each once where absent.
 * @throws RangeError where lengths differ or a class is not one of `classes`.
 */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
  sample?: ArrayLike<number>,
): ConfusionMatrix {
  sameLength("confusionMatrix", truth, predicted.length);
  const counts = new Float64Array(classes * classes);
  const count = sample?.length ?? truth.length;
  for (let n = 0; n < count; n++) {
    const i = sample?.[n] ?? n;
    checkClass("confusionMatrix: truth", truth[i], classes, i);
    checkClass("confusionMatrix: prediction", predicted[i], classes, i);
    counts[truth[i] * classes + predicted[i]]++;
  }
  return { classes, counts };
}

/** The share of examples whose class was found; NaN without examples. */
export function accuracy({ classes, counts }: ConfusionMatrix): number {
  let all = 0;
  let right = 0;
  for (const count of counts) all += count;
  for (let k = 0; k < classes; k++) right += counts[k * classes + k];
  return right / all;
}

/** Precision, recall and F1 of every class, those that never occur included (all 0). */
export function classScores({ classes, counts }: ConfusionMatrix): ClassScores[] {
  const scores: ClassScores[] = [];
  for (let k = 0; k < classes; k++) {
    let support = 0;
    let predicted = 0;
    for (let other = 0; other < classes; other++) {
      support += counts[k * classes + other];
      predicted += counts[other * classes + k];
    }
    const right = counts[k * classes + k];
    scores.push({
      precision: quotient(right, predicted),
      recall: quotient(right, support),
      f1: quotient(2 * right, support + predicted),
      support,
      predicted,
    });
  }
  return scores;
}

/**
 * The plain mean of the classes' F1, rare classes counting as much as frequent ones. Classes that occur neither in the truth nor
 * in the predictions are left out (scikit-learn's `average="macro"`). NaN without examples.
 */
export function macroF1(confusion: ConfusionMatrix): number {
  let sum = 0;
  let occurring = 0;
  for (const { f1, support, predicted } of classScores(confusion)) {
    if (support + predicted === 0) continue;
    sum += f1;
    occurring++;
  }
  return sum / occurring;
}

/** Probabilities below this count as this, so that one certain error does not make the mean infinite. 2⁻⁵², as in scikit-learn. */
export const LEAST_PROBABILITY = Number.EPSILON;

/**
 * The mean of −log p(true class), nats; NaN without examples.
 *
 * @param truth Class of each example.
 * @param probabilities [examples, classes], row by row; each row adds up to 1.
 * @throws RangeError where lengths differ or a class is not one of `classes`.
 */
export function logLoss(
  truth: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): number {
  sameLength("logLoss", truth, probabilities.length / classes);
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    checkClass("logLoss: truth", truth[i], classes, i);
    sum -= log(Math.max(probabilities[i * classes + truth[i]], LEAST_PROBABILITY));
  }
  return sum / truth.length;
}

function quotient(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sameLength(where: string, truth: ArrayLike<number>, predictions: number): void {
  if (truth.length !== predictions) {
    throw new RangeError(
      `${where}: ${truth.length} true classes need as many predictions, got ${predictions}`,
    );
  }
}

function checkClass(where: string, value: number, classes: number, example: number): void {
  if (!(Number.isInteger(value) && value >= 0 && value < classes)) {
    throw new RangeError(`${where} of example ${example} is ${value}, wanted 0 to ${classes - 1}`);
  }
}
