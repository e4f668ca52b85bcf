/** A pass over the operations of a plan, for the share of one thread: rows of the batch, or columns where rows are summed. */
import type { Extent, Operation, Pass, Share, Span } from "./engine.ts";

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

type MutableSpan = { -readonly [K in keyof Span]: Span[K] };

/** Runs passes without taking memory: to be made once. */
export class PassRunner {
  readonly #operations: readonly Operation[];
  readonly #span: MutableSpan = { steps: 0, batch: 0, from: 0, to: 0 };

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
  }

  /** The share's part of a pass of operations [first, end), one after another; none of them waits for another thread. */
  run(pass: Pass, { steps, batch }: Extent, first: number, end: number, share: Share): void {
    const operations = this.#operations;
    const span = this.#span;
    span.steps = steps;
    span.batch = batch;
    span.from = rowsBefore(batch, share.index, share.count);
    span.to = rowsBefore(batch, share.index + 1, share.count);
    const hasRows = span.to > span.from;
    switch (pass) {
      case "prepare":
        for (let i = first; i < end; i++) operations[i].prepare(share);
        break;
      case "forward":
        for (let i = first; i < end && hasRows; i++) operations[i].forward(span);
        break;
      case "backward":
        for (let i = end - 1; i >= first && hasRows; i--) operations[i].backward(span);
        break;
      case "gradients":
        span.from = 0;
        span.to = batch;
        for (let i = first; i < end; i++) operations[i].gradients(span, share);
        break;
    }
  }
}
