import type { Trace } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";
import { answerInWords } from "../taskInputs.ts";

export function answerRead(library: Library, ask: Ask<"read">): Answer<"read"> {
  const { labels, input, predictions, layers, outputLabels, output }: Trace = library.trace(ask);
  const subject = library.subject(ask);
  const steps = labels.length;
  const top = predictions && Array.from({ length: steps }, (_, step) => predictions.top(step));
  return {
    labels,
    outputLabels,
    steps,
    placeSteps: layers.map((layer) => Object.values(layer)[0]?.steps ?? 0),
    vectors:
      input.kind === "vectors"
        ? { values: Float32Array.from(input.vectors), width: input.width }
        : null,
    top,
    surprisal: predictions?.surprisal ?? null,
    answer:
      subject.family === "network" && output && !("outputs" in output)
        ? answerInWords(subject.task, output, subject.value)
        : null,
  };
}
