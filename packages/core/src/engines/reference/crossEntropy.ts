/** Softmax with cross-entropy: losses[r] = rowWeight · −Σ p · log softmax(logits[r]), p at the target 1 − ε + ε/V, elsewhere ε/V. */
import { exp, log } from "../../numbers/portable.ts";
import type { CrossEntropySpec, Operation } from "../engine.ts";
import { forEachRow, noTraining } from "./rows.ts";

/** A target that counts for nothing. */
const IGNORED = -1;

export function crossEntropy(spec: CrossEntropySpec, memory: Float64Array): Operation {
  const { logits, targets, losses, rowWeights, labelSmoothing = 0, training } = spec;
  const V = logits.width;
  const elsewhere = labelSmoothing / V;
  const weightOf = (row: number): number =>
    rowWeights ? memory[rowWeights.offset + row * rowWeights.stride] : 1;

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
        let loss = 0;
        if (target !== IGNORED) {
          const total = logSumExp(z);
          loss = (1 - labelSmoothing) * (total - memory[z + target]);
          if (elsewhere > 0)
            for (let v = 0; v < V; v++) loss += elsewhere * (total - memory[z + v]);
          loss *= weightOf(row);
        }
        memory[losses.offset + row * losses.stride] = loss;
      });
    },

    // dz = (softmax(z) − p) · rowWeight · scale; z and dz may be the same row.
    backward(span) {
      if (!training) return noTraining("crossEntropy");
      const { scale, logitsGradient } = training;
      forEachRow(span, (row) => {
        const target = memory[targets.offset + row];
        const factor = weightOf(row) * memory[scale.offset];
        const z = logits.offset + row * logits.stride;
        const dz = logitsGradient.offset + row * logitsGradient.stride;
        if (target === IGNORED) {
          memory.fill(0, dz, dz + V);
          return;
        }
        const total = logSumExp(z);
        for (let v = 0; v < V; v++) {
          memory[dz + v] = (exp(memory[z + v] - total) - elsewhere) * factor;
        }
        memory[dz + target] -= (1 - labelSmoothing) * factor;
      });
    },

    /** It learns nothing. */
    gradients() {
      if (!training) noTraining("crossEntropy");
    },
  };
}
