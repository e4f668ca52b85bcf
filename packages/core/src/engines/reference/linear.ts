/** output = input · W + b, with W as [K, N] or, transposed, as [N, K]. */
import type { LinearSpec, Operation, PlanSpec } from "../engine.ts";
import { holdWeights } from "./heldWeights.ts";
import { addColumnSums, clear, forAllRows, forEachRow, noTraining } from "./rows.ts";

export function linear(
  spec: LinearSpec,
  memory: Float64Array,
  plan: Pick<PlanSpec, "weights">,
): Operation {
  const { input, output, weight, transposed, bias, training } = spec;
  const K = input.width;
  const N = output.width;
  /** How far apart the weights of neighbouring k and of neighbouring n are. */
  const alongK = transposed ? 1 : weight.stride;
  const alongN = transposed ? weight.stride : 1;
  const held = holdWeights(memory, weight, transposed ? "rows" : "columns", plan.weights);

  return {
    prepare: held.prepare,

    forward(span) {
      forEachRow(span, (row) => {
        const x = input.offset + row * input.stride;
        const y = output.offset + row * output.stride;
        for (let n = 0; n < N; n++) {
          let sum = bias ? memory[bias.offset + n] : 0;
          const w = held.at + n * alongN;
          for (let k = 0; k < K; k++) sum += memory[x + k] * held.values[w + k * alongK];
          memory[y + n] = sum;
        }
      });
    },

    // dx = dy · Wᵀ
    backward(span) {
      if (!training) return noTraining("linear");
      const { outputGradient, inputGradient } = training;
      if (!inputGradient) return;
      forEachRow(span, (row) => {
        const dx = inputGradient.offset + row * inputGradient.stride;
        const dy = outputGradient.offset + row * outputGradient.stride;
        for (let k = 0; k < K; k++) {
          let sum = 0;
          const w = weight.offset + k * alongK;
          for (let n = 0; n < N; n++) sum += memory[dy + n] * memory[w + n * alongN];
          memory[dx + k] = sum;
        }
      });
    },

    // dW = xᵀ · dy, db = Σ dy
    gradients(span) {
      if (!training) return noTraining("linear");
      const { outputGradient, weightGradient, biasGradient, accumulate } = training;
      if (!accumulate) clear(memory, weightGradient);
      forAllRows(span, (row) => {
        const x = input.offset + row * input.stride;
        const dy = outputGradient.offset + row * outputGradient.stride;
        for (let k = 0; k < K; k++) {
          const dw = weightGradient.offset + k * alongK;
          for (let n = 0; n < N; n++) memory[dw + n * alongN] += memory[x + k] * memory[dy + n];
        }
      });
      if (!biasGradient) return;
      clear(memory, biasGradient);
      addColumnSums(memory, outputGradient, biasGradient, span);
    },
  };
}
