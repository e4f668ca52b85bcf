/**
 * How much a loss depends on what a layer carried some steps before it: ‖∂L/∂s[t]‖ of every state, by distance from the loss.
 *
 * ∂L/∂s[t] is the total derivative: all that the loss depends on s[t] through, in its own step (the layers above among it) and in later ones. So it
 * is what one would find by moving s[t] a little and running on. Norms are Euclidean, over the units.
 *
 * Beside it the same through the memory path alone: ∂L/∂s at the loss, multiplied by keep step by step, where the equations are
 * s[t] = keep ∘ s[t-1] + written. What the whole has beyond it goes through gates and products.
 *
 * Where a network holds its states with some probability (zoneout), s[t] is the value before it is held, and keep counts what is held as kept.
 *
 * Distances count a layer's own steps back from the one that the loss reads: a layer that reads backward is at its last step where the others
 * are at their first. A layer that does not run along the answers, an encoder, counts from its last step.
 */
import type { Cell } from "../cells/cell.ts";
import { stepGraph } from "../cells/stepGraph.ts";
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { NetworkState } from "../models/carriedStates.ts";
import { RecurrentNetwork } from "../models/recurrentNetwork.ts";
import { type Decay, decayOf, NO_DECAY } from "./decay.ts";
import type { TracePlace } from "./signals.ts";
import { type Subject, type SubjectPlan, stepsOf } from "./subject.ts";
import { type InputOf, type InspectedModel, subjectOf } from "./subjects.ts";

/** Norms by distance, and how they change: see `decay.ts`. */
export interface NormsByDistance extends Decay {
  /** [distance]: ‖∂L/∂s[at − distance]‖; of several losses the mean over those that reach so far back. */
  readonly norms: Float64Array;
}

export interface StateGradientFlow extends NormsByDistance {
  /** `h`, `c` */
  readonly name: string;
  /** Whether a later step reads it. What none reads, as in a layer that carries nothing on, has no decay: its verdict is `unknown`. */
  readonly isRead: boolean;
  /** The same through the memory path alone, ∏ keep; null for a state without one. */
  readonly path: NormsByDistance | null;
}

export interface LayerGradientFlow {
  readonly place: TracePlace;
  readonly states: readonly StateGradientFlow[];
}

export interface GradientFlow {
  /** What the losses are, in the mean; for layers alone, which have no loss, the sum of their outputs h. */
  readonly loss: number;
  /** Steps of the answers whose losses are followed back. */
  readonly at: readonly number[];
  /** One a place. */
  readonly layers: readonly LayerGradientFlow[];
}

export interface GradientFlowOptions {
  /** Step of the answers whose loss is followed back, or several, each by itself. @default the last that has one */
  readonly at?: number | readonly number[];
  /** In place of the model's own: those of a training event. @default the model's */
  readonly weights?: Stretch;
  /** What states begin with, [1, units] each; not for a network. @default the equations' initial state */
  readonly state?: NetworkState;
}

/**
 * Follows losses back.
 *
 * A network that writes follows what it writes by itself where the example has no target.
 *
 * @throws CellstateError `option` for a step without a loss; `data` where nothing has one.
 * @example gradientFlow(model, engine, text).layers[0].states.find(({ name }) => name === "c")?.rate
 */
export function gradientFlow<M extends InspectedModel>(
  model: M,
  engine: Engine,
  input: InputOf<M>,
  { at: wanted, weights, state }: GradientFlowOptions = {},
): GradientFlow {
  const subject = subjectOf(model, input).toldItself(engine, weights);
  const all = Array.from({ length: subject.steps }, (_, step) => step);
  const at = chooseLosses(model instanceof RecurrentNetwork ? all : subject.lossSteps, wanted);
  const followed = followAll(subject, engine, at, { weights, state });
  const layers = subject.places.map((place, layer): LayerGradientFlow => {
    const states = place.cell.program.states.map(({ name }, s): StateGradientFlow => {
      const rows = followed.map((one) => one.layers[layer][s]);
      const whole = meanOf(rows.map(({ norms }) => norms));
      const paths = rows.flatMap(({ path }) => (path ? [path] : []));
      const path = paths.length > 0 ? meanOf(paths) : null;
      const isRead = isReadLater(place.cell, name);
      const isRounding = followed.every(({ layers }) => isNoise(layers[layer], s, engine));
      const known = isRead && !isRounding;
      return {
        ...{ name, isRead, norms: whole, ...(known ? decayOf(whole, engine.precision) : NO_DECAY) },
        // Worked out in float64 from what the engine left.
        path: path && { norms: path, ...(known ? decayOf(path, "float64") : NO_DECAY) },
      };
    });
    return { place, states };
  });
  return { loss: followed.reduce((sum, { loss }) => sum + loss, 0) / at.length, at, layers };
}

/** @param all Steps that have one. @throws CellstateError */
function chooseLosses(
  all: readonly number[],
  wanted: GradientFlowOptions["at"],
): readonly number[] {
  const last = all.at(-1);
  if (last === undefined) {
    throw new CellstateError(
      "data",
      "there is no loss to follow back: give a target, or a text of two tokens or more",
    );
  }
  const chosen = wanted === undefined ? [last] : typeof wanted === "number" ? [wanted] : wanted;
  if (chosen.length === 0) throw new CellstateError("option", "at: expected a step, got none");
  for (const step of chosen) {
    if (all.includes(step)) continue;
    const there = all.length === 1 ? `step ${last} alone has` : `steps ${all[0]} to ${last} have`;
    throw new CellstateError("option", `at: step ${step} has no loss; ${there} one`);
  }
  return [...new Set(chosen)];
}

function isReadLater(cell: Cell, state: string): boolean {
  const nodes = stepGraph(cell);
  const before = nodes.findIndex(({ id }) => id === `${state}[t-1]`);
  return nodes.some(({ inputs }) => inputs.includes(before));
}

/** Roundings of a state's share of a loss, as parts of the largest share of a state beside it: sums of some hundred terms that cancel. */
const NOISE = { float32: 1e-5, float64: 1e-13 } as const;

/** Whether what came back to a state is rounding alone: some are there for the numbers' sake and change nothing, as `m` of slstm. */
function isNoise(states: readonly Followed[], state: number, { precision }: Engine): boolean {
  return states[state].shares.every((share, distance) => {
    const largest = Math.max(...states.map(({ shares }) => shares[distance]));
    return share < NOISE[precision] * largest;
  });
}

/** Norms of one state by distance from one loss. */
interface Followed {
  readonly norms: Float64Array;
  /** ‖∂L/∂s‖ · ‖s‖, which does not depend on the scale of s. */
  readonly shares: Float64Array;
  readonly path: Float64Array | null;
}

interface FollowedLoss {
  readonly loss: number;
  /** By place, then state. */
  readonly layers: readonly (readonly Followed[])[];
}

/** One after the other, in one plan: to lay that out takes longer than to run it. */
function followAll(
  subject: Subject,
  engine: Engine,
  losses: readonly number[],
  options: Pick<GradientFlowOptions, "weights" | "state">,
): readonly FollowedLoss[] {
  const statesOf = (place: number): readonly string[] =>
    subject.places[place].cell.program.states.map(({ name }) => name);
  const counted = new Set<number>();
  const plan = subject.plan(engine, {
    ...options,
    purpose: "training",
    lossAt: counted,
    observe: (place) => ({ signals: [], gradients: statesOf(place), memory: true, held: [] }),
  });
  return losses.map((at) => {
    counted.clear();
    counted.add(at);
    // One window, and not asked for another: the states that it began with are still there.
    const [window] = plan.windows();
    plan.backward();
    const layers = subject.places.map((place, index) => {
      const steps = stepsOf(plan, place, window, 0);
      const isAlong = place.along === subject.answers && place.along !== "once";
      const own = place.direction === "backward" ? steps - 1 - at : at;
      const last = isAlong ? own : steps - 1;
      return statesOf(index).map((name, s) => followState(plan, index, s, name, last));
    });
    return { loss: lossAt(plan, at), layers };
  });
}

/** @param at The step, as the layer counts its own, that the loss reads. */
function followState(
  plan: SubjectPlan,
  place: number,
  state: number,
  name: string,
  at: number,
): Followed {
  const { numbers, rows } = plan;
  const { observed, states } = plan.layers[place];
  const gradient = observed.gradients[name];
  const norms = new Float64Array(at + 1);
  const shares = new Float64Array(at + 1);
  // Nothing depends on a state without one.
  if (!gradient) return { norms, shares, path: null };
  const { width, offset, stride } = gradient;
  const values = states[state];
  for (let distance = 0; distance <= at; distance++) {
    const row = (at - distance) * rows;
    norms[distance] = norm(numbers, offset + row * stride, width);
    shares[distance] = norms[distance] * norm(numbers, values.offset + row * values.stride, width);
  }
  const keep = observed.memory[name]?.keep;
  if (!keep) return { norms, shares, path: null };
  const path = new Float64Array(at + 1);
  const kept = Float64Array.from(numbers.subarray(offset + at * rows * stride).subarray(0, width));
  for (let distance = 0; distance <= at; distance++) {
    path[distance] = norm(kept, 0, width);
    const from = keep.offset + (at - distance) * rows * keep.stride;
    for (let u = 0; u < width; u++) kept[u] *= numbers[from + u];
  }
  return { norms, shares, path };
}

/** Scaled by the largest, whose square may be too large or too small to be held. */
function norm(numbers: Float32Array | Float64Array, from: number, width: number): number {
  let largest = 0;
  for (let u = 0; u < width; u++) {
    const size = Math.abs(numbers[from + u]);
    if (Number.isNaN(size)) return Number.NaN;
    largest = Math.max(largest, size);
  }
  if (largest === 0 || largest === Number.POSITIVE_INFINITY) return largest;
  let squares = 0;
  for (let u = 0; u < width; u++) {
    const share = numbers[from + u] / largest;
    squares += share * share;
  }
  return largest * Math.sqrt(squares);
}

/** Of all heads; for layers alone Σ h. */
function lossAt({ losses, outputs, numbers, rows }: SubjectPlan, at: number): number {
  let sum = 0;
  for (const { offset, stride, width } of losses.length > 0 ? losses : outputs) {
    for (let u = 0; u < width; u++) sum += numbers[offset + at * rows * stride + u];
  }
  return sum;
}

/** By distance, over those that reach so far. */
function meanOf(rows: readonly Float64Array[]): Float64Array {
  const longest = Math.max(...rows.map(({ length }) => length));
  return Float64Array.from({ length: longest }, (_, distance) => {
    const reaching = rows.filter(({ length }) => length > distance);
    return reaching.reduce((sum, row) => sum + row[distance], 0) / reaching.length;
  });
}
