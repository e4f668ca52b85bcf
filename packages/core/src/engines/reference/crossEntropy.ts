/** Softmax with cross-entropy: losses[r] = log Σ exp(logits[r]) − logits[r][targets[r]]. */
import { exp, log } from "../../numbers/portable.ts";
import type { CrossEntropySpec, Operation } from "../engine.ts";
import { forEachRow, noTraining } from "./rows.ts";

/** A target that counts for nothing. */
const IGNORED = -1;

export function crossEntropy(spec: CrossEntropySpec, memory: Float64Array): Operation {
  const { logits, targets, losses, training } = spec;
  const V = logits.width;

  /** log Σ exp(z), with the largest z taken out so that nothing overflows. NaN comes through. */
  const logSumExp = (z: number): number => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let v = 0; v < V; v++) largest = Math.max(largest, memory[z + v]);
    let sum = 0;
    for (let v = 0; v < V; v++) sum += exp(memory[z + v] - largest);
    return largest + log(sum);
  };

  return {
    prepare() {},

    forward(span) {
      forEachRow(span, (row) => {
        const target = memory[targets.offset + row];
        const z = logits.offset + row * logits.stride;
        memory[losses.offset + row * losses.stride] =
          target === IGNORED ? 0 : logSumExp(z) - memory[z + target];
      });
    },

    // dz = (softmax(z) − one-hot) · scale; z and dz may be the same row.
    backward(span) {
      if (!training) return noTraining("crossEntropy");
      const { scale, logitsGradient } = training;
      const factor = memory[scale.offset];
      forEachRow(span, (row) => {
        const target = memory[targets.offset + row];
        const z = logits.offset + row * logits.stride;
        const dz = logitsGradient.offset + row * logitsGradient.stride;
        if (target === IGNORED) {
          memory.fill(0, dz, dz + V);
          return;
        }
        const total = logSumExp(z);
        for (let v = 0; v < V; v++) memory[dz + v] = exp(memory[z + v] - total) * factor;
        memory[dz + target] -= factor;
      });
    },

    /** It learns nothing. */
    gradients() {
      if (!training) noTraining("crossEntropy");
    },
  };
}
