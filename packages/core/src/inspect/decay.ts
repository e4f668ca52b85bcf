/**
 * How fast a row of norms falls: a straight line through their logarithms, by least squares.
 *
 * Only what was measured is fitted. Norms so small that their numbers have lost digits, or are none at all, end the span, and so do those that are
 * not finite; norms of nothing before the first that is something are passed over. The line is told with the span it is of.
 */
import { exp, log, pow } from "../numbers/portable.ts";

export interface Decay {
  /** The factor a step: the slope of the line through log norms. NaN where fewer than two norms were measured; 0 where all behind the first are nothing. */
  readonly rate: number;
  /**
   * What the line says of the whole span: `vanishing` where it falls below 1/100 of its beginning, `exploding` where it rises above 100 times that, else
   * `carried`. A row that ends in norms too small to be measured vanishes, one that ends in infinity explodes, whatever the line says.
   */
  readonly verdict: "vanishing" | "exploding" | "carried";
  /** Steps until the norm is 1/e of what it was, −1 / ln rate; Infinity where it does not fall, NaN where no rate is known. */
  readonly memoryLength: number;
  /** Distances of the first and the last norm that the line is fitted to; null where there is none. */
  readonly span: { readonly from: number; readonly to: number } | null;
}

/** A fitted change over the whole span beyond this factor, or below its inverse, is no longer carried. */
export const CARRIED_WITHIN = 100;

/** Float32 holds all its digits down to 1.2e-38, float64 to 2.2e-308; some steps above, so that sums of them do too. */
const SMALLEST = { float32: 1e-36, float64: 1e-300 } as const;

/** @param norms By distance. */
export function decayOf(norms: Float64Array, precision: "float32" | "float64"): Decay {
  const isMeasured = (norm: number): boolean =>
    norm > SMALLEST[precision] && norm < Number.POSITIVE_INFINITY;
  const from = norms.findIndex(isMeasured);
  if (from < 0) {
    const isNothing = norms.length > 0 && norms.every((norm) => norm <= SMALLEST[precision]);
    const verdict = isNothing || norms.length === 0 ? "vanishing" : "exploding";
    return { rate: Number.NaN, verdict, memoryLength: Number.NaN, span: null };
  }
  let end = from;
  while (end < norms.length && isMeasured(norms[end])) end++;
  const span = { from, to: end - 1 };
  const fades = end < norms.length && norms[end] <= SMALLEST[precision];
  const slope = slopeOf(norms, span);
  const rate = Number.isNaN(slope) && fades ? 0 : exp(slope);
  const change = pow(rate, span.to - span.from);
  const rises = end < norms.length && !fades;
  const verdict =
    rises || change > CARRIED_WITHIN
      ? "exploding"
      : fades || change < 1 / CARRIED_WITHIN
        ? "vanishing"
        : "carried";
  return { rate, verdict, memoryLength: memoryLength(rate), span };
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
