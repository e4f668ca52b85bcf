/** output[r] = table[tokens[r]]: one learned row a token. */
import type { EmbeddingSpec, Operation } from "../engine.ts";
import { clear, forAllRows, forEachRow, noTraining } from "./rows.ts";

export function embedding(spec: EmbeddingSpec, memory: Float64Array): Operation {
  const { tokens, table, output, training } = spec;
  return {
    prepare() {},

    forward(span) {
      forEachRow(span, (row) => {
        const from = table.offset + memory[tokens.offset + row] * table.stride;
        const to = output.offset + row * output.stride;
        for (let e = 0; e < table.width; e++) memory[to + e] = memory[from + e];
      });
    },

    /** Tokens have no gradient. */
    backward() {
      if (!training) noTraining("embedding");
    },

    gradients(span) {
      if (!training) return noTraining("embedding");
      const { outputGradient, tableGradient } = training;
      clear(memory, tableGradient);
      forAllRows(span, (row) => {
        const from = outputGradient.offset + row * outputGradient.stride;
        const to = tableGradient.offset + memory[tokens.offset + row] * tableGradient.stride;
        for (let e = 0; e < table.width; e++) memory[to + e] += memory[from + e];
      });
    },
  };
}
