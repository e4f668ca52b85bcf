/**
 * How near a written sequence is to what it should be: exact match and edit distance. Characters are Unicode code points.
 */
import { type Sums, sumsOf } from "./sums.ts";

/** Whether a text is, character for character, one of those that are right. */
export function exactMatch(prediction: string, references: readonly string[]): boolean {
  return references.includes(prediction);
}

/**
 * The fewest insertions, deletions and substitutions of one element that make `b` of `a`.
 * V. I. Levenshtein, Binary codes capable of correcting deletions, insertions, and reversals, Soviet Physics Doklady 10, 1966.
 *
 * @param a Elements are compared by ===: tokens, or the characters of `Array.from(text)`.
 */
export function editDistance<T>(a: ArrayLike<T>, b: ArrayLike<T>): number {
  // costs[j]: of making the first j of b from the first i of a.
  const costs = Int32Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = costs[0];
    costs[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const substituted = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1);
      diagonal = costs[j];
      costs[j] = Math.min(substituted, costs[j] + 1, costs[j - 1] + 1);
    }
  }
  return costs[b.length];
}

/**
 * Edit distances and lengths of the texts that are right, by example, to be read by `characterErrorRate`. Of several right texts the
 * one that is nearest in proportion to its length is taken.
 *
 * @param predictions One an example.
 * @param references One or more an example.
 * @throws RangeError where lengths differ or an example has no reference.
 */
export function characterErrorSums(
  predictions: readonly string[],
  references: readonly (readonly string[])[],
): Sums {
  checkReferences("characterErrorSums", predictions, references);
  const rows = predictions.map((prediction, i) => {
    const written = Array.from(prediction);
    let best: [distance: number, length: number] = [Number.POSITIVE_INFINITY, 1];
    for (const reference of references[i]) {
      const right = Array.from(reference);
      const distance = editDistance(written, right);
      const proportion = distance * best[1] - best[0] * right.length;
      if (best[0] === Number.POSITIVE_INFINITY || proportion < 0) best = [distance, right.length];
    }
    return best;
  });
  return sumsOf(rows, 2);
}

/**
 * Edits a character of the right text; may be above 1 where too much was written. Without a right character, 0 where nothing was
 * written, else infinite.
 *
 * @param sums Of `characterErrorSums`, added over examples.
 */
export function characterErrorRate(sums: ArrayLike<number>): number {
  return sums[0] === 0 ? 0 : sums[0] / sums[1];
}

/** @throws RangeError where there are not as many lists of references as predictions, or one is empty. */
export function checkReferences(
  where: string,
  predictions: readonly string[],
  references: readonly (readonly string[])[],
): void {
  if (references.length !== predictions.length) {
    throw new RangeError(
      `${where}: ${predictions.length} predictions need as many lists of references, got ${references.length}`,
    );
  }
  const without = references.findIndex((list) => list.length === 0);
  if (without >= 0) throw new RangeError(`${where}: example ${without} has no reference`);
}
