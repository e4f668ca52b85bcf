/** Which rows of a time-major sequence a call is about, and sums over them. */
import type { Span, Tensor } from "../engine.ts";

/** Calls back with every row of the span: t·batch + b for steps t in [start, steps) and b in [from, to). */
export function forEachRow(span: Span, visit: (row: number) => void): void {
  for (let t = span.start ?? 0; t < span.steps; t++) {
    for (let b = span.from; b < span.to; b++) visit(t * span.batch + b);
  }
}

/** Calls back with every row of the sequence, whatever the span's start, from and to: sums run over all of them. */
export function forAllRows(span: Span, visit: (row: number) => void): void {
  for (let row = 0; row < span.steps * span.batch; row++) visit(row);
}

/** Sets a tensor to zero, padding included. */
export function clear(memory: Float64Array, { offset, rows, stride }: Tensor): void {
  memory.fill(0, offset, offset + rows * stride);
}

/** vector += the column sums of `matrix` over all rows: the gradient of a bias. */
export function addColumnSums(
  memory: Float64Array,
  matrix: Tensor,
  vector: Tensor,
  span: Span,
): void {
  forAllRows(span, (row) => {
    const from = matrix.offset + row * matrix.stride;
    for (let n = 0; n < vector.width; n++) memory[vector.offset + n] += memory[from + n];
  });
}

/** What a plan that only infers answers to `backward` and `gradients`. */
export function noTraining(kind: string): never {
  throw new TypeError(`${kind}: this plan was made without training, so it has no gradients`);
}
