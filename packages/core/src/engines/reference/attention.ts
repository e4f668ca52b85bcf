/**
 * output[s, b] = Σ_t a_t · values[t, b] with a = softmax of the scores e_t of queries[s, b] and keys[t, b]: q·k, or v·tanh(q + k).
 * Backward, with δ_t = dO·values[t]: de_t = a_t · (δ_t − Σ a·δ), and from there through the scores.
 */
import { exp, tanh } from "../../numbers/portable.ts";
import {
  type AttentionSpec,
  type Operation,
  type PlanSpec,
  type Span,
  stepsAlong,
} from "../engine.ts";
import { clear, noTraining } from "./rows.ts";

export function attention(
  spec: AttentionSpec,
  memory: Float64Array,
  plan: Pick<PlanSpec, "steps" | "outputSteps" | "batch">,
): Operation {
  const { queries, keys, values, vector, lengths, weights, output, training } = spec;
  const K = queries.width;
  const V = values.width;
  const capacity = stepsAlong(spec.over, plan) * plan.batch;
  /** ∂L/∂ scores, [S·B, T], for the vector's gradient. */
  const scoreGradients = training && vector ? new Float64Array(capacity * plan.steps) : null;

  /** Steps of the source of sequence b. */
  const lengthOf = (b: number, { steps, sourceSteps = steps }: Span): number =>
    lengths ? Math.min(memory[lengths.offset + b], sourceSteps) : sourceSteps;

  /** Where rows of sequence b begin: of the operation's step s, and of the source's step t. */
  const at = (
    { offset, stride }: { offset: number; stride: number },
    t: number,
    b: number,
    { batch }: Span,
  ) => offset + (t * batch + b) * stride;

  const dot = (x: number, y: number, width: number): number => {
    let sum = 0;
    for (let u = 0; u < width; u++) sum += memory[x + u] * memory[y + u];
    return sum;
  };

  const score = (q: number, k: number): number => {
    if (!vector) return dot(q, k, K);
    let sum = 0;
    for (let u = 0; u < K; u++)
      sum += memory[vector.offset + u] * tanh(memory[q + u] + memory[k + u]);
    return sum;
  };

  /** e^(e − max) / Σ, in place over a row of scores. */
  const softmax = (a: number, length: number): void => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let t = 0; t < length; t++) largest = Math.max(largest, memory[a + t]);
    let sum = 0;
    for (let t = 0; t < length; t++) {
      memory[a + t] = exp(memory[a + t] - largest);
      sum += memory[a + t];
    }
    for (let t = 0; t < length; t++) memory[a + t] /= sum;
  };

  return {
    prepare() {},

    forward(span) {
      const { start = 0, steps, from, to } = span;
      for (let s = start; s < steps; s++) {
        for (let b = from; b < to; b++) {
          const length = lengthOf(b, span);
          const q = at(queries, s, b, span);
          const a = at(weights, s, b, span);
          const o = at(output, s, b, span);
          memory.fill(0, a, a + weights.width);
          for (let t = 0; t < length; t++) memory[a + t] = score(q, at(keys, t, b, span));
          softmax(a, length);
          for (let u = 0; u < V; u++) {
            let sum = 0;
            for (let t = 0; t < length; t++)
              sum += memory[a + t] * memory[at(values, t, b, span) + u];
            memory[o + u] = sum;
          }
        }
      }
    },

    // Step after step from the last; keys' and values' gradients collect what each adds.
    backward(span) {
      if (!training) return noTraining("attention");
      const { outputGradient, queriesGradient, keysGradient, valuesGradient } = training;
      const { start = 0, steps, axisSteps = steps, sourceSteps = steps, batch, from, to } = span;
      if (steps === axisSteps) {
        for (let t = 0; t < sourceSteps; t++) {
          for (let b = from; b < to; b++) {
            memory.fill(0, at(keysGradient, t, b, span), at(keysGradient, t, b, span) + K);
            memory.fill(0, at(valuesGradient, t, b, span), at(valuesGradient, t, b, span) + V);
          }
        }
      }
      for (let s = steps - 1; s >= start; s--) {
        for (let b = from; b < to; b++) {
          const length = lengthOf(b, span);
          const q = at(queries, s, b, span);
          const a = at(weights, s, b, span);
          const dq = at(queriesGradient, s, b, span);
          const dO = at(outputGradient, s, b, span);
          memory.fill(0, dq, dq + K);
          let mean = 0;
          for (let t = 0; t < length; t++) {
            mean += memory[a + t] * dot(dO, at(values, t, b, span), V);
          }
          for (let t = 0; t < length; t++) {
            const weight = memory[a + t];
            const dE = weight * (dot(dO, at(values, t, b, span), V) - mean);
            if (scoreGradients) scoreGradients[(s * batch + b) * plan.steps + t] = dE;
            const k = at(keys, t, b, span);
            const dk = at(keysGradient, t, b, span);
            const dv = at(valuesGradient, t, b, span);
            for (let u = 0; u < V; u++) memory[dv + u] += weight * memory[dO + u];
            for (let u = 0; u < K; u++) {
              if (vector) {
                const y = tanh(memory[q + u] + memory[k + u]);
                const dx = dE * memory[vector.offset + u] * (1 - y * y);
                memory[dq + u] += dx;
                memory[dk + u] += dx;
              } else {
                memory[dq + u] += dE * memory[k + u];
                memory[dk + u] += dE * memory[q + u];
              }
            }
          }
        }
      }
    },

    // dv = Σ de · tanh(q + k) over all steps, sequences and steps of the source.
    gradients(span) {
      if (!training) return noTraining("attention");
      const { vectorGradient } = training;
      if (!vectorGradient || !scoreGradients) return;
      clear(memory, vectorGradient);
      const { steps, batch } = span;
      for (let s = 0; s < steps; s++) {
        for (let b = 0; b < batch; b++) {
          const q = at(queries, s, b, span);
          for (let t = 0; t < lengthOf(b, span); t++) {
            const k = at(keys, t, b, span);
            const dE = scoreGradients[(s * batch + b) * plan.steps + t];
            for (let u = 0; u < K; u++) {
              memory[vectorGradient.offset + u] += dE * tanh(memory[q + u] + memory[k + u]);
            }
          }
        }
      }
    },
  };
}
