/** A recurrent network laid out in an engine's memory for a number of rows and steps: vectors in, vectors out. */
import type { CompiledPlan, Engine, Extent, Tensor } from "../engines/engine.ts";
import { type Flow, PlanBuilder, tensorOf } from "../layers/layer.ts";
import type { ParameterLayout, Stretch } from "../layers/parameters.ts";
import { planRecurrent, type RecurrentLayer, type RecurrentTensors } from "../layers/recurrent.ts";
import { CarriedStates } from "./carriedStates.ts";

/** Layers, one on the other, and their weights: a `RecurrentNetwork`. */
export interface RecurrentStack {
  readonly parameters: ParameterLayout;
  readonly layers: readonly RecurrentLayer[];
  readonly weights: Stretch;
}

export class RecurrentPlan {
  readonly compiled: CompiledPlan;
  /** [T·B, inputSize] */
  readonly input: Tensor;
  /** [T·B, outputSize] */
  readonly output: Tensor;
  readonly states: CarriedStates;

  constructor({ parameters, layers, weights }: RecurrentStack, engine: Engine, capacity: Extent) {
    const builder = new PlanBuilder(parameters, capacity, "inference");
    this.input = builder.sequence(layers[0].sizes.in);
    const planned: RecurrentTensors[] = [];
    let flow: Flow = { value: this.input, gradient: null };
    for (const layer of layers) {
      const tensors = planRecurrent(builder, layer, flow);
      planned.push(tensors);
      flow = tensors.output;
    }
    this.output = tensorOf(flow, "recurrent network");
    this.compiled = engine.compile({
      ...capacity,
      size: builder.layout.size,
      operations: builder.operations,
    });
    const { numbers } = this.compiled;
    this.states = new CarriedStates(numbers, planned);
    numbers.set(weights, builder.weightsAt);
    this.compiled.run("prepare", capacity);
    this.states.reset(capacity.batch);
  }
}
