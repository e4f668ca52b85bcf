import { type Walk, walk } from "@cellstate/core";
import type { Library } from "../library.ts";
import type { Answer, Ask } from "../questions.ts";

export function answerWalk(library: Library, ask: Ask<"walk">): Answer<"walk"> {
  const subject = library.subject(ask);
  const options = { layer: ask.place, step: ask.step, overrides: ask.edits };
  const walked: Walk = walk(subject.model, library.engine, subject.input, options);
  return walked.nodes;
}
