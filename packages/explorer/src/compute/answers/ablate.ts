import { ablate } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

/** The units of a place by what holding each of them costs. */
export function answerAblate(
  library: Library,
  { place, signal, value, ...ask }: Ask<"ablate">,
): Answer<"ablate"> {
  const subject = library.subject(ask);
  const options = { layer: place, signal, value };
  const effects = ablate(subject.model, library.engine, subject.input, options);
  return effects.map(({ unit, increase, change }) => ({ unit, increase, change }));
}
