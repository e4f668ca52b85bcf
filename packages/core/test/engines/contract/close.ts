/** How near two engines' numbers have to be. */
import { expect } from "vitest";

/**
 * What an engine may lose against the reference, in roundings of a float32 (2⁻²⁴ each) of the largest number compared.
 * Inputs are float32 on both sides, so only what happens between input and output counts.
 */
export interface Tolerance {
  readonly roundings: number;
}

const ROUNDING = 2 ** -24;

/** What any two orders of float64 sums may differ by, for identities that hold on paper only. */
const ROUNDING_FLOAT64 = 1e-13;

/** The largest difference, in units of the largest number (at least 1); infinite where only one of the two is finite. */
export function difference(mine: readonly number[], theirs: readonly number[]): number {
  const finite = theirs.filter((value) => Number.isFinite(value));
  const scale = finite.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  return mine.reduce((worst, value, n) => {
    if (Object.is(value, theirs[n]) || value === theirs[n]) return worst;
    const off = Math.abs(value - theirs[n]) / scale;
    return Number.isFinite(off) ? Math.max(worst, off) : Number.POSITIVE_INFINITY;
  }, 0);
}

/** Same shape, and as near as the tolerance says. */
export function expectClose(
  what: string,
  mine: readonly number[],
  theirs: readonly number[],
  { roundings }: Tolerance,
): void {
  expect(mine.length, what).toBe(theirs.length);
  const limit = Math.max(roundings * ROUNDING, ROUNDING_FLOAT64);
  const off = difference(mine, theirs);
  if (off <= limit) return;
  const at = mine.findIndex((value, n) => difference([value], [theirs[n]]) > limit);
  expect.fail(
    `${what}: off by ${off.toExponential(2)}, ${limit.toExponential(2)} allowed; ` +
      `at ${at} got ${mine[at]}, wanted ${theirs[at]}`,
  );
}

/** The same numbers, bit for bit (NaN is NaN whatever its payload). */
export function expectSameBits(
  what: string,
  mine: readonly number[],
  theirs: readonly number[],
): void {
  expect(mine.length, what).toBe(theirs.length);
  const at = mine.findIndex((value, n) => !Object.is(value, theirs[n]));
  if (at >= 0) expect.fail(`${what}: at ${at} got ${mine[at]}, wanted ${theirs[at]}`);
}
