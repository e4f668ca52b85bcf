/**
 * How a decoder writes: the likeliest token at each step (greedy), the best of several sequences pursued side by side (beam search),
 * or tokens drawn by chance.
 *
 * A beam's hypotheses are compared by log p divided by ((5 + length) / 6)^α, so that long ones are not at a disadvantage (Wu et al.
 * 2016, arXiv:1609.08144, equation 14).
 */
import type { ExampleBatch } from "../data/batches.ts";
import type { Examples, WrittenOutput } from "../data/examples.ts";
import type { Tensor } from "../engines/engine.ts";
import { exp, log } from "../numbers/portable.ts";
import { streamKey, uniform } from "../numbers/random.ts";
import { Beam, type Hypothesis } from "./beam.ts";
import { writeExamples } from "./networkBatch.ts";
import type { NetworkPlan } from "./networkPlan.ts";
import { Sampler, type SamplingOptions } from "./sampling.ts";

export interface WritingOptions {
  /** Tokens at most, the end's included: what is longer is cut off. */
  readonly mostSteps: number;
  /** Hypotheses pursued side by side; 1 is greedy. @default 1 */
  readonly beamSize?: number;
  /** α of the length normalisation; 0 compares plain log p. @default 1 */
  readonly lengthPenalty?: number;
  /** Tokens that are never written: the start, what stands for unknown words. @default none */
  readonly banned?: readonly number[];
  /** Draws tokens by chance in place of the likeliest; needs a beam of 1. @default none */
  readonly sampling?: SamplingOptions & { readonly seed: number };
}

/** @param size Tokens that there are. @throws RangeError for an option out of range. */
export function checkWriting(
  { mostSteps, beamSize = 1, lengthPenalty = 1, banned = [], sampling }: WritingOptions,
  size: number,
): void {
  for (const [name, count] of Object.entries({ mostSteps, beamSize })) {
    if (!(Number.isSafeInteger(count) && count >= 1)) {
      throw new RangeError(`${name}: expected a whole number of 1 or more, got ${count}`);
    }
  }
  if (!(lengthPenalty >= 0 && Number.isFinite(lengthPenalty))) {
    throw new RangeError(`lengthPenalty: expected a number of 0 or more, got ${lengthPenalty}`);
  }
  if (sampling && beamSize > 1) {
    throw new RangeError(`beamSize: expected 1 with sampling, got ${beamSize}`);
  }
  const unknown = banned.find((token) => !(Number.isInteger(token) && token >= 0 && token < size));
  if (unknown !== undefined) {
    throw new RangeError(`banned: expected tokens from 0 to ${size - 1}, got ${unknown}`);
  }
  if (new Set(banned).size === size) {
    throw new RangeError(`banned: all ${size} tokens; leave one to write`);
  }
}

/** Writes for each example of a batch; the plan has room for beamSize rows an example, and `checkWriting` lets the options pass. */
export function writeBatch(
  plan: NetworkPlan,
  examples: Examples,
  batch: ExampleBatch,
  options: WritingOptions,
): WrittenOutput[] {
  const { output } = plan.network.config.ports;
  const { decoder } = plan;
  if (output.kind !== "tokens" || !decoder?.tokens) {
    throw new TypeError("this network does not write tokens");
  }
  const { beamSize = 1, lengthPenalty = 1, mostSteps } = options;
  const { numbers, integers } = plan.compiled;
  const rows = batch.count * beamSize;
  const extent = { batch: rows, steps: batch.steps };
  // The rows of an example's hypotheses stand side by side, and all read the same input.
  const repeated = {
    ...batch,
    examples: Int32Array.from({ length: rows }, (_, r) => batch.examples[Math.floor(r / beamSize)]),
    count: rows,
  };
  writeExamples(plan, { ...examples, target: null }, repeated);
  plan.encode({ ...extent, outputSteps: 0 });

  const draw = options.sampling ? drawing(output.size, options.sampling) : null;
  const beams = Array.from(
    { length: batch.count },
    () => new Beam(beamSize, output.end, (length) => normaliser(length, lengthPenalty)),
  );
  const steps: Float32Array[][] = [];
  const tokensAt = decoder.tokens.offset;
  integers.fill(output.start, tokensAt, tokensAt + rows);
  const logits = new Float64Array(output.size);
  const [{ outputs }] = plan.heads;
  for (let step = 0; step < mostSteps; step++) {
    plan.decode({ ...extent, outputStart: step, outputSteps: step + 1 });
    if (decoder.attention) steps.push(readWeights(plan, decoder.attention, step, repeated));
    let isOver = true;
    const parents = Int32Array.from({ length: rows }, (_, r) => r);
    for (const [i, beam] of beams.entries()) {
      if (beam.isDone) continue;
      const next = beam.advance((k) => {
        const row = step * rows + i * beamSize + k;
        const at = outputs.offset + row * outputs.stride;
        logSoftmax(numbers, at, logits, options.banned);
        if (!draw) return { logits, only: null };
        return { logits, only: draw(logits, batch.examples[i], step) };
      });
      next.forEach(({ parent, token }, k) => {
        parents[i * beamSize + k] = i * beamSize + parent;
        if (step + 1 < mostSteps) integers[tokensAt + (step + 1) * rows + i * beamSize + k] = token;
      });
      if (!beam.isDone) isOver = false;
    }
    if (isOver || step + 1 === mostSteps) break;
    // Rows of beams that are done are told something all the same.
    beams.forEach((beam, i) => {
      if (!beam.isDone) return;
      const at = tokensAt + (step + 1) * rows + i * beamSize;
      integers.fill(output.end, at, at + beamSize);
    });
    if (beamSize > 1) reorderStates(plan, step, rows, parents);
  }
  return beams.map((beam, i) => {
    const best = beam.best();
    return {
      tokens: best.tokens.filter((token) => token !== output.end),
      ended: best.tokens.at(-1) === output.end,
      logProbability: best.logProbability,
      attention: decoder.attention
        ? attentionOf(best, steps, i * beamSize, examples.input.steps(batch.examples[i]))
        : null,
    };
  });
}

/** ((5 + length) / 6)^α */
function normaliser(length: number, alpha: number): number {
  return exp(alpha * log((5 + length) / 6));
}

/** A token by chance, a function of the example, the step and the seed alone. */
function drawing(size: number, { seed, ...options }: SamplingOptions & { readonly seed: number }) {
  const sampler = new Sampler(size, options);
  return (logits: Float64Array, example: number, step: number): number =>
    sampler.draw(logits, uniform(streamKey(seed, "writing", example), step));
}

/** to[v] = log softmax of the row at `at`, over the tokens that are not banned. */
function logSoftmax(
  numbers: Float32Array | Float64Array,
  at: number,
  to: Float64Array,
  banned: readonly number[] = [],
): void {
  for (let v = 0; v < to.length; v++) to[v] = numbers[at + v];
  for (const token of banned) to[token] = Number.NEGATIVE_INFINITY;
  const most = to.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let v = 0; v < to.length; v++) sum += exp(to[v] - most);
  const whole = most + log(sum);
  for (let v = 0; v < to.length; v++) to[v] -= whole;
}

/** The decoder's states after a step go to the rows of the hypotheses that go on from them. */
function reorderStates(plan: NetworkPlan, step: number, rows: number, parents: Int32Array): void {
  const { numbers } = plan.compiled;
  for (const { states } of plan.decoder?.layers ?? []) {
    for (const { offset, stride } of states) {
      const start = offset + step * rows * stride;
      const before = numbers.slice(start, start + rows * stride);
      parents.forEach((parent, row) => {
        if (parent === row) return;
        const from = before.subarray(parent * stride, (parent + 1) * stride);
        numbers.set(from, start + row * stride);
      });
    }
  }
}

/** Where each row looked at a step. */
function readWeights(
  plan: NetworkPlan,
  { offset, stride }: Tensor,
  step: number,
  { count, steps }: ExampleBatch,
): Float32Array[] {
  return Array.from({ length: count }, (_, row) => {
    const at = offset + (step * count + row) * stride;
    return Float32Array.from(plan.compiled.numbers.subarray(at, at + steps));
  });
}

/** [tokens with the end, source]: what the winning hypothesis looked at. */
function attentionOf(
  { rows }: Hypothesis,
  steps: readonly (readonly Float32Array[])[],
  firstRow: number,
  source: number,
): Float32Array {
  const weights = new Float32Array(rows.length * source);
  rows.forEach((row, step) => {
    weights.set(steps[step][firstRow + row].subarray(0, source), step * source);
  });
  return weights;
}
