/** A state after the last step of each sequence: output[b] = s[length of b], the initial state where that is 0. */
import type { FinalStateSpec, Operation } from "../engine.ts";
import { noTraining } from "./rows.ts";

export function finalState(spec: FinalStateSpec, memory: Float64Array): Operation {
  const { state, lengths, output, training } = spec;
  const { width } = state;
  return {
    prepare() {},
    forward(span) {
      const { batch, from, to, sourceSteps = span.steps } = span;
      for (let b = from; b < to; b++) {
        const length = lengths ? memory[lengths.offset + b] : sourceSteps;
        const last = state.offset + ((length - 1) * batch + b) * state.stride;
        const into = output.offset + b * output.stride;
        for (let u = 0; u < width; u++) memory[into + u] = memory[last + u];
      }
    },
    backward({ from, to }) {
      if (!training) return noTraining("finalState");
      const { outputGradient, stateGradient } = training;
      for (let b = from; b < to; b++) {
        const at = outputGradient.offset + b * outputGradient.stride;
        const into = stateGradient.offset + b * stateGradient.stride;
        for (let u = 0; u < width; u++) memory[into + u] = memory[at + u];
      }
    },
    /** It learns nothing. */
    gradients() {
      if (!training) noTraining("finalState");
    },
  };
}
