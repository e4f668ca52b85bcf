/** A state after the last step of each sequence, and the gradient of it to where the cell looks for it. */
import type { FinalStateSpec, Operation } from "../engine.ts";
import type { Linked } from "./compile.ts";
import { noTraining } from "./spans.ts";

export function finalState(spec: FinalStateSpec): (linked: Linked) => Operation {
  const { state, lengths, output, training } = spec;

  return ({ numbers, integers }) => ({
    prepare() {},
    forward(span) {
      const { batch, from, to, sourceSteps = span.steps } = span;
      for (let b = from; b < to; b++) {
        const length = lengths ? integers[lengths.offset + b] : sourceSteps;
        // Of length 0: the row before the first step.
        const last = state.offset + ((length - 1) * batch + b) * state.stride;
        numbers.copyWithin(output.offset + b * output.stride, last, last + state.stride);
      }
    },
    backward({ from, to }) {
      if (!training) return noTraining("finalState");
      const { outputGradient, stateGradient } = training;
      const first = outputGradient.offset + from * outputGradient.stride;
      const end = outputGradient.offset + to * outputGradient.stride;
      numbers.copyWithin(stateGradient.offset + from * stateGradient.stride, first, end);
    },
    /** It learns nothing. */
    gradients() {
      if (!training) noTraining("finalState");
    },
  });
}
