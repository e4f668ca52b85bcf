import { clamp, type Outcome } from "@cellstate/core";
import type { Library, Subject } from "../library.ts";
import type { Answer, Ask, ClampedOutcome } from "../questions.ts";
import { answerInWords } from "../taskInputs.ts";

const TOP = 5;

export function answerClamp(library: Library, { clamps, ...ask }: Ask<"clamp">): Answer<"clamp"> {
  const subject = library.subject(ask);
  const options = { top: TOP };
  const { labels, free, held, increase } = clamp(
    subject.model,
    library.engine,
    subject.input,
    clamps,
    options,
  );
  return {
    labels,
    increase,
    free: outcomeOf(subject, free, labels.length),
    held: outcomeOf(subject, held, labels.length),
  };
}

function outcomeOf(
  subject: Subject,
  { loss, predictions, output }: Outcome,
  steps: number,
): ClampedOutcome {
  return {
    loss,
    top: predictions && Array.from({ length: steps }, (_, step) => predictions.top(step)),
    answer:
      subject.family === "network" && output && !("outputs" in output)
        ? answerInWords(subject.task, output, subject.value)
        : null,
  };
}
