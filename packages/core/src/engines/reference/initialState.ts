/** The rows before a cell's first step: s[0] of sequence b is source[b], or for all of them the one row that is learned. */
import type { InitialStateSpec, Operation } from "../engine.ts";
import { clear, noTraining } from "./rows.ts";

export function initialState(spec: InitialStateSpec, memory: Float64Array): Operation {
  const { source, shared, state, training } = spec;
  const { width } = state;
  return {
    prepare() {},
    forward({ batch, from, to }) {
      for (let b = from; b < to; b++) {
        const at = source.offset + (shared ? 0 : b * source.stride);
        const before = state.offset + (b - batch) * state.stride;
        for (let u = 0; u < width; u++) memory[before + u] = memory[at + u];
      }
    },
    backward({ from, to }) {
      if (!training) return noTraining("initialState");
      if (shared) return;
      const { stateGradient, sourceGradient } = training;
      for (let b = from; b < to; b++) {
        const at = stateGradient.offset + b * stateGradient.stride;
        const into = sourceGradient.offset + b * sourceGradient.stride;
        for (let u = 0; u < width; u++) memory[into + u] = memory[at + u];
      }
    },
    gradients({ batch }) {
      if (!training) return noTraining("initialState");
      if (!shared) return;
      const { stateGradient, sourceGradient } = training;
      clear(memory, sourceGradient);
      for (let b = 0; b < batch; b++) {
        const at = stateGradient.offset + b * stateGradient.stride;
        for (let u = 0; u < width; u++) memory[sourceGradient.offset + u] += memory[at + u];
      }
    },
  };
}
