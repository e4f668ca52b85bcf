/** Recurrent layers, one on the other, each in one direction of time or in both. */
import type { Cell } from "../cells/cell.ts";
import type { Axis, Integers } from "../engines/engine.ts";
import { planDropout } from "./dense.ts";
import { piece, planInitialStates, planJoin } from "./join.ts";
import { type Flow, isTensor, type PlanBuilder, type VectorFlow } from "./layer.ts";
import type { ParameterLayout } from "./parameters.ts";
import {
  outputSize,
  planRecurrent,
  pushRecurrent,
  type RecurrentLayer,
  type RecurrentOptions,
  type RecurrentTensors,
  recurrentLayer,
  recurrentTensors,
} from "./recurrent.ts";

export interface StackSizes {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly projectionSize?: number;
}

/** One layer of a stack. */
export interface StackLayer {
  readonly forward: RecurrentLayer;
  /** Reads each sequence from its end; null where only one direction is wanted. */
  readonly backward: RecurrentLayer | null;
}

export interface RecurrentStack {
  readonly layers: readonly StackLayer[];
  /** Of the top layer: both directions side by side. */
  readonly outputSize: number;
  /** Learned initial states: by layer, forward then backward, a row of parameters a state. Null where they are the cell's own. */
  readonly initial: readonly (readonly (readonly number[])[])[] | null;
}

/** Declares the layers `NAME.0`, `NAME.0.reverse`, … in the model's stretch. */
export function recurrentStack(
  parameters: ParameterLayout,
  name: string,
  cell: Cell,
  sizes: StackSizes,
  { bidirectional, learnedInitial }: { bidirectional: boolean; learnedInitial: boolean },
): RecurrentStack {
  const { hiddenSize, projectionSize } = sizes;
  let { inputSize } = sizes;
  const layers: StackLayer[] = [];
  for (let index = 0; index < sizes.layers; index++) {
    const given = { inputSize, hiddenSize, projectionSize };
    const forward = recurrentLayer(parameters, `${name}.${index}`, cell, given);
    const backward = bidirectional
      ? recurrentLayer(parameters, `${name}.${index}.reverse`, cell, given)
      : null;
    layers.push({ forward, backward });
    inputSize = outputSize(forward) * (bidirectional ? 2 : 1);
  }
  const initialOf = ({ name: of, sizes: widths, cell: { program } }: RecurrentLayer) =>
    program.states.map(({ name: state, width }) =>
      parameters.add(of, `initial.${state}`, 1, widths[width]),
    );
  const initial = learnedInitial ? layers.map((layer) => directionsOf(layer).map(initialOf)) : null;
  return { layers, outputSize: inputSize, initial };
}

/** Forward, and backward where there is one. */
export function directionsOf<T>({
  forward,
  backward,
}: {
  readonly forward: T;
  readonly backward: T | null;
}): T[] {
  return backward === null ? [forward] : [forward, backward];
}

export interface StackOptions extends RecurrentOptions {
  /** Between layers. @default 0 */
  readonly dropout?: number;
}

/** What a layer of a stack holds of a plan's memory. */
export interface StackLayerTensors {
  readonly forward: RecurrentTensors;
  readonly backward: RecurrentTensors | null;
}

export interface StackTensors {
  readonly layers: readonly StackLayerTensors[];
  /** [T·B, outputSize] of the top layer. */
  readonly output: VectorFlow;
}

/** Adds a stack to a plan. @throws TypeError for tokens where a layer reads backward: give it an embedding. */
export function planStack(
  builder: PlanBuilder,
  stack: RecurrentStack,
  input: Flow,
  options: StackOptions = {},
): StackTensors {
  const { lengths = null, dropout = 0 } = options;
  const { over } = input;
  const layers: StackLayerTensors[] = [];
  let flow: Flow = input;
  let output: VectorFlow | null = null;
  for (const [index, layer] of stack.layers.entries()) {
    if (index > 0) flow = planDropout(builder, dropout, flow).output;
    const initial = stack.initial?.[index];
    const { backward } = layer;
    const reversed = backward && planReversed(builder, flow, over, lengths);
    const forward = planLayer(builder, layer.forward, flow, options, initial?.[0]);
    if (backward && reversed) {
      const back = planLayer(builder, backward, reversed, options, initial?.[1]);
      const pieces = [piece(forward.output), piece(back.output, "reversed")];
      output = planJoin(builder, pieces, over, lengths);
      layers.push({ forward, backward: back });
    } else {
      output = forward.output;
      layers.push({ forward, backward: null });
    }
    flow = output;
  }
  if (!output) throw new RangeError("a stack without layers");
  return { layers, output };
}

/** The forward layer overwrites the input's gradient, last of all; what came backward is added to it. */
function planReversed(
  builder: PlanBuilder,
  flow: Flow,
  over: Axis | undefined,
  lengths: Integers | null,
): VectorFlow {
  if (!isTensor(flow.value)) {
    throw new TypeError("a layer that reads backward: expected vectors, got tokens");
  }
  const { value, gradient } = flow;
  return planJoin(builder, [piece({ value, gradient }, "reversed", true)], over, lengths);
}

function planLayer(
  builder: PlanBuilder,
  layer: RecurrentLayer,
  input: Flow,
  options: RecurrentOptions,
  initial: readonly number[] | undefined,
): RecurrentTensors {
  if (!initial) return planRecurrent(builder, layer, input, options);
  const tensors = recurrentTensors(builder, layer, input.over, options.regularisation);
  const sources = initial.map((index) => ({
    value: builder.weight(index),
    gradient: builder.training ? builder.weightGradient(index) : null,
  }));
  planInitialStates(builder, tensors, sources, true);
  pushRecurrent(builder, tensors, input, options.lengths);
  return tensors;
}
