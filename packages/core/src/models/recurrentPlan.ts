/** A recurrent network laid out in an engine's memory for a number of rows and steps: vectors in, vectors out. */
import type { CompiledPlan, Engine, Extent, Integers, Tensor } from "../engines/engine.ts";
import { PlanBuilder } from "../layers/layer.ts";
import type { ParameterLayout, Stretch } from "../layers/parameters.ts";
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

export class RecurrentPlan {
  readonly compiled: CompiledPlan;
  /** [T·B, inputSize] */
  readonly input: Tensor;
  /** [T·B, outputSize] */
  readonly output: Tensor;
  /** [B]; null where all sequences have the call's steps. */
  readonly lengths: Integers | null;
  readonly states: CarriedStates;

  constructor(
    { parameters, stack, weights }: WeightedStack,
    engine: Engine,
    { hasLengths = false, ...capacity }: RecurrentCapacity,
  ) {
    const builder = new PlanBuilder(parameters, capacity, "inference");
    this.input = builder.sequence(stack.layers[0].forward.sizes.in);
    this.lengths = hasLengths ? builder.layout.integers(capacity.batch) : null;
    const input = { value: this.input, gradient: null };
    const { layers, output } = planStack(builder, stack, input, { lengths: this.lengths });
    this.output = output.value;
    this.compiled = engine.compile({
      ...capacity,
      size: builder.layout.size,
      operations: builder.operations,
    });
    const { numbers } = this.compiled;
    this.states = new CarriedStates(numbers, layers.flatMap(directionsOf));
    numbers.set(weights, builder.weightsAt);
    this.compiled.run("prepare", capacity);
    this.states.reset(capacity.batch);
  }
}
