/**
 * What the contract suite runs: an operation by itself with its inputs and outputs, on any engine.
 *
 * Inputs depend on their name, row and column alone, so a plan with more room than a call needs is given the same numbers as
 * one made for the call. Everything that an operation has to write begins as rubbish.
 */
import type {
  Axis,
  CompiledPlan,
  Engine,
  OperationSpec,
  Span,
  WeightFormat,
} from "../../../src/engines/engine.ts";
import { streamKey, uniform } from "../../../src/numbers/random.ts";

/** Numbers that belong together, in an order that does not depend on the plan's capacity. */
export interface Part {
  readonly what: string;
  readonly positions: readonly number[];
  /** Numbers in a row, where the rows are sequences, step by step; null for weights and the like. */
  readonly width: number | null;
  /** True where the rows are not those of the operation's steps one by one: gradients that many steps add to. */
  readonly isOtherAxis?: boolean;
}

export interface Input extends Part {
  /** Makes a value of a random number in [0, 1). */
  readonly value: (u: number) => number;
}

/** Steps and sequences: of the plan, or of a call. */
export interface Extent {
  readonly steps: number;
  readonly batch: number;
}

export interface Subject {
  readonly spec: OperationSpec;
  readonly size: number;
  /** Steps of the source where the operation runs over another axis: of the call, and of the plan. */
  readonly source?: { readonly steps: number; readonly capacity: number };
  /** @default "float32" */
  readonly weights?: WeightFormat;
  readonly inputs: readonly Input[];
  readonly integers: readonly Input[];
  /** What each pass writes. */
  readonly forward: readonly Part[];
  readonly backward: readonly Part[];
  readonly gradients: readonly Part[];
  /** Every place of the plan that is not padding, whether the call uses it or not. */
  readonly elements: readonly number[];
}

/** Lays out a subject in a plan of `capacity` for a call of `used`. */
export type MakeSubject = (capacity: Extent, used: Extent) => Subject;

/** Large, so that what should have been overwritten shows; a float32, so that it compares. */
export const RUBBISH = -(2 ** 40);

export interface Run {
  readonly plan: CompiledPlan;
  readonly subject: Subject;
  read(part: Part): readonly number[];
}

export interface RunOptions {
  readonly capacity?: Extent;
  /** Borders between parts of the batch that are run one after another. */
  readonly cuts?: readonly number[];
  /** Threads that share what is not divided by rows, one after another. */
  readonly shares?: number;
  /** Borders between steps that are run one after another, backward from the last. */
  readonly stepCuts?: readonly number[];
  /** Another axis than the subject's own. */
  readonly over?: Axis;
  readonly passes?: readonly ("forward" | "backward" | "gradients")[];
  readonly seed?: number;
}

/** Compiles a subject, gives it its inputs and runs it. */
export function runSubject(
  engine: Engine,
  make: MakeSubject,
  used: Extent,
  options: RunOptions = {},
): Run {
  const { capacity = used } = options;
  const subject = make(capacity, used);
  const { size, weights, spec } = subject;
  const { over = spec.over } = options;
  const axes = over === "outputSteps" ? { steps: 1, outputSteps: capacity.steps } : capacity;
  const source = subject.source && { steps: subject.source.capacity };
  const operations = [{ ...spec, over }];
  const { batch } = capacity;
  const plan = engine.compile({ ...axes, batch, ...source, size, weights, operations });
  for (const part of [...subject.forward, ...subject.backward, ...subject.gradients]) {
    for (const at of part.positions) plan.numbers[at] = RUBBISH;
  }
  const run: Run = {
    plan,
    subject,
    read: ({ positions }) => positions.map((at) => plan.numbers[at]),
  };
  again(run, used, options);
  return run;
}

/** Gives a run its inputs once more and runs it. */
export function again(run: Run, used: Extent, options: RunOptions = {}): void {
  const {
    cuts = [],
    shares = 1,
    stepCuts = [],
    passes = ["forward", "backward", "gradients"],
    seed = 1,
  } = options;
  const { plan, subject } = run;
  const give = (inputs: readonly Input[], memory: CompiledPlan["numbers" | "integers"]): void => {
    for (const { what, positions, value } of inputs) {
      const key = streamKey(seed, what);
      positions.forEach((at, n) => {
        memory[at] = value(uniform(key, n));
      });
    }
  };
  give(subject.inputs, plan.numbers);
  give(subject.integers, plan.integers);

  const [operation] = plan.operations;
  // From the last to the first: shares have no order.
  const all = Array.from({ length: shares }, (_, i) => ({ index: shares - 1 - i, count: shares }));
  for (const share of all) operation.prepare(share);
  const sourceSteps = subject.source?.steps;
  const whole = { ...used, from: 0, to: used.batch, sourceSteps };
  const spans = spansOf(whole, cuts, stepCuts);
  for (const pass of passes) {
    if (pass === "gradients") for (const share of all) operation.gradients(whole, share);
    else if (pass === "forward") for (const span of spans) operation.forward(span);
    else for (const span of spans.toReversed()) operation.backward(span);
  }
}

/** A call in parts: step by step, and of each step row by row. */
function spansOf(
  whole: Span,
  cuts: readonly number[],
  stepCuts: readonly number[],
): readonly Span[] {
  const borders = [0, ...cuts, whole.batch];
  const stepBorders = [0, ...stepCuts, whole.steps];
  return stepBorders.slice(1).flatMap((steps, s) =>
    borders.slice(1).map((to, n) => {
      const part = { start: stepBorders[s], steps, axisSteps: whole.steps };
      return { ...whole, ...part, from: borders[n], to };
    }),
  );
}

export function outputs({ forward, backward, gradients }: Subject): readonly Part[] {
  return [...forward, ...backward, ...gradients];
}

/** In −size … size, a float32: what both engines hold exactly. */
export function within(size: number): (u: number) => number {
  return (u) => Math.fround((2 * u - 1) * size);
}

/** One of 0 … limit − 1. */
export function below(limit: number): (u: number) => number {
  return (u) => Math.floor(u * limit);
}
