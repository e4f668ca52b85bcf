/**
 * How fast a row of norms falls: a straight line through their logarithms, by least squares.
 *
 * Only what was measured is fitted. Norms so small that their numbers have lost digits, or are none at all, end the span, and so do those that are
 * not finite; norms of nothing before the first that is something are passed over. The line is told with the span it is of.
 */
import { exp, log, pow } from "../numbers/portable.ts";

/** `unknown` where it cannot be told: of fewer than two norms that were measured, of norms that are no numbers, of nothing but rounding. */
export type DecayVerdict = "vanishing" | "exploding" | "carried" | "unknown";

export interface Decay {
  /** The factor a step: the slope of the line through log norms. NaN where fewer than two norms were measured; 0 where all behind the first are nothing. */
  readonly rate: number;
  /**
   * What the rate comes to over the span, or over ten steps where the span is shorter: `vanishing` where less than 1/10 is left, `exploding` where it
   * is more than 10 times as much, else `carried`. So × 0.7 a step vanishes, however short the text; × 0.98 is carried over 50 steps and vanishes
   * over 200. A row that ends in norms too small to be measured vanishes, one that ends in infinity explodes, whatever the line says.
   */
  readonly verdict: DecayVerdict;
  /** Steps until the norm is 1/e of what it was, −1 / ln rate; Infinity where it does not fall, NaN where no rate is known. */
  readonly memoryLength: number;
  /** Distances of the first and the last norm that the line is fitted to; null where there is none. */
  readonly span: { readonly from: number; readonly to: number } | null;
}

/** A change beyond this factor, or below its inverse, is no longer carried. */
export const CARRIED_WITHIN = 10;
/** Over fewer steps than this any change is small: what is asked is then what the rate comes to over so many. */
export const SHORTEST_SPAN = 10;

/** Float32 holds all its digits down to 1.2e-38, float64 to 2.2e-308; some steps above, so that sums of them do too. */
const SMALLEST = { float32: 1e-36, float64: 1e-300 } as const;

/** @param norms By distance. */
export function decayOf(norms: Float64Array, precision: "float32" | "float64"): Decay {
  const isMeasured = (norm: number): boolean =>
    norm > SMALLEST[precision] && norm < Number.POSITIVE_INFINITY;
  const from = norms.findIndex(isMeasured);
  if (from < 0) {
    const isInfinite = norms.includes(Number.POSITIVE_INFINITY);
    return isInfinite ? { ...NO_DECAY, verdict: "exploding" } : NO_DECAY;
  }
  let end = from;
  while (end < norms.length && isMeasured(norms[end])) end++;
  const span = { from, to: end - 1 };
  const next = end < norms.length ? norms[end] : null;
  const fades = next !== null && next <= SMALLEST[precision];
  const slope = slopeOf(norms, span);
  const rate = Number.isNaN(slope) && fades ? 0 : exp(slope);
  const verdict = verdictOf(rate, span.to - span.from, next, fades);
  return { rate, verdict, memoryLength: memoryLength(rate), span };
}

/** Of norms in which there is nothing to follow: no line, and no verdict. */
export const NO_DECAY: Decay = {
  ...{ rate: Number.NaN, memoryLength: Number.NaN, span: null },
  verdict: "unknown",
};

/** @param next The norm that ended the span; null where nothing did. */
function verdictOf(rate: number, steps: number, next: number | null, fades: boolean): DecayVerdict {
  if (fades) return "vanishing";
  if (next === Number.POSITIVE_INFINITY) return "exploding";
  if (next !== null || Number.isNaN(rate)) return "unknown";
  const change = pow(rate, Math.max(steps, SHORTEST_SPAN));
  if (change < 1 / CARRIED_WITHIN) return "vanishing";
  return change > CARRIED_WITHIN ? "exploding" : "carried";
}

/** Of log norms over distances; NaN for fewer than two. */
function slopeOf(norms: Float64Array, { from, to }: { from: number; to: number }): number {
  const count = to - from + 1;
  const middle = (from + to) / 2;
  let products = 0;
  let squares = 0;
  for (let d = from; d <= to; d++) {
    products += (d - middle) * log(norms[d]);
    squares += (d - middle) * (d - middle);
  }
  return count < 2 ? Number.NaN : products / squares;
}

function memoryLength(rate: number): number {
  if (rate === 0) return 0;
  return rate >= 1 ? Number.POSITIVE_INFINITY : -1 / log(rate);
}
