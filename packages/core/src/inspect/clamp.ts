/** What changes where signals are held: loss, predictions and outputs, free and held, of one input. */
import type { Engine } from "../engines/engine.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { NetworkState } from "../models/carriedStates.ts";
import { type Clamp, heldIn, hold, placeClamps } from "./held.ts";
import type { Outcome } from "./subject.ts";
import { type InputOf, type InspectedModel, subjectOf } from "./subjects.ts";

export interface ClampOptions {
  /** Likely next tokens that are kept a step, of a language model. @default 5 */
  readonly top?: number;
  /** What the states begin with; not for a network. @default the equations' initial state */
  readonly state?: NetworkState;
  /** In place of the model's weights. @default the model's */
  readonly weights?: Stretch;
}

export interface ClampEffect {
  /** One a step of the input. */
  readonly labels: readonly string[];
  readonly free: Outcome;
  readonly held: Outcome;
  /** By how much the loss is greater where signals are held; null where there is none. */
  readonly increase: number | null;
}

const WINDOW = 64;

/**
 * Runs an input twice, side by side: free, and with signals held at values.
 *
 * A loss is there where a target is: for language models the next token. A network that writes tokens, and is told none, writes twice.
 *
 * @throws As `trace`.
 * @example clamp(model, engine, text, [{ signal: "f", value: 1 }]).increase
 */
export function clamp<M extends InspectedModel>(
  model: M,
  engine: Engine,
  input: InputOf<M>,
  clamps: readonly Clamp[],
  { top = 5, ...options }: ClampOptions = {},
): ClampEffect {
  const subject = subjectOf(model, input);
  const placed = placeClamps(subject.places, clamps);
  const plan = subject.plan(engine, {
    ...options,
    rows: 2,
    window: WINDOW,
    observe: (place) => ({
      signals: [],
      gradients: [],
      memory: false,
      held: heldIn(placed, place),
    }),
  });
  hold(plan, 1, placed);
  const readers = [0, 1].map((row) => plan.reader(row, { top }));
  for (const window of plan.windows()) {
    for (const reader of readers) reader.take(window);
  }
  const [free, held] = readers.map((reader) => reader.finish());
  const increase = free.loss === null || held.loss === null ? null : held.loss - free.loss;
  return { labels: subject.labels, free, held, increase };
}
