/** Which units matter: each held by itself, many side by side as rows of one batch, and what that costs. */
import type { Engine, Tensor } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { NetworkState } from "../models/carriedStates.ts";
import { hold, letGo, type PlacedClamp, placesWith } from "./held.ts";
import { checkUnit, unitsOf } from "./kept.ts";
import type { Numbers, TracePlace } from "./signals.ts";
import type { Subject, SubjectPlan } from "./subject.ts";
import { type InputOf, type InspectedModel, subjectOf } from "./subjects.ts";

export interface AblateOptions {
  /** Index of a place. @default every layer that has the signal */
  readonly layer?: number;
  /** @default "h" */
  readonly signal?: string;
  /** What a unit is held at. @default 0 */
  readonly value?: number;
  /** @default all */
  readonly units?: readonly number[];
  /** What the states begin with; not for a network. @default the equations' initial state */
  readonly state?: NetworkState;
  /** In place of the model's weights. @default the model's */
  readonly weights?: Stretch;
}

/** What it does to hold one unit. */
export interface UnitEffect {
  /** Index of its place … */
  readonly layer: number;
  readonly place: TracePlace;
  readonly unit: number;
  /** Mean loss with the unit held; null where there is no target. */
  readonly loss: number | null;
  /** By how much that is more than free; null where there is no target. */
  readonly increase: number | null;
  /** Root mean square of how far the raw outputs move: logits, a head's numbers, h of layers alone. */
  readonly change: number;
}

/** Few steps, since many rows go side by side and each has logits at every step. */
const WINDOW = 16;
/** Rows side by side: one free, the others each with a unit held. */
const MOST_ROWS = 64;
/** Rows × steps of a plan at most, where one row is not longer than that by itself. */
const MOST_PLACES = 65_536;

/**
 * Holds each unit by itself, and tells what that costs.
 *
 * A network that writes tokens, and is told none, is measured at what it writes when it is free.
 *
 * @returns One a unit: the greatest increase of the loss first; where there is no loss, the greatest change.
 * @throws As `trace`.
 * @example ablate(model, engine, text, { layer: 1 })[0].unit
 */
export function ablate<M extends InspectedModel>(
  model: M,
  engine: Engine,
  input: InputOf<M>,
  options: AblateOptions = {},
): readonly UnitEffect[] {
  const { signal = "h", layer, value = 0 } = options;
  if (!Number.isFinite(value)) {
    throw new CellstateError("option", `value: expected a number to hold units at, got ${value}`);
  }
  const subject = subjectOf(model, input).toldItself(engine, options.weights);
  const { places } = subject;
  const wanted = placesWith(places, signal, layer).map((place) => {
    const count = unitsOf(places[place], signal);
    for (const unit of options.units ?? []) checkUnit(places[place], place, signal, unit);
    const units = options.units ?? Array.from({ length: count }, (_, unit) => unit);
    return units.map((unit): PlacedClamp => ({ place, signal, units: [unit], value }));
  });
  const effects = wanted.flatMap((clamps) => ablatePlace(subject, engine, clamps, options));
  return effects.sort((a, b) => {
    return rank(b.increase ?? b.change) - rank(a.increase ?? a.change) || a.unit - b.unit;
  });
}

/** What is no number any more is the greatest harm. */
function rank(effect: number): number {
  return Number.isFinite(effect) ? effect : Number.MAX_VALUE;
}

function ablatePlace(
  subject: Subject,
  engine: Engine,
  clamps: readonly PlacedClamp[],
  { weights, state }: AblateOptions,
): UnitEffect[] {
  if (clamps.length === 0) return [];
  const [{ place: held, signal }] = clamps;
  const most = Math.floor(MOST_PLACES / (subject.carries ? WINDOW : subject.steps));
  const rows = Math.max(2, Math.min(MOST_ROWS, most, clamps.length + 1));
  const plan = subject.plan(engine, {
    ...{ weights, state, rows, window: WINDOW },
    observe: (place) =>
      place === held ? { signals: [], gradients: [], memory: false, held: [signal] } : null,
  });
  const effects: UnitEffect[] = [];
  for (let from = 0; from < clamps.length; from += rows - 1) {
    const together = clamps.slice(from, from + rows - 1);
    for (const [index, one] of together.entries()) hold(plan, index + 1, [one]);
    const { losses, changes } = run(subject, plan);
    together.forEach((one, index) => {
      letGo(plan, index + 1, [one]);
      const loss = losses?.[index + 1] ?? null;
      effects.push({
        layer: held,
        place: subject.places[held],
        unit: one.units[0],
        loss,
        increase: losses && loss !== null ? loss - losses[0] : null,
        change: changes[index + 1],
      });
    });
  }
  return effects;
}

/** By row: the mean loss, and how far the outputs are from the first row's. */
function run(
  subject: Subject,
  plan: SubjectPlan,
): { losses: Float64Array | null; changes: Float64Array } {
  const losses = new Float64Array(plan.rows);
  const changes = new Float64Array(plan.rows);
  let numbersSeen = 0;
  for (const { start, steps } of plan.windows()) {
    // An answer once is given at the end.
    if (subject.answers === "once" && start + steps < subject.steps) continue;
    const answers =
      subject.answers === "once" ? 1 : subject.answers === "steps" ? steps : plan.outputSteps(0);
    for (const tensor of plan.losses) addLosses(plan, tensor, answers, losses);
    for (const tensor of plan.outputs) {
      addChanges(plan, tensor, answers, changes);
      numbersSeen += answers * tensor.width;
    }
  }
  const count = subject.lossSteps.length;
  for (let b = 0; b < plan.rows; b++) {
    losses[b] /= count;
    changes[b] = Math.sqrt(changes[b] / numbersSeen);
  }
  return { losses: count > 0 ? losses : null, changes };
}

function addLosses(
  { numbers, rows }: SubjectPlan,
  { offset, stride }: Tensor,
  steps: number,
  into: Float64Array,
): void {
  for (let t = 0; t < steps; t++) {
    for (let b = 0; b < rows; b++) into[b] += numbers[offset + (t * rows + b) * stride];
  }
}

function addChanges(
  { numbers, rows }: SubjectPlan,
  { offset, width, stride }: Tensor,
  steps: number,
  into: Float64Array,
): void {
  for (let t = 0; t < steps; t++) {
    const free = offset + t * rows * stride;
    for (let b = 1; b < rows; b++) into[b] += squares(numbers, free, free + b * stride, width);
  }
}

/** Σ (a − b)² */
function squares(numbers: Numbers, a: number, b: number, width: number): number {
  let sum = 0;
  for (let k = 0; k < width; k++) {
    const difference = numbers[a + k] - numbers[b + k];
    sum += difference * difference;
  }
  return sum;
}
