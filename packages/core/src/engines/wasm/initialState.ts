/** The rows before a cell's first step, from given vectors or from one that is learned. */
import type { InitialStateSpec, Operation, Span, Tensor } from "../engine.ts";
import { sumRows } from "./cellRows.ts";
import type { Linked, PlanContext } from "./compile.ts";
import { noTraining } from "./spans.ts";

export function initialState(
  spec: InitialStateSpec,
  context: PlanContext,
): (linked: Linked) => Operation {
  const { source, shared, state, training } = spec;
  const linkSum =
    training && shared
      ? sumRows(context, { width: source.stride, fromStride: training.stateGradient.stride })
      : null;

  return (linked) => {
    const { numbers } = linked;
    const sum = linkSum?.(linked);
    /** Rows of two tensors, at offsets, for the sequences of a span. */
    const copy = (from: Tensor, to: Tensor, toOffset: number, span: Span): void => {
      const first = from.offset + span.from * from.stride;
      const end = from.offset + span.to * from.stride;
      numbers.copyWithin(toOffset + span.from * to.stride, first, end);
    };
    return {
      prepare() {},
      forward(span) {
        const before = state.offset - span.batch * state.stride;
        if (!shared) {
          copy(source, state, before, span);
          return;
        }
        for (let b = span.from; b < span.to; b++) {
          const end = source.offset + source.stride;
          numbers.copyWithin(before + b * state.stride, source.offset, end);
        }
      },
      backward(span) {
        if (!training) return noTraining("initialState");
        const { stateGradient, sourceGradient } = training;
        if (!shared) copy(stateGradient, sourceGradient, sourceGradient.offset, span);
      },
      gradients({ batch }, share) {
        if (!training) return noTraining("initialState");
        const { stateGradient, sourceGradient } = training;
        sum?.(sourceGradient.offset, stateGradient.offset, batch, share);
      },
    };
  };
}
