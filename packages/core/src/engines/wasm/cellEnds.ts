/**
 * What stands behind the ends of a cell's sequences. Kernels and products take every row of a step, whether its sequence has
 * ended or not; afterwards the rows of those that have are set right here:
 *
 * - forward, what is shown of them is zero: states and signals;
 * - backward, whatever sums over rows will read is zero, and so are the signals that the walk back writes; the states' gradients,
 *   set aside when it began, are what they were: so they enter at the sequence's last step, or come through where there is none.
 *
 * No row reads another's, so what padding holds goes nowhere, be it NaN; only x itself has to be finite there, since sums for the
 * gradients of weights multiply it by zero.
 */
import type { CellSpec, Span } from "../engine.ts";
import type { CellArray, CellMemory } from "./cellMemory.ts";
import type { Linked, PlanContext } from "./compile.ts";

export interface CellEnds {
  /** After step t. */
  forward(t: number, span: Span): void;
  /** Before the last step of the axis. */
  beginBackward(span: Span): void;
  /** After step t. */
  backward(t: number, span: Span): void;
}

/** @returns Null for a cell whose sequences all have the call's steps. */
export function cellEnds(
  { lengths }: CellSpec,
  memory: CellMemory,
  context: PlanContext,
): ((linked: Linked) => CellEnds) | null {
  if (!lengths) return null;
  const shown = [...memory.state, ...memory.signal];
  const { record, source, inputGradient, outputGradient, vectorSum, carried } = memory;
  const summed = [...record, ...source, ...inputGradient, ...outputGradient, ...vectorSum];
  const cleared = [...summed, ...memory.signal];
  /** One an array of `carried`. */
  const aside = carried.map(({ stride }): CellArray => {
    return { rows: "batch", stride, offset: context.scratch(context.plan.batch * stride) };
  });
  return ({ numbers, integers }) => {
    const hasEnded = (b: number, t: number): boolean => integers[lengths.offset + b] <= t;
    /** Sets sequences [from, to) to zero at step t. */
    const clear = (
      arrays: readonly CellArray[],
      t: number,
      batch: number,
      from: number,
      to: number,
    ) => {
      for (const { rows, offset, stride } of arrays) {
        const first = offset + (rows === "step" ? t * batch : 0) * stride;
        numbers.fill(0, first + from * stride, first + to * stride);
      }
    };
    const copy = (
      from: readonly CellArray[],
      to: readonly CellArray[],
      first: number,
      end: number,
    ) => {
      for (let s = 0; s < from.length; s++) {
        const { offset, stride } = from[s];
        numbers.copyWithin(
          to[s].offset + first * stride,
          offset + first * stride,
          offset + end * stride,
        );
      }
    };
    /** The first sequence from b on that has ended by step t, or has not; or the span's end. */
    const next = (b: number, t: number, ended: boolean, { to }: Span): number => {
      let found = b;
      while (found < to && hasEnded(found, t) !== ended) found++;
      return found;
    };
    return {
      forward(t, span) {
        for (let first = next(span.from, t, true, span); first < span.to; ) {
          const end = next(first, t, false, span);
          clear(shown, t, span.batch, first, end);
          first = next(end, t, true, span);
        }
      },
      beginBackward({ from, to }) {
        copy(carried, aside, from, to);
      },
      backward(t, span) {
        for (let first = next(span.from, t, true, span); first < span.to; ) {
          const end = next(first, t, false, span);
          clear(cleared, t, span.batch, first, end);
          copy(aside, carried, first, end);
          first = next(end, t, true, span);
        }
      },
    };
  };
}
