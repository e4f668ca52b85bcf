/**
 * What is looked at: a model of any family and one input for it, so that each way of looking is written once.
 *
 * A *subject* knows its places (recurrent layers and directions) and its input; it computes nothing. A *plan* of it is laid out on
 * an engine, with what is to be observed and held, for that input in one row or in several rows side by side (which can be held differently).
 * Running it gives windows, one after the other; after each, tensors can be read:
 *
 *     const subject = subjectOf(model, input);
 *     const plan = subject.plan(engine, { observe: () => observation, rows: 1 });
 *     for (const window of plan.windows()) { … copySignal(plan, window, place, row, tensor, into) … }
 *
 * What reads forward and answers at each step or at the end runs in windows with its states carried: a language model, layers alone,
 * a network without a decoder. What reads backward, or has a decoder, runs in one window; and so does what is to be run backward.
 *
 * A plan can read several inputs of one model, one after the other: `plan.windows(another)`.
 */
import type { Axis, Engine, Tensor } from "../engines/engine.ts";
import type { Purpose } from "../layers/layer.ts";
import type { Observation } from "../layers/observation.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { RecurrentTensors } from "../layers/recurrent.ts";
import type { NetworkState } from "../models/carriedStates.ts";
import type { Numbers, Trace, TracedInput, TracedPredictions, TracePlace } from "./signals.ts";

export interface Subject {
  /** From below, forward before backward, encoder before decoder. */
  readonly places: readonly TracePlace[];
  /** Steps of the input. */
  readonly steps: number;
  /** Whether it can be run in windows, its states carried from one to the next. */
  readonly carries: boolean;
  readonly input: TracedInput;
  /** One a step of the input. */
  readonly labels: readonly string[];
  labelsIn(window: SubjectWindow): readonly string[];
  /** What answers (logits, numbers, h) and losses run over. */
  readonly answers: Axis;
  /** Steps of the answers that have a loss, ascending; none where nothing is known that could be wanted. */
  readonly lossSteps: readonly number[];
  /** True for a network that writes tokens and is not told any: then it writes until its end, each row what it likes. Not for training plans. */
  readonly writes: boolean;
  /** The same told, as its target, what it writes by itself; the subject itself where it does not write. */
  toldItself(engine: Engine, weights?: Stretch): Subject;
  /** @throws CellstateError `data` for a plan that trains where the subject writes. */
  plan(engine: Engine, options: SubjectPlanOptions): SubjectPlan;
}

export interface SubjectPlanOptions {
  /** Training plans can be run backward; nothing is dropped in either. @default "inference" */
  readonly purpose?: Purpose;
  /** By place: what is to be seen and held; null for nothing. @default nothing */
  readonly observe?: (place: number) => Observation | null;
  /** How often the input is run side by side. @default 1 */
  readonly rows?: number;
  /** Steps of a window at most, where there can be several. @default all */
  readonly window?: number;
  /** Steps of the longest input that it is to read. @default the subject's */
  readonly room?: number;
  /** Whether a run ends with the states of what reads the input: no decoder, no answers, no losses. @default false */
  readonly onlyStates?: boolean;
  /** Steps whose losses count, of `lossSteps` (without any, of all answers: see `SubjectPlan.backward`). A set may be changed between runs. @default all */
  readonly lossAt?: readonly number[] | ReadonlySet<number>;
  /** In place of the model's own: those of a training event. @default the model's */
  readonly weights?: Stretch;
  /** What states begin with, [1, units] each; not for a network. @default the equations' initial state */
  readonly state?: NetworkState;
}

/** Steps [start, start + steps) of the input. */
export interface SubjectWindow {
  readonly start: number;
  readonly steps: number;
}

export interface SubjectPlan {
  readonly rows: number;
  /** The plan's memory, for the tensors' offsets. */
  readonly numbers: Numbers;
  /** The same memory for integers. */
  readonly integers: Int32Array | Float64Array;
  /** By place. Row t · rows + b of a [T·B, W] tensor is step t, counted from the window's start, of row b. */
  readonly layers: readonly RecurrentTensors[];
  /** Raw answers, one tensor a head, [R·B, width]: logits, numbers; of layers alone the top one's h. */
  readonly outputs: readonly Tensor[];
  /** [R·B, 1], one a head; none without `lossSteps`. */
  readonly losses: readonly Tensor[];
  /**
   * From the beginning: each time it is asked for, the next window has been run forward.
   *
   * @param other In a plan with `onlyStates`: another input of the same model, of `room` steps at most. @default the subject
   * @throws RangeError for an input that there is no room for, or of another kind.
   */
  windows(other?: Subject): Generator<SubjectWindow>;
  /** Of a row, where its decoder wrote: 0 before it was run. Of a network without a decoder 0. */
  outputSteps(row: number): number;
  /**
   * After a run in one window, before another is asked for (states may then be carried on): ∂L/∂ of everything, L being the sum of the losses of all rows that count; for layers alone, which have no
   * loss, of their outputs h at the steps that count.
   *
   * @throws RangeError for a plan that only infers.
   */
  backward(): void;
  /** What came out in one row. To be made before `windows`, and told of each. */
  reader(row: number, options?: ReaderOptions): OutcomeReader;
}

export interface ReaderOptions {
  /** How many likely tokens are kept a step. @default 0 */
  readonly top?: number;
  /** Whether all probabilities are kept. @default false */
  readonly probabilities?: boolean;
  /** Whether only the newest window is told of: then no more than that is kept. @default false */
  readonly windowed?: boolean;
}

export interface OutcomeReader {
  take(window: SubjectWindow): void;
  finish(): Outcome;
}

/** What came out, and what it cost. */
export interface Outcome {
  /** By step of the answers, nats or the network's own loss; NaN where there is none. */
  readonly losses: Float64Array;
  /** Their mean; null where there is none. */
  readonly loss: number | null;
  readonly predictions: TracedPredictions | null;
  readonly output: Trace["output"];
  readonly outputLabels: readonly string[];
}

/** Steps of a place's tensors in a window. */
export function stepsOf(
  plan: SubjectPlan,
  { along }: TracePlace,
  { steps }: SubjectWindow,
  row: number,
): number {
  if (along === "once") return 1;
  return along === "outputSteps" ? plan.outputSteps(row) : steps;
}

/** Which row's columns are copied, and to where. */
export interface CopyTo {
  readonly row: number;
  /** [steps, columns], row by row. */
  readonly into: Numbers;
  /** The first step that is written. @default 0 */
  readonly at?: number;
  /** Units. @default all */
  readonly columns?: readonly number[];
}

/** Copies a signal of one row out of a window. What was read backward is turned round: step t is where it read input t. */
export function copySignal(
  plan: SubjectPlan,
  place: TracePlace,
  window: SubjectWindow,
  { offset, width, stride }: Tensor,
  { row, into, at = 0, columns }: CopyTo,
): void {
  const { numbers, rows } = plan;
  const steps = stepsOf(plan, place, window, row);
  const isTurned = place.direction === "backward";
  for (let t = 0; t < steps; t++) {
    const from = offset + ((isTurned ? steps - 1 - t : t) * rows + row) * stride;
    if (columns) {
      const to = (at + t) * columns.length;
      for (let k = 0; k < columns.length; k++) into[to + k] = numbers[from + columns[k]];
    } else {
      const to = (at + t) * width;
      for (let u = 0; u < width; u++) into[to + u] = numbers[from + u];
    }
  }
}

/** @throws RangeError for an input that a plan has no room for. */
export function checkRoom({ steps }: Subject, room: number): void {
  if (steps <= room) return;
  throw new RangeError(`this plan has room for ${room} steps, the input has ${steps}`);
}

/** The mean of the losses that are there. */
export function meanLoss(losses: Float64Array, steps: readonly number[]): number | null {
  if (steps.length === 0) return null;
  let sum = 0;
  for (const step of steps) sum += losses[step];
  return sum / steps.length;
}

/** @throws RangeError for an option of a plan that no run could follow, or weights of another model. */
export function checkPlan(
  { rows = 1, window, room, weights }: SubjectPlanOptions,
  { size }: { readonly size: number },
): void {
  for (const [name, count] of Object.entries({ rows, window, room })) {
    if (count === undefined || (Number.isSafeInteger(count) && count >= 1)) continue;
    throw new RangeError(`${name}: expected a whole number of 1 or more, got ${count}`);
  }
  if (weights && weights.length !== size) {
    throw new RangeError(`weights: this model has ${size} numbers, got ${weights.length}`);
  }
}

/** A list as a set; a set as it is, since it may change. */
export function lossSet(lossAt: readonly number[] | ReadonlySet<number>): ReadonlySet<number> {
  return "has" in lossAt ? lossAt : new Set(lossAt);
}
