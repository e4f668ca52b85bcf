/**
 * Gradients against central differences: (L(w + ε) − L(w − ε)) / 2ε, one number after another, in float64.
 *
 * The differences are themselves off by about ε²/6·L‴ and by rounding, 1e-16·|L|/ε: at ε = 1e-5 some 1e-10 each. An error is
 * therefore taken relative to the gradient's size, but never to less than a thousandth of the largest gradient seen.
 */

/** Numbers that are moved, and what is claimed of their gradients. */
export interface GradientGroup {
  /** As it is reported: `W_f`, `x`, `c[0]`. */
  readonly what: string;
  /** Memory that `evaluate` reads. Each number is moved and put back. */
  readonly values: Float64Array;
  /** Which of `values` belong to the group. */
  readonly positions: readonly number[];
  /** ∂L/∂ of each position, in their order. */
  readonly analytic: ArrayLike<number>;
}

export interface GradientCheckSettings {
  /** ε. @default 1e-5 */
  readonly epsilon?: number;
  /** Largest relative error that passes. @default 1e-6 */
  readonly tolerance?: number;
}

/** The gradient that was furthest off. */
export interface WorstGradient {
  readonly what: string;
  /** Its place in the group. */
  readonly index: number;
  readonly analytic: number;
  readonly numeric: number;
}

export interface GradientReport {
  /** Infinity where a gradient or a difference is not finite. */
  readonly maxRelativeError: number;
  /** Null where there was nothing to check. */
  readonly worst: WorstGradient | null;
  readonly passed: boolean;
  /** How many gradients were checked. */
  readonly count: number;
}

/** A gradient is never judged against less than this share of the largest. */
const FLOOR = 1e-3;

/** @param evaluate The loss at what `values` hold now; it must depend on nothing else. */
export function checkGradients(
  evaluate: () => number,
  groups: readonly GradientGroup[],
  { epsilon = 1e-5, tolerance = 1e-6 }: GradientCheckSettings = {},
): GradientReport {
  const pairs = groups.flatMap(({ what, values, positions, analytic }) =>
    positions.map((position, index): WorstGradient => {
      const held = values[position];
      values[position] = held + epsilon;
      const above = evaluate();
      values[position] = held - epsilon;
      const below = evaluate();
      values[position] = held;
      // What was really added and taken off, after rounding.
      const distance = held + epsilon - (held - epsilon);
      return { what, index, analytic: analytic[index], numeric: (above - below) / distance };
    }),
  );

  const largest = pairs.reduce(
    (m, { analytic: a, numeric: n }) => Math.max(m, finite(a), finite(n)),
    0,
  );
  let maxRelativeError = 0;
  let worst: WorstGradient | null = null;
  for (const pair of pairs) {
    const error = relativeError(pair, largest);
    if (worst && error <= maxRelativeError) continue;
    maxRelativeError = error;
    worst = pair;
  }
  const passed = maxRelativeError <= tolerance;
  return { maxRelativeError, worst, passed, count: pairs.length };
}

function finite(value: number): number {
  return Number.isFinite(value) ? Math.abs(value) : 0;
}

function relativeError({ analytic, numeric }: WorstGradient, largest: number): number {
  const difference = Math.abs(analytic - numeric);
  if (difference === 0) return 0;
  if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
  return difference / Math.max(Math.abs(analytic), Math.abs(numeric), FLOOR * largest);
}
