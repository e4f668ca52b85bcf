import type { Trace } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

export function answerRead(library: Library, ask: Ask<"read">): Answer<"read"> {
  const { labels, input, predictions, layers, outputLabels }: Trace = library.trace(ask);
  const steps = labels.length;
  const top = predictions && Array.from({ length: steps }, (_, step) => predictions.top(step));
  return {
    labels,
    outputLabels,
    steps,
    placeSteps: layers.map((layer) => Object.values(layer)[0].steps),
    vectors:
      input.kind === "vectors"
        ? { values: Float32Array.from(input.vectors), width: input.width }
        : null,
    top,
    surprisal: predictions?.surprisal ?? null,
    answer: null,
  };
}
