/** Inverted dropout: what is kept is scaled up, so that nothing changes at inference. */
import { type Key, uniform } from "../../numbers/random.ts";
import type { DropoutSpec, Operation, Span, Tensor } from "../engine.ts";
import { forEachRow, noTraining } from "./rows.ts";

export function dropout(spec: DropoutSpec, memory: Float64Array): Operation {
  const { input, output, rate, key, training } = spec;
  const width = input.width;

  /** to = from · mask / (1 − rate); the mask is drawn anew, the same for values and their gradients. */
  const apply = (from: Tensor, to: Tensor, span: Span): void => {
    const stream: Key = [memory[key.offset], memory[key.offset + 1]];
    const scale = 1 / (1 - rate);
    forEachRow(span, (row) => {
      for (let u = 0; u < width; u++) {
        const kept = uniform(stream, row * width + u) >= rate;
        const value = memory[from.offset + row * from.stride + u];
        memory[to.offset + row * to.stride + u] = kept ? value * scale : 0;
      }
    });
  };

  return {
    prepare() {},
    forward(span) {
      apply(input, output, span);
    },
    backward(span) {
      if (!training) return noTraining("dropout");
      apply(training.outputGradient, training.inputGradient, span);
    },
    /** It learns nothing. */
    gradients() {
      if (!training) noTraining("dropout");
    },
  };
}
