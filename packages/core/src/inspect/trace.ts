/** What happened inside: the named signals of every recurrent layer, at every step of one input, as plain data. */
import type { Engine } from "../engines/engine.ts";
import type { Observation } from "../layers/observation.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { NetworkState } from "../models/carriedStates.ts";
import type { LanguageModel } from "../models/languageModel.ts";
import type { Network } from "../models/network.ts";
import type { RecurrentNetwork } from "../models/recurrentNetwork.ts";
import { type Clamp, heldIn, hold, placeClamps } from "./held.ts";
import { chooseKept, type Kept, type KeptSignal, SignalKeeper } from "./kept.ts";
import type { LanguageTraceWindow, Trace, TraceWindow } from "./signals.ts";
import type { Subject, SubjectPlan } from "./subject.ts";
import {
  type ExampleInput,
  type InspectedInput,
  type InspectedModel,
  type LanguageInput,
  subjectOf,
  type VectorInput,
} from "./subjects.ts";

export interface TraceOptions {
  /** Which layers, signals and units are kept; what is not, takes no memory. @default all */
  readonly keep?: Kept;
  /** What is held meanwhile. @default nothing */
  readonly clamp?: readonly Clamp[];
  /** Likely next tokens that are kept a step, of a language model. @default 5 */
  readonly top?: number;
  /** Whether a language model's probabilities are all kept. @default false */
  readonly probabilities?: boolean;
  /** What the states begin with, [1, units] each: where another run ended. Not for a network. @default the equations' initial state */
  readonly state?: NetworkState;
  /** In place of the model's weights: those of a training event. @default the model's */
  readonly weights?: Stretch;
  /** Steps that are computed together, where states are carried on. More memory, not other numbers. @default 64 */
  readonly window?: number;
}

const WINDOW = 64;

/**
 * Reads an input and keeps what every signal was.
 *
 * A language model reads a text in its vocabulary, or tokens; a network an example: one with a decoder of tokens is told the example's
 * target, or without one writes by itself; layers alone read vectors. Nothing is dropped, also where the model is in training. Where
 * a network holds its states with some probability (zoneout), they are shown as the equations give them, before they are held.
 *
 * @param options `weights` traces a model in training: `trace(model, engine, text, { weights: event.weights })`.
 * @throws CellstateError `vocabulary` where a text has what the model does not know; `data` where there is nothing to read; `option`
 * for a layer, signal or unit that is not there, with what there is.
 * @example trace(model, engine, "My name is Krish.").layers[0].f.at(3, 17)
 */
export function trace<Names extends string = string>(
  model: LanguageModel<Names>,
  engine: Engine,
  input: LanguageInput,
  options?: TraceOptions,
): Trace<Names>;
export function trace<Names extends string = string>(
  network: RecurrentNetwork<Names>,
  engine: Engine,
  input: VectorInput,
  options?: TraceOptions,
): Trace<Names>;
export function trace(
  network: Network,
  engine: Engine,
  input: ExampleInput,
  options?: TraceOptions,
): Trace;
export function trace(
  model: InspectedModel,
  engine: Engine,
  input: InspectedInput,
  options: TraceOptions = {},
): Trace {
  return traceSubject(subjectOf(model, input), engine, options);
}

/** The same of any subject. */
export function traceSubject(subject: Subject, engine: Engine, options: TraceOptions): Trace {
  const { places, steps, labels, input } = subject;
  const { top = 5, probabilities } = options;
  const kept = chooseKept(places, options.keep);
  const plan = planTrace(subject, engine, kept, options);
  const keeper = new SignalKeeper(places, plan, kept, { steps });
  const reader = plan.reader(0, { top, probabilities });
  for (const window of plan.windows()) {
    keeper.take(window);
    reader.take(window);
  }
  const { predictions, output, outputLabels } = reader.finish();
  const tokens = input.kind === "tokens" ? labels : [];
  const layers = keeper.layers();
  return { labels, outputLabels, tokens, input, places, layers, predictions, output };
}

/**
 * The same window by window: an input of any length in the memory of one window.
 *
 * What reads forward does so: a language model, layers alone, a network that answers at each step or at the end. What reads backward,
 * or has a decoder, needs its whole input at once: that comes as one window, in the memory that all of it takes.
 *
 * @throws As `trace`.
 * @example for (const { layers } of traceWindows(model, engine, book, { keep: { signals: ["f"] } })) sum += layers[0].f.at(0, 17);
 */
export function traceWindows<Names extends string = string>(
  model: LanguageModel<Names>,
  engine: Engine,
  input: LanguageInput,
  options?: TraceOptions,
): Generator<LanguageTraceWindow<Names>>;
export function traceWindows<Names extends string = string>(
  network: RecurrentNetwork<Names>,
  engine: Engine,
  input: VectorInput,
  options?: TraceOptions,
): Generator<TraceWindow<Names>>;
export function traceWindows(
  network: Network,
  engine: Engine,
  input: ExampleInput,
  options?: TraceOptions,
): Generator<TraceWindow>;
export function traceWindows(
  model: InspectedModel,
  engine: Engine,
  input: InspectedInput,
  options: TraceOptions = {},
): Generator<TraceWindow> {
  return windowsOf(subjectOf(model, input), engine, options);
}

function* windowsOf(
  subject: Subject,
  engine: Engine,
  options: TraceOptions,
): Generator<TraceWindow> {
  const { places } = subject;
  const { top = 5, probabilities, window: most = WINDOW } = options;
  const kept = chooseKept(places, options.keep);
  const plan = planTrace(subject, engine, kept, options);
  const room = subject.carries ? Math.min(most, subject.steps) : subject.steps;
  const keeper = new SignalKeeper(places, plan, kept, { steps: room, windowed: true });
  const reader = plan.reader(0, { top, probabilities, windowed: true });
  for (const window of plan.windows()) {
    keeper.take(window);
    reader.take(window);
    const { predictions, output, outputLabels } = reader.finish();
    const labels = subject.labelsIn(window);
    const tokens = subject.input.kind === "tokens" ? labels : [];
    const layers = keeper.layers(window);
    yield { ...window, labels, outputLabels, tokens, layers, predictions, output };
  }
}

/** One row, with what is kept shown and what is clamped held. */
function planTrace(
  subject: Subject,
  engine: Engine,
  kept: readonly (readonly KeptSignal[])[],
  { clamp = [], window = WINDOW, weights, state }: TraceOptions,
): SubjectPlan {
  const clamps = placeClamps(subject.places, clamp);
  const observe = (place: number): Observation => ({
    signals: kept[place].map(({ name }) => name),
    gradients: [],
    memory: false,
    held: heldIn(clamps, place),
  });
  const plan = subject.plan(engine, { observe, window, weights, state });
  hold(plan, 0, clamps);
  return plan;
}
