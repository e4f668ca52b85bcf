import type { AnyTask, Trace } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";
import { answerInWords } from "../taskInputs.ts";
import { columnsOf } from "../typed.ts";

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
        ? {
            values: Float32Array.from(input.vectors),
            width: input.width,
            names: subject.family === "network" ? namesOf(subject.task, input.width) : null,
          }
        : null,
    top,
    surprisal: predictions?.surprisal ?? null,
    answer:
      subject.family === "network" && output && !("outputs" in output)
        ? answerInWords(subject.task, output, subject.value)
        : null,
  };
}

function namesOf(task: AnyTask, width: number): readonly string[] | null {
  const names =
    task.kind === "forecasting"
      ? forecastNames(task.config)
      : columnsOf(task).map((each) => each.name);
  return names.length === width ? names : null;
}

/** In the order in which a forecaster puts a step together. */
function forecastNames({
  inputs,
  calendar,
  relative,
  target,
}: Extract<AnyTask, { kind: "forecasting" }>["config"]): string[] {
  return [
    ...inputs.flatMap(({ name, kind, categories, indicator }) => [
      ...(kind === "number" ? [name] : categories.map((category) => `${name}: ${category}`)),
      ...(indicator ? [`${name} is missing`] : []),
    ]),
    ...calendar.flatMap((feature) => [`${feature}, sine`, `${feature}, cosine`]),
    ...(relative ? [`${target} less the last one`] : []),
  ];
}
