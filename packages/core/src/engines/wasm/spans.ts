/**
 * The rows that a span is about, steps [start, steps) of its axis, as runs of consecutive rows: one run where the whole batch is
 * meant, else one a step.
 *
 *     for (let i = 0; i < runCount(span); i++) kernel(runStart(span, i), runLength(span));
 */
import type { Span } from "../engine.ts";

function isWhole({ batch, from, to }: Span): boolean {
  return from === 0 && to === batch;
}

function stepCount({ start = 0, steps }: Span): number {
  return steps - start;
}

export function runCount(span: Span): number {
  const steps = stepCount(span);
  return isWhole(span) ? Math.min(1, steps) : steps;
}

/** Row, counted from the sequence's first, with which the run begins. */
export function runStart(span: Span, run: number): number {
  return ((span.start ?? 0) + run) * span.batch + span.from;
}

/** Rows in each run. */
export function runLength(span: Span): number {
  return isWhole(span) ? stepCount(span) * span.batch : span.to - span.from;
}

/** What a plan that only infers answers to `backward` and `gradients`. */
export function noTraining(kind: string): never {
  throw new TypeError(`${kind}: this plan was made without training, so it has no gradients`);
}
