/** A pass over the operations of a plan, for the share of one thread: rows of the batch, or columns where rows are summed. */
import {
  type Axis,
  type Extent,
  type Loop,
  type Operation,
  type Pass,
  type PlanSpec,
  type Share,
  type Span,
  stepsAlong,
} from "./engine.ts";

/** Rows that the kernels of products take together. */
const ROWS_TOGETHER = 2;

/** Whether a batch has rows for more than one share. */
export function dividesRows(batch: number): boolean {
  return batch >= 2 * ROWS_TOGETHER;
}

/**
 * The first row of a batch that is not of the shares before this one. Pairs of rows are divided, and an odd row goes with the last
 * pair: of two rows and more, oneDNN 2.6 gives each the same bits however many there are, of a single row others.
 */
export function rowsBefore(batch: number, index: number, count: number): number {
  const pairs = Math.max(1, Math.floor(batch / ROWS_TOGETHER));
  const before = Math.ceil((pairs * index) / count);
  return before === pairs ? batch : before * ROWS_TOGETHER;
}

type MutableSpan = { -readonly [K in keyof Span]-?: Span[K] };

/** What of a plan says how passes go through it. */
export type PassOrder = Pick<PlanSpec, "operations" | "loops">;

/** Runs passes without taking memory: to be made once. */
export class PassRunner {
  readonly #operations: readonly Operation[];
  readonly #axes: readonly Axis[];
  readonly #loops: readonly Loop[];
  readonly #span: MutableSpan = {
    ...{ steps: 0, batch: 0, from: 0, to: 0 },
    ...{ start: 0, axisSteps: 0, sourceSteps: 0 },
  };

  constructor(operations: readonly Operation[], { operations: specs, loops = [] }: PassOrder) {
    this.#operations = operations;
    this.#axes = specs.map(({ over = "steps" }) => over);
    this.#loops = loops;
  }

  /** The share's part of a pass of operations [first, end), one after another; none of them waits for another thread. */
  run(pass: Pass, extent: Extent, first: number, end: number, share: Share): void {
    const operations = this.#operations;
    const { batch } = extent;
    const span = this.#span;
    span.batch = batch;
    span.from = rowsBefore(batch, share.index, share.count);
    span.to = rowsBefore(batch, share.index + 1, share.count);
    const hasRows = span.to > span.from;
    switch (pass) {
      case "prepare":
        for (let i = first; i < end; i++) operations[i].prepare(share);
        break;
      case "forward":
        if (hasRows) this.#forward(extent, first, end);
        break;
      case "backward":
        if (hasRows) this.#backward(extent, first, end);
        break;
      case "gradients":
        span.from = 0;
        span.to = batch;
        for (let i = first; i < end; i++) {
          operations[i].gradients(this.#along(i, extent), share);
        }
        break;
    }
  }

  #forward(extent: Extent, first: number, end: number): void {
    let i = first;
    for (const loop of this.#loops) {
      const from = Math.max(first, loop.first);
      const to = Math.min(end, loop.end);
      if (from >= to) continue;
      for (; i < from; i++) this.#operations[i].forward(this.#along(i, extent));
      const { outputStart = 0, outputSteps = 0 } = extent;
      for (let step = outputStart; step < outputSteps; step++) {
        for (i = from; i < to; i++) this.#operations[i].forward(this.#at(step, i, extent));
      }
      i = to;
    }
    for (; i < end; i++) this.#operations[i].forward(this.#along(i, extent));
  }

  #backward(extent: Extent, first: number, end: number): void {
    let i = end - 1;
    for (let k = this.#loops.length - 1; k >= 0; k--) {
      const from = Math.max(first, this.#loops[k].first);
      const to = Math.min(end, this.#loops[k].end);
      if (from >= to) continue;
      for (; i >= to; i--) this.#operations[i].backward(this.#along(i, extent));
      for (let step = (extent.outputSteps ?? 0) - 1; step >= 0; step--) {
        for (i = to - 1; i >= from; i--) this.#operations[i].backward(this.#at(step, i, extent));
      }
      i = from - 1;
    }
    for (; i >= first; i--) this.#operations[i].backward(this.#along(i, extent));
  }

  /** The whole axis of an operation. */
  #along(index: number, extent: Extent): Span {
    const span = this.#span;
    const axis = this.#axes[index];
    span.axisSteps = stepsAlong(axis, extent);
    span.steps = span.axisSteps;
    span.start = axis === "outputSteps" ? (extent.outputStart ?? 0) : 0;
    span.sourceSteps = extent.steps;
    return span;
  }

  /** One step of it. */
  #at(step: number, index: number, extent: Extent): Span {
    const span = this.#span;
    span.axisSteps = stepsAlong(this.#axes[index], extent);
    span.start = step;
    span.steps = step + 1;
    span.sourceSteps = extent.steps;
    return span;
  }
}
