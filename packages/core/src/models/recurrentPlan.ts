/** A recurrent network laid out in an engine's memory for a number of rows and steps: vectors in, vectors out. */
import type { CompiledPlan, Engine, Extent, Integers, Tensor } from "../engines/engine.ts";
import { PlanBuilder, type Purpose, setConstants, setRows } from "../layers/layer.ts";
import type { Observe } from "../layers/observation.ts";
import type { ParameterLayout, Stretch } from "../layers/parameters.ts";
import type { RecurrentTensors } from "../layers/recurrent.ts";
import { directionsOf, planStack, type RecurrentStack } from "../layers/stack.ts";
import { CarriedStates } from "./carriedStates.ts";

/** Layers, one on the other, and their weights: a `RecurrentNetwork`. */
export interface WeightedStack {
  readonly parameters: ParameterLayout;
  readonly stack: RecurrentStack;
  readonly weights: Stretch;
}

/** What a plan has room for. */
export interface RecurrentCapacity extends Extent {
  /** Whether sequences may have different lengths. @default false: all have the call's steps */
  readonly hasLengths?: boolean;
}

export interface RecurrentPlanOptions {
  /** @default "inference" */
  readonly purpose?: Purpose;
  /** What is to be seen inside, and held. @default nothing */
  readonly observe?: Observe;
}

export class RecurrentPlan {
  readonly compiled: CompiledPlan;
  /** [T·B, inputSize] */
  readonly input: Tensor;
  /** [T·B, outputSize] */
  readonly output: Tensor;
  /** ∂L/∂output, to be written by the caller before `backward`; null in a plan that only infers. */
  readonly outputGradient: Tensor | null;
  /** From below; of a layer that reads both ways, forward before backward. */
  readonly layers: readonly RecurrentTensors[];
  /** [B]; null where all sequences have the call's steps. */
  readonly lengths: Integers | null;
  readonly states: CarriedStates;

  constructor(
    { parameters, stack, weights }: WeightedStack,
    engine: Engine,
    { hasLengths = false, ...capacity }: RecurrentCapacity,
    { purpose = "inference", observe }: RecurrentPlanOptions = {},
  ) {
    const builder = new PlanBuilder(parameters, capacity, purpose, observe);
    this.input = builder.sequence(stack.layers[0].forward.sizes.in);
    this.lengths = hasLengths ? builder.layout.integers(capacity.batch) : null;
    const input = { value: this.input, gradient: null };
    const { layers, output } = planStack(builder, stack, input, { lengths: this.lengths });
    this.output = output.value;
    this.outputGradient = output.gradient;
    this.layers = layers.flatMap(directionsOf);
    this.compiled = engine.compile({
      ...capacity,
      size: builder.layout.size,
      operations: builder.operations,
    });
    const { numbers } = this.compiled;
    this.states = new CarriedStates(numbers, this.layers);
    setConstants(numbers, builder);
    numbers.set(weights, builder.weightsAt);
    this.compiled.run("prepare", capacity);
    this.states.reset(capacity.batch);
  }

  /** From what stands in `outputGradient`. Needs the forward pass of the same extent just before. */
  backward(extent: Extent): void {
    const { numbers } = this.compiled;
    for (const { stateGradients } of this.layers) {
      for (const tensor of stateGradients) setRows(numbers, tensor, 0);
    }
    this.compiled.run("backward", extent);
    this.compiled.run("gradients", extent);
  }
}
