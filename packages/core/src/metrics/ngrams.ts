/** Counted n-grams: stretches of n neighbouring characters or words. */

/** How often each n-gram occurs; words in it are parted by spaces, characters by nothing. */
export function countNgrams(
  elements: readonly string[],
  n: number,
  separator: "" | " ",
): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= elements.length; i++) {
    const ngram = elements.slice(i, i + n).join(separator);
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** How many n-grams of `a` are found in `b`, none more often than it occurs there. */
export function countCommon(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): number {
  let common = 0;
  for (const [ngram, count] of a) common += Math.min(count, b.get(ngram) ?? 0);
  return common;
}
