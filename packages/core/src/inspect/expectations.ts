/**
 * How far two expectations of the next token are apart: the Jensen–Shannon divergence, ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = (p
 * + q)/2. J. Lin, Divergence Measures Based on the Shannon Entropy, IEEE Transactions on Information Theory 37, 1991. In
 * nats: 0 for equal ones, log 2 = 0.693 for those that have no token in common.
 */
import { exp, log } from "../numbers/portable.ts";
import type { Numbers, TracedPredictions } from "./signals.ts";

export interface MeasuredExpectations {
  /**
   * `all`: over the whole vocabulary. `top`: only the likeliest tokens are known, so those that both lists name are told
   * apart and the rest is taken together; the true divergence is then at least this.
   */
  readonly measured: "all" | "top";
  /** [steps], nats. */
  readonly divergence: Float64Array;
  readonly mean: number;
}

/** What could not be compared, with the reason in a line. */
export interface UnmeasuredExpectations {
  readonly measured: "none";
  readonly reason: string;
}

export type ExpectationComparison = MeasuredExpectations | UnmeasuredExpectations;

/** Compares what is expected after each of the first `steps` steps. Vocabularies must hold the same tokens, in whatever order. */
export function compareExpectations(
  first: TracedPredictions,
  second: TracedPredictions,
  steps: number,
): ExpectationComparison {
  const numbers = new Map(second.vocabulary.map((token, number) => [token, number]));
  const missing = first.vocabulary.filter((token) => !numbers.has(token));
  if (missing.length > 0 || numbers.size !== first.vocabulary.length) {
    const reason =
      `the vocabularies differ (${first.vocabulary.length} and ${second.vocabulary.length} tokens), ` +
      "so the predictions cannot be compared";
    return { measured: "none", reason };
  }
  const { probabilities: p } = first;
  const { probabilities: q } = second;
  const divergence = new Float64Array(steps);
  if (p && q) {
    const size = first.vocabulary.length;
    const others = first.vocabulary.map((token) => numbers.get(token) ?? 0);
    for (let t = 0; t < steps; t++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += halves(p[t * size + k], q[t * size + others[k]]);
      divergence[t] = Math.max(0, sum / 2);
    }
  } else {
    for (let t = 0; t < steps; t++) divergence[t] = leastDivergence(first, second, t);
  }
  const mean = divergence.reduce((total, value) => total + value, 0) / steps;
  return { measured: p && q ? "all" : "top", divergence, mean };
}

/** Of tokens known of both, and of all others as one: joining outcomes never makes the divergence larger. */
function leastDivergence(
  first: TracedPredictions,
  second: TracedPredictions,
  step: number,
): number {
  const others = new Map(
    second.top(step).map(({ token, probability }) => [token, probability] as const),
  );
  let [restOfP, restOfQ, sum] = [1, 1, 0];
  for (const { token, probability: p } of first.top(step)) {
    const q = others.get(token);
    if (q === undefined) continue;
    sum += halves(p, q);
    restOfP -= p;
    restOfQ -= q;
  }
  return Math.max(0, (sum + halves(Math.max(0, restOfP), Math.max(0, restOfQ))) / 2);
}

/** Between the softmax of two rows of logits. */
export function softmaxDivergence(
  logits: Numbers,
  first: number,
  second: number,
  size: number,
): number {
  return divergenceOf(softmaxOf(logits, first, size), softmaxOf(logits, second, size));
}

/** Between probabilities. */
export function divergenceOf(p: Numbers, q: Numbers): number {
  let sum = 0;
  for (let k = 0; k < p.length; k++) sum += halves(p[k], q[k]);
  return Math.max(0, sum / 2);
}

function softmaxOf(logits: Numbers, at: number, size: number): Float64Array {
  const row = Float64Array.from(logits.subarray(at, at + size));
  const most = row.reduce((a, b) => Math.max(a, b));
  const powers = row.map((logit) => exp(logit - most));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}

/** p·log(p/m) + q·log(q/m) */
function halves(p: number, q: number): number {
  const m = (p + q) / 2;
  return (p > 0 ? p * log(p / m) : 0) + (q > 0 ? q * log(q / m) : 0);
}
