/** What `findUnits` reads: inputs of any model with a label a step, in one part that chooses units and one that scores them. */
import { cutText } from "../data/vocabulary.ts";
import { CellstateError } from "../errors.ts";
import { LanguageModel } from "../models/languageModel.ts";
import { RandomStream, streamKey } from "../numbers/random.ts";
import { encodeText } from "./encodeText.ts";
import {
  checkLabels,
  type Predicate,
  predicateSteps,
  type StepLabels,
  type StepPredicate,
} from "./predicates.ts";
import type { Subject } from "./subject.ts";
import { type InspectedInput, type InspectedModel, subjectOf } from "./subjects.ts";
import { LabelledStretch } from "./unitScores.ts";

/** An input as the model reads it; of a text also its own words. */
export interface ReadInput {
  readonly subject: Subject;
  readonly words: readonly string[] | null;
}

export function readInput(model: InspectedModel, input: InspectedInput, name: string): ReadInput {
  if (!(model instanceof LanguageModel)) return { subject: subjectOf(model, input), words: null };
  if (typeof input !== "string") {
    const subject = subjectOf(model, input);
    return { subject, words: subject.labels };
  }
  const subject = subjectOf(model, encodeText(model, input, name));
  return { subject, words: Array.from(cutText(input, model.vocabulary.kind)) };
}

export function readLabels(
  read: readonly ReadInput[],
  given: Predicate | StepPredicate | StepLabels,
  nameOf: (input: number) => string,
): Float64Array[] {
  if (typeof given !== "function" && given.length !== read.length) {
    throw new CellstateError(
      "data",
      `labels: got ${given.length} lists for ${read.length} inputs; give one an input`,
    );
  }
  return read.map(({ subject, words }, i) => {
    const unit = words ? "token" : "step";
    const about = { of: nameOf(i), count: words?.length ?? subject.steps, unit } as const;
    const nameStep = words ? (t: number) => `token ${t}, ${JSON.stringify(words[t])}` : undefined;
    if (typeof given !== "function")
      return checkLabels(given[i], { by: "the list", ...about }, nameStep);
    // Overloads give a predicate of texts to language models, and of steps to all others.
    const label = given as (told: unknown, input: number) => ArrayLike<number | boolean>;
    const labels = label(words ?? predicateSteps(subject.input, subject.labels), i);
    return checkLabels(labels, { by: "the predicate", ...about }, nameStep);
  });
}

/** A stretch of an input of one part. */
export interface Placed {
  readonly input: number;
  readonly stretch: LabelledStretch;
}

/** Of labels of which each stands there twice, the first half chooses and the second scores. */
export function inTwoCopies(labels: readonly Float64Array[]): {
  readonly choosing: readonly Placed[];
  readonly scoring: readonly Placed[];
} {
  const placed = labels.map((of, input) => ({
    input,
    stretch: new LabelledStretch(of, 0, of.length),
  }));
  const half = labels.length / 2;
  return { choosing: placed.slice(0, half), scoring: placed.slice(half) };
}

/**
 * A single input in two halves. Of several, the first chooses and the second scores; all others go, in a random order, to the part that
 * has less so far: in their own order, classes that stand by turns would each come into one part.
 */
export function inTwoParts(
  labels: readonly Float64Array[],
  seed: number,
): {
  choosing: Placed[];
  scoring: Placed[];
} {
  if (labels.length === 1) {
    const [of] = labels;
    const middle = of.length >> 1;
    return {
      choosing: [{ input: 0, stretch: new LabelledStretch(of, 0, middle) }],
      scoring: [{ input: 0, stretch: new LabelledStretch(of, middle, of.length) }],
    };
  }
  const parts: { readonly placed: Placed[]; steps: number }[] = [
    { placed: [], steps: 0 },
    { placed: [], steps: 0 },
  ];
  const random = new RandomStream(streamKey(seed, "find-units-parts"));
  const order = Array.from(labels.keys());
  for (let k = order.length - 1; k > 2; k--) {
    const other = 2 + random.integer(k - 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  for (const input of order) {
    const of = labels[input];
    const part = parts[parts[1].steps < parts[0].steps ? 1 : 0];
    part.placed.push({ input, stretch: new LabelledStretch(of, 0, of.length) });
    part.steps += of.length;
  }
  return { choosing: parts[0].placed, scoring: parts[1].placed };
}

/** @throws CellstateError `data` for a part that has the same label throughout. */
export function checkVaries(placed: readonly Placed[], toDo: string): void {
  const first = placed.find(({ stretch }) => stretch.known.length > 0)?.stretch.known[0];
  if (placed.some(({ stretch }) => stretch.known.some((label) => label !== first))) return;
  const what =
    first === undefined ? "there is no label" : `the label is ${first} at all labelled steps`;
  throw new CellstateError(
    "data",
    `${what} of the part of the input that is to ${toDo}; give longer inputs, or others`,
  );
}
