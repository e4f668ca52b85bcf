/** How the values of a signal lie over what it can be: whether a gate decides, or stands half open. */
import type { PlainSignal } from "./signals.ts";

export interface Histogram {
  readonly name: string;
  readonly caption: string;
  /** The ends: of what the signal can be where its equation says so, else its least and its greatest value. */
  readonly low: number;
  readonly high: number;
  /** Of the values that are numbers, from the lowest bin to the highest. They add up to 1; where there is none, all are 0. */
  readonly shares: Float64Array;
  /** Of all values, the share that are no numbers. */
  readonly nan: number;
}

/**
 * @param signal Every step and unit of it counts alike.
 * @param bins Of equal width. A value on an edge is the upper one's, and the last edge the last bin's.
 * @throws RangeError for a number of bins that is no whole number of 1 or more.
 */
export function histogram({ name, caption, range, values }: PlainSignal, bins = 20): Histogram {
  if (!Number.isSafeInteger(bins) || bins < 1) {
    throw new RangeError(`bins: expected a whole number of 1 or more, got ${bins}`);
  }
  const [low, high] = range ?? endsOf(values);
  const shares = new Float64Array(bins);
  let counted = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const bin = high > low ? Math.floor((bins * (value - low)) / (high - low)) : 0;
    shares[Math.max(0, Math.min(bins - 1, bin))]++;
    counted++;
  }
  if (counted > 0) for (let bin = 0; bin < bins; bin++) shares[bin] /= counted;
  const nan = values.length > 0 ? 1 - counted / values.length : 0;
  return { name, caption, low, high, shares, nan };
}

function endsOf(values: ArrayLike<number>): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    if (Number.isNaN(values[index])) continue;
    low = Math.min(low, values[index]);
    high = Math.max(high, values[index]);
  }
  return low <= high ? [low, high] : [0, 0];
}
