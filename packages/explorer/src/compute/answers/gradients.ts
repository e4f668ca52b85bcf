import {
  CellstateError,
  createLanguageModel,
  type GradientFlow,
  gradientFlow,
  type NormsByDistance,
} from "@cellstate/core";
import type { Library, Subject } from "../library.ts";
import type { Answer, Ask, NormsOf, Read } from "../questions.ts";
import { toldItsAnswer } from "../taskInputs.ts";

/** Only a chrono bias asks for it. */
const CHRONO_STEPS = 50;

export function answerGradients(
  library: Library,
  { at: wanted, isUntrained, ...ask }: Ask<"gradients">,
): Answer<"gradients"> {
  const known = toldIfNeeded(library, ask);
  const subject = isUntrained ? untrained(known) : known;
  const { loss, at, layers } = flowFrom(subject, library, wanted);
  return {
    loss,
    at: at[0],
    layers: layers.map(({ place, states }) => ({
      place: place.name,
      cell: place.cell.name,
      states: states.map(({ name, isRead, path, ...whole }) => ({
        ...{ name, isRead, whole: normsOf(whole) },
        path: path && normsOf(path),
      })),
    })),
  };
}

/** What a person types has no target: a network that names things is then asked how sure it is of its own answer. */
function toldIfNeeded(library: Library, ask: Read): Subject {
  const subject = library.subject(ask);
  if (subject.family !== "network" || subject.input.examples.target !== null) return subject;
  const { output } = library.trace(ask);
  if (!output || "outputs" in output) return subject;
  const examples = toldItsAnswer(subject.task, output, subject.value);
  return examples ? { ...subject, input: { ...subject.input, examples } } : subject;
}

/** As `cellstate train` draws its first weights. */
function untrained(subject: Subject): Subject {
  if (subject.family !== "language") {
    throw new CellstateError("option", "only language models are shown before training");
  }
  const initial = {
    init: "default",
    forgetBias: null,
    chronoSteps: CHRONO_STEPS,
    seed: 1,
  } as const;
  return { ...subject, model: createLanguageModel(subject.model.config, initial) };
}

/** A step that has no loss of its own, as a text's last, gives way to the last that has one. */
function flowFrom(subject: Subject, library: Library, at: number | null): GradientFlow {
  try {
    return flow(subject, library, at ?? undefined);
  } catch (error) {
    if (at === null || !(error instanceof CellstateError) || error.code !== "option") throw error;
    return flow(subject, library, undefined);
  }
}

function flow(subject: Subject, { engine }: Library, at: number | undefined): GradientFlow {
  return gradientFlow(subject.model, engine, subject.input, { at });
}

function normsOf({ norms, verdict, rate, memoryLength, span }: NormsByDistance): NormsOf {
  return { norms, verdict, rate, memoryLength, span };
}
