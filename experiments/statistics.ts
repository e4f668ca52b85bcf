/** How sure one can be of a share or of a mean: intervals of 95 %. */
import type { Estimate } from "../packages/core/src/index.ts";

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959963984540054;
/** Two-sided 95 % of Student's t for 1 to 10 degrees of freedom. */
const T = [12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814];

/**
 * A share with Wilson's interval, which holds for few trials and for shares of 0 and 1 too.
 * E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927.
 */
export function wilson(successes: number, trials: number): Estimate {
  if (!(Number.isInteger(trials) && trials > 0 && successes >= 0 && successes <= trials)) {
    throw new RangeError(`wilson: expected 0 to trials successes, got ${successes} of ${trials}`);
  }
  const value = successes / trials;
  const scale = 1 + (Z * Z) / trials;
  const middle = (value + (Z * Z) / (2 * trials)) / scale;
  const half =
    (Z * Math.sqrt((value * (1 - value)) / trials + (Z * Z) / (4 * trials * trials))) / scale;
  return {
    value,
    low: successes === 0 ? 0 : middle - half,
    high: successes === trials ? 1 : middle + half,
  };
}

/** A mean with Student's interval: of values that scatter about evenly around it. NaN bounds for fewer than two. */
export function meanInterval(values: readonly number[]): Estimate {
  const { length } = values;
  if (length === 0) throw new RangeError("meanInterval: expected a value or more, got none");
  const value = mean(values);
  if (length < 2) return { value, low: Number.NaN, high: Number.NaN };
  const half = (tQuantile(length - 1) * standardDeviation(values)) / Math.sqrt(length);
  return { value, low: value - half, high: value + half };
}

/** Two-sided 95 %; from 11 degrees of freedom by Cornish and Fisher's expansion, within 2e-4. */
export function tQuantile(freedom: number): number {
  if (freedom <= T.length) return T[freedom - 1];
  const z2 = Z * Z;
  return (
    Z +
    (Z * (z2 + 1)) / (4 * freedom) +
    (Z * (5 * z2 * z2 + 16 * z2 + 3)) / (96 * freedom ** 2) +
    (Z * (3 * z2 ** 3 + 19 * z2 * z2 + 17 * z2 - 15)) / (384 * freedom ** 3)
  );
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample: divided by one less than their number. */
export function standardDeviation(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** `0.62 [0.44, 0.77]` */
export function estimateText(
  { value, low, high }: Estimate,
  show = (number: number) => number.toPrecision(3),
): string {
  const known = Number.isFinite(low) && Number.isFinite(high);
  return known ? `${show(value)} [${show(low)}, ${show(high)}]` : show(value);
}
