/** How rows travel between layers: side by side, backward in time, repeated, and from a sequence's end to its beginning. */
import type { Axis, Integers, JoinPiece, Tensor } from "../engines/engine.ts";
import type { PlanBuilder, VectorFlow } from "./layer.ts";
import type { RecurrentTensors } from "./recurrent.ts";

/** A piece of a flow's rows; with `accumulate` where the flow is used elsewhere too, later in the plan. */
export function piece(
  { value, gradient }: VectorFlow,
  at: JoinPiece["at"] = "same",
  accumulate = false,
): JoinPiece {
  return { value, at, gradient, accumulate };
}

/** The rows of pieces side by side. */
export function planJoin(
  builder: PlanBuilder,
  pieces: readonly JoinPiece[],
  over?: Axis,
  lengths: Integers | null = null,
): VectorFlow {
  const width = pieces.reduce((sum, { value }) => sum + value.width, 0);
  const output = builder.flow(width, over);
  builder.operations.push({
    kind: "join",
    over,
    pieces,
    lengths,
    output: output.value,
    training: output.gradient && { outputGradient: output.gradient },
  });
  return output;
}

/** A flow of its own with the same rows, for a layer that overwrites its input's gradient where others write it too. */
export function planCopy(builder: PlanBuilder, flow: VectorFlow): VectorFlow {
  return planJoin(builder, [piece(flow, "same", true)], flow.over);
}

/** A layer's states after the last step of each sequence, once each. */
export function planFinalStates(
  builder: PlanBuilder,
  { states, stateGradients }: RecurrentTensors,
  lengths: Integers | null,
  wanted: readonly number[] = states.map((_, state) => state),
): VectorFlow[] {
  return wanted.map((index) => {
    const state = states[index];
    const output = builder.flow(state.width, "once");
    builder.operations.push({
      kind: "finalState",
      over: "once",
      state,
      lengths,
      output: output.value,
      training: output.gradient && {
        outputGradient: output.gradient,
        stateGradient: stateGradients[index],
      },
    });
    return output;
  });
}

/**
 * The states before a layer's first step; to be planned before the layer is pushed.
 *
 * @param sources One a state: [B, W], or with `shared` a row of parameters [1, W].
 */
export function planInitialStates(
  builder: PlanBuilder,
  { states, stateGradients }: RecurrentTensors,
  sources: readonly { readonly value: Tensor; readonly gradient: Tensor | null }[],
  shared: boolean,
): void {
  sources.forEach(({ value, gradient }, index) => {
    builder.operations.push({
      kind: "initialState",
      over: "once",
      source: value,
      shared,
      state: states[index],
      training: gradient && { stateGradient: stateGradients[index], sourceGradient: gradient },
    });
  });
}
