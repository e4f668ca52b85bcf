/**
 * What a change of context does to a model: it reads a shared beginning, and then once a continuation that goes on as before
 * (the first) and once one that changes the subject (the second).
 *
 * What "forgotten" means here. Each continuation is read once more by itself, from the initial state. Where the model's
 * states come to be the same with the shared beginning and without, nothing of it is left in them, whatever the cell. So
 *
 *     owed(k) = Σ |tanh s[k] − tanh s′[k]| / Σ |tanh s[0] − tanh s₀|
 *
 * is what the states, k steps after the parting, still owe to the shared beginning: s with it, s′ without, s₀ the initial
 * state, over all units and states of a layer; then the mean over layers. (The tanh, as memory cells show themselves: far
 * out, a difference is none.) Much of any state is of the moment, and gone some steps later whatever is read; how much, the
 * first continuation tells. So it is *forgotten* after the second where that leaves less than half of what the first leaves
 * (`MARKED_RATIO`); and after both alike where neither leaves a tenth (`LITTLE_OWED`). Both are looked at as many steps after
 * the parting as the shorter has.
 *
 * Beside the verdict stands what did it. Where a state is s[t] = keep ∘ s[t-1] + written, what a unit held at the parting is
 * still there after k steps as ∏ keep ∘ s[0], under what was added since: `remaining` is the share Σ |∏ keep ∘ s[0]| / Σ
 * |s[0]|. And `heard` is what the predictions owe to the shared beginning.
 */
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Stretch } from "../layers/parameters.ts";
import { LanguageModel } from "../models/languageModel.ts";
import type { Network } from "../models/network.ts";
import type { RecurrentNetwork } from "../models/recurrentNetwork.ts";
import {
  type ContextInput,
  type ContextInputs,
  type ContextPart,
  type ContextRows,
  type ContextTexts,
  contextPart,
  cut,
  join,
  stepsAlike,
  stepsOf,
} from "./contextInputs.ts";
import { ContextNetworkReader } from "./contextNetworkReader.ts";
import {
  type AnswerMeasure,
  ContextReader,
  type ContextRun,
  type Pair,
  type StateRun,
} from "./contextReader.ts";
import type { LanguageInput } from "./languageSubject.ts";
import type { ExampleInput } from "./networkSubject.ts";
import type { VectorInput } from "./recurrentSubject.ts";
import type { TracePlace } from "./signals.ts";
import type { InspectedModel } from "./subjects.ts";

export type { AnswerMeasure, ContextInput, ContextInputs, ContextRows, ContextTexts, Pair };

/** Forgotten after one continuation: it leaves less than this share of what the other leaves. */
export const MARKED_RATIO = 0.5;
/** Forgotten after both: neither leaves as much of what was held at the parting. */
export const LITTLE_OWED = 0.1;
/** A unit has dropped what it held where less than this share of it is left. */
const DROPPED_BELOW = 0.5;

export interface ContextChangeOptions {
  /** In place of the model's weights: those of a training event. @default the model's */
  readonly weights?: Stretch;
}

/** Which continuation made the model forget: one of them, both alike, or neither. */
export type ForgottenAfter = "first" | "second" | "both" | "neither";

export interface Forgetting {
  /** Whether the shared beginning is forgotten after the second continuation: `after` is "second" or "both". */
  readonly forgotten: boolean;
  readonly after: ForgottenAfter;
  /** What it rests on: what the states owe to the shared beginning at the last common step. */
  readonly owed: Pair<number>;
  /** [steps] of each continuation: the same at each step. */
  readonly owedByStep: Pair<Float64Array>;
}

/** What became of one unit's memory. */
export interface UnitMemory {
  readonly unit: number;
  /** Its value at the parting. */
  readonly before: number;
  /** The share of it that is left at the last common step: ∏ keep. */
  readonly kept: Pair<number>;
  /** Its value at the last common step. */
  readonly after: Pair<number>;
  /** Which continuation left less than half of it. */
  readonly droppedBy: ForgottenAfter;
}

/** Of a state s[t] = keep ∘ s[t-1] + written. */
export interface MemoryChange {
  /** The keep gate: means over units. */
  readonly keep: {
    /** Over the steps of the shared beginning. */
    readonly shared: number;
    /** Over all steps of each continuation. */
    readonly mean: Pair<number>;
    /** [steps] of each continuation. */
    readonly byStep: Pair<Float64Array>;
    /** [common steps]: √ mean over units of (first − second)² */
    readonly distance: Float64Array;
  };
  /** The share of the memory at the parting that is left at the last common step. */
  readonly remaining: Pair<number>;
  /** [steps] of each continuation: the same at each step. */
  readonly remainingByStep: Pair<Float64Array>;
  /** All units: those first of whose memory the second continuation dropped most that the first kept, |before|·(kept − kept). */
  readonly units: readonly UnitMemory[];
}

export interface StateChange {
  readonly name: string;
  /** [common steps]: √ mean over units of (first − second)² */
  readonly distance: Float64Array;
  /** √ mean square of the state at the parting: what distances can be measured by. */
  readonly size: number;
  /** Null where the state is not kept by a gate. */
  readonly memory: MemoryChange | null;
}

export interface LayerChange {
  readonly place: TracePlace;
  readonly states: readonly StateChange[];
  /** Over the layer's states. */
  readonly forgetting: Forgetting;
}

export interface ContextChange {
  /**
   * What was read, one name a step: tokens; of rows of numbers their labels. A beginning that both continuations have is counted
   * to `shared`.
   */
  readonly tokens: {
    readonly shared: readonly string[];
    readonly first: readonly string[];
    readonly second: readonly string[];
  };
  /** Steps after the parting that both continuations have. */
  readonly steps: number;
  readonly layers: readonly LayerChange[];
  readonly forgotten: boolean;
  /** Over all layers, each counting as much. */
  readonly forgetting: Forgetting;
  /** Why there are no keep gates to look at, in a line; null where there are. */
  readonly reason: string | null;
  /** What the predictions are, and so what the next two are in: nats of a Jensen–Shannon divergence (log 2 at most), or the numbers' unit. */
  readonly answers: AnswerMeasure;
  /** [common steps]: how far the predictions after one and the other are apart; empty with `answers: "none"`. */
  readonly divergence: Float64Array;
  /** [steps] of each continuation: the same of the predictions with the shared beginning and without it. 0 where it is no longer heard. */
  readonly heard: Pair<Float64Array>;
}

/**
 * Where and how far two continuations of one beginning part in the keep gates, the memory and the predictions.
 *
 * The three are given as the model reads them. What answers once, at the end of a sequence, is asked after each step what it
 * would answer there; of what has a decoder, only the layers that read are looked at.
 *
 * @param inputs Of a language model texts or tokens; of a network examples, or rows of numbers as it reads them (scaled, where a
 *   task scales); of layers alone vectors, or rows.
 * @throws CellstateError `vocabulary` for what the model does not know, with its place; `data` for an empty input, or where one
 *   continuation is how the other begins, or where states are no numbers; `option` for a model that reads backward too, or
 *   no sequence. RangeError for rows of another width; TypeError for the input of another family.
 * @example contextChange(model, engine, { shared: "Krish likes tea.", first: " He drinks it", second: " Paris is big" }).forgotten
 */
export function contextChange(
  model: LanguageModel,
  engine: Engine,
  inputs: ContextInputs<LanguageInput>,
  options?: ContextChangeOptions,
): ContextChange;
export function contextChange(
  model: Network,
  engine: Engine,
  inputs: ContextInputs<ExampleInput | ContextRows>,
  options?: ContextChangeOptions,
): ContextChange;
export function contextChange(
  model: RecurrentNetwork,
  engine: Engine,
  inputs: ContextInputs<VectorInput | ContextRows>,
  options?: ContextChangeOptions,
): ContextChange;
export function contextChange(
  model: InspectedModel,
  engine: Engine,
  inputs: ContextInputs,
  { weights }: ContextChangeOptions = {},
): ContextChange {
  return readContext(model, contextReader(model, engine, weights), inputs, "");
}

/** For as many triples as there are. */
export function contextReader(
  model: InspectedModel,
  engine: Engine,
  weights?: Stretch,
): ContextReader | ContextNetworkReader {
  return model instanceof LanguageModel
    ? new ContextReader(model, engine, weights)
    : new ContextNetworkReader(model, engine, weights);
}

/** @param where Names the inputs in errors, before what they are: `triple 3: `. */
export function readContext(
  model: InspectedModel,
  reader: ContextReader | ContextNetworkReader,
  inputs: ContextInputs,
  where: string,
): ContextChange {
  const begun = contextPart(model, inputs.shared, `${where}the shared beginning`);
  const both = [
    contextPart(model, inputs.first, `${where}the first continuation`),
    contextPart(model, inputs.second, `${where}the second continuation`),
  ] as const;
  const lengths = both.map(({ input }) => stepsOf(input));
  const shortest = Math.min(...lengths);
  const alike = stepsAlike(both[0].input, both[1].input);
  if (alike === shortest) {
    const areSame = lengths[0] === lengths[1];
    const why = areSame ? "they are the same" : "the shorter is how the longer begins";
    throw new CellstateError(
      "data",
      `${where}the two continuations do not part: ${why}; give two that differ`,
    );
  }
  const shared = join(begun.input, cut(both[0].input, 0, alike));
  const after = ({ input }: ContextPart) => cut(input, alike);
  const run = reader.read(shared, [after(both[0]), after(both[1])]);
  const steps = shortest - alike;
  const { places } = reader;
  const layers = places.map((place, l) => layerChange(place, run, l, steps));
  const forgetting = forgettingOf(
    layers.map((layer) => layer.forgetting.owedByStep),
    steps,
  );
  if (forgetting.owed.some(Number.isNaN)) {
    throw new CellstateError(
      "data",
      `${where}the states come to be no numbers, so nothing can be said of what is forgotten; a training that went astray leaves such weights: take earlier ones`,
    );
  }
  const isKept = layers.some(({ states }) => states.some(({ memory }) => memory));
  return {
    tokens: {
      shared: [...begun.labels, ...both[0].labels.slice(0, alike)],
      first: both[0].labels.slice(alike),
      second: both[1].labels.slice(alike),
    },
    steps,
    layers,
    forgotten: forgetting.forgotten,
    forgetting,
    reason: isKept
      ? null
      : `${places[0].cell.name}: no state is keep ∘ its last value and something written, so there is no gate that keeps it; states and predictions tell what they can`,
    answers: run.answers,
    divergence: run.divergence,
    heard: run.heard,
  };
}

function layerChange(
  place: TracePlace,
  { layers, steps: lengths }: ContextRun,
  layer: number,
  steps: number,
): LayerChange {
  const states = layers[layer].map((state): StateChange => {
    const { name, units, before, after, keep } = state;
    return {
      name,
      distance: distances(after, units, steps),
      size: Math.sqrt(before.reduce((sum, value) => sum + value * value, 0) / units),
      memory: keep && memoryChange(state, keep, lengths, steps),
    };
  });
  const held = layers[layer].reduce((sum, state) => sum + state.held, 0);
  const owed = ([0, 1] as const).map((c) =>
    Float64Array.from({ length: lengths[c] }, (_, t) => {
      const sum = layers[layer].reduce((total, state) => total + state.owed[c][t], 0);
      // Of nothing, all is left.
      return held === 0 ? 1 : sum / held;
    }),
  );
  return { place, states, forgetting: forgettingOf([[owed[0], owed[1]]], steps) };
}

function memoryChange(
  { units, before, after }: StateRun,
  keep: NonNullable<StateRun["keep"]>,
  lengths: Pair<number>,
  steps: number,
): MemoryChange {
  const followed = [0, 1].map((c) => follow(before, keep.after[c], lengths[c], steps));
  const [first, second] = followed;
  const changed = Array.from(before, (value, unit): UnitMemory => {
    const kept = [first.kept[unit], second.kept[unit]] as const;
    const at = (steps - 1) * units + unit;
    return {
      unit,
      before: value,
      kept,
      after: [after[0][at], after[1][at]],
      droppedBy: droppedBy(kept),
    };
  });
  const lost = ({ before: value, kept }: UnitMemory): number =>
    Math.abs(value) * (Math.abs(kept[0]) - Math.abs(kept[1]));
  return {
    keep: {
      shared: keep.shared,
      mean: [meanOf(first.keep), meanOf(second.keep)],
      byStep: [first.keep, second.keep],
      distance: distances(keep.after, units, steps),
    },
    remaining: [first.remaining[steps - 1], second.remaining[steps - 1]],
    remainingByStep: [first.remaining, second.remaining],
    units: changed.sort((a, b) => lost(b) - lost(a) || a.unit - b.unit),
  };
}

/** One continuation: by step the mean of keep and the share that is left; by unit what is left at the last common step. */
function follow(before: Float64Array, keep: Float64Array, length: number, steps: number) {
  const units = before.length;
  const whole = before.reduce((sum, value) => sum + Math.abs(value), 0);
  const product = new Float64Array(units).fill(1);
  const means = new Float64Array(length);
  const remaining = new Float64Array(length);
  let kept = product.slice();
  for (let t = 0; t < length; t++) {
    let left = 0;
    for (let u = 0; u < units; u++) {
      const gate = keep[t * units + u];
      means[t] += gate / units;
      product[u] *= gate;
      left += Math.abs(product[u] * before[u]);
    }
    // Of nothing, all is left.
    remaining[t] = whole > 0 ? left / whole : 1;
    if (t === steps - 1) kept = product.slice();
  }
  return { keep: means, remaining, kept };
}

/** @param owed By layer. */
function forgettingOf(owed: readonly Pair<Float64Array>[], steps: number): Forgetting {
  const mean = (c: 0 | 1): Float64Array =>
    owed[0][c].map((_, t) => owed.reduce((sum, layer) => sum + layer[c][t], 0) / owed.length);
  const owedByStep = [mean(0), mean(1)] as const;
  const last = [owedByStep[0][steps - 1], owedByStep[1][steps - 1]] as const;
  const after = whichForgot(last);
  return { forgotten: after === "second" || after === "both", after, owed: last, owedByStep };
}

function whichForgot([first, second]: Pair<number>): ForgottenAfter {
  if (first < LITTLE_OWED && second < LITTLE_OWED) return "both";
  if (second < MARKED_RATIO * first) return "second";
  return first < MARKED_RATIO * second ? "first" : "neither";
}

function droppedBy([first, second]: Pair<number>): ForgottenAfter {
  const byFirst = Math.abs(first) < DROPPED_BELOW;
  const bySecond = Math.abs(second) < DROPPED_BELOW;
  if (byFirst) return bySecond ? "both" : "first";
  return bySecond ? "second" : "neither";
}

function distances([first, second]: Pair<Float64Array>, units: number, steps: number) {
  return Float64Array.from({ length: steps }, (_, t) => {
    let sum = 0;
    for (let at = t * units; at < (t + 1) * units; at++) {
      sum += (first[at] - second[at]) * (first[at] - second[at]);
    }
    return Math.sqrt(sum / units);
  });
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
