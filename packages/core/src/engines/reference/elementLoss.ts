/** Mean squared error: losses[r] = Σ (y − target)² / N over a row of N outputs y. */
import type { ElementLossSpec, Operation } from "../engine.ts";
import { forEachRow, noTraining } from "./rows.ts";

export function elementLoss(spec: ElementLossSpec, memory: Float64Array): Operation {
  const { outputs, targets, losses, training } = spec;
  const N = outputs.width;

  return {
    prepare() {},

    forward(span) {
      forEachRow(span, (row) => {
        const y = outputs.offset + row * outputs.stride;
        const target = targets.offset + row * targets.stride;
        let sum = 0;
        for (let n = 0; n < N; n++) {
          const difference = memory[y + n] - memory[target + n];
          sum += difference * difference;
        }
        memory[losses.offset + row * losses.stride] = sum / N;
      });
    },

    // dy = 2 · (y − target) / N · scale; y and dy may be the same row.
    backward(span) {
      if (!training) return noTraining("elementLoss");
      const { scale, outputsGradient } = training;
      const factor = (2 * memory[scale.offset]) / N;
      forEachRow(span, (row) => {
        const y = outputs.offset + row * outputs.stride;
        const target = targets.offset + row * targets.stride;
        const dy = outputsGradient.offset + row * outputsGradient.stride;
        for (let n = 0; n < N; n++) memory[dy + n] = (memory[y + n] - memory[target + n]) * factor;
      });
    },

    /** It learns nothing. */
    gradients() {
      if (!training) noTraining("elementLoss");
    },
  };
}
