/**
 * chrF2: an F-score over character n-grams, n = 1 … 6, with recall weighted four times as much as precision (β = 2).
 *
 *   chrF = 100 · (1 + β²) P R / (β² P + R),   P and R the means over n of matched / written and matched / right n-grams
 *
 * M. Popović, chrF: character n-gram F-score for automatic MT evaluation, WMT 2015; and as sacreBLEU 2 computes it (its signature:
 * nc:6|nw:0|space:no|eff:yes): white space removed, counts added over all examples before the formula, only those n counted
 * for which both sides have n-grams. For a corpus; of several references the one with the best score is taken, example by example.
 */
import { countCommon, countNgrams } from "./ngrams.ts";
import { type Sums, sumsOf } from "./sums.ts";
import { checkReferences } from "./text.ts";

const ORDERS = 6;
const BETA_SQUARED = 4;

/**
 * Counted n-grams by example, to be read by `chrf`.
 *
 * @param predictions One an example.
 * @param references One or more an example.
 * @throws RangeError where lengths differ or an example has no reference.
 */
export function chrfSums(
  predictions: readonly string[],
  references: readonly (readonly string[])[],
): Sums {
  checkReferences("chrfSums", predictions, references);
  const rows = predictions.map((prediction, i) => {
    const written = ngramsOf(prediction);
    let best: number[] = [];
    let bestScore = -1;
    for (const reference of references[i]) {
      const counts = matches(written, ngramsOf(reference));
      const score = chrf(counts);
      if (score > bestScore) {
        best = counts;
        bestScore = score;
      }
    }
    return best;
  });
  return sumsOf(rows, 3 * ORDERS);
}

/** @param sums Of `chrfSums`, added over examples. @returns 0 to 100. */
export function chrf(sums: ArrayLike<number>): number {
  let precision = 0;
  let recall = 0;
  let orders = 0;
  for (let at = 0; at < 3 * ORDERS; at += 3) {
    const written = sums[at];
    const right = sums[at + 1];
    if (written === 0 || right === 0) continue;
    precision += sums[at + 2] / written;
    recall += sums[at + 2] / right;
    orders++;
  }
  if (precision + recall === 0) return 0;
  precision /= orders;
  recall /= orders;
  return (100 * (1 + BETA_SQUARED) * precision * recall) / (BETA_SQUARED * precision + recall);
}

/** The n-grams of a text, by n − 1. */
function ngramsOf(text: string): Map<string, number>[] {
  const characters = Array.from(text.replace(/\s+/gu, ""));
  return Array.from({ length: ORDERS }, (_, n) => countNgrams(characters, n + 1, ""));
}

/** For each n: n-grams written (none where the right text is too short to have any), right, and in both. */
function matches(written: Map<string, number>[], right: Map<string, number>[]): number[] {
  return written.flatMap((counts, n) => {
    const all = countAll(right[n]);
    return [all === 0 ? 0 : countAll(counts), all, countCommon(counts, right[n])];
  });
}

function countAll(counts: ReadonlyMap<string, number>): number {
  let all = 0;
  for (const count of counts.values()) all += count;
  return all;
}
