/**
 * The order of the pre-activations. All that one source feeds should lie side by side: then the stacked product writes one
 * stretch of memory. Pre-activations with the same sources are kept together, and the groups put in the order that leaves
 * the fewest gaps: x feeds n_x, r, z and h feeds r, z, n_h in the GRU of PyTorch.
 */

/** Every order is tried up to this many groups (720 orders); beyond, the groups stay as they come. */
const MOST_GROUPS = 6;

/**
 * @param sources For each sum, which sources feed it, in any order.
 * @returns The sums in their new order.
 */
export function orderSums(sources: readonly (readonly number[])[]): number[] {
  const groups = new Map<string, number[]>();
  sources.forEach((feeding, sum) => {
    const key = [...new Set(feeding)].sort((a, b) => a - b).join(" ");
    groups.set(key, [...(groups.get(key) ?? []), sum]);
  });
  let best = [...groups.values()];
  if (best.length > MOST_GROUPS) return best.flat();
  let fewest = Infinity;
  // Orders come nearest to the written one first, and a later one must be better to be taken.
  for (const order of permutations(best)) {
    const found = runs(order.flat(), sources);
    if (found >= fewest) continue;
    fewest = found;
    best = order;
  }
  return best.flat();
}

/** How many stretches of `order` the sources feed, all together. */
export function runs(order: readonly number[], sources: readonly (readonly number[])[]): number {
  let count = 0;
  order.forEach((sum, i) => {
    const before = i === 0 ? [] : sources[order[i - 1]];
    count += sources[sum].filter((source) => !before.includes(source)).length;
  });
  return count;
}

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const [i, item] of items.entries()) {
    const rest = items.filter((_, j) => j !== i);
    for (const order of permutations(rest)) yield [item, ...order];
  }
}
