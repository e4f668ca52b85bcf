/**
 * A layer: parameters, and what it adds to a plan. Layers only describe; engines compute.
 *
 * Values flow from layer to layer as tensors; in a training plan each comes with the tensor in which the layer above leaves
 * the gradient.
 */
import {
  type Axis,
  type Integers,
  type Loop,
  type OperationSpec,
  stepsAlong,
  type Tensor,
} from "../engines/engine.ts";
import { Layout } from "../engines/layout.ts";
import type { Observation, Observe } from "./observation.ts";
import type { ParameterLayout } from "./parameters.ts";
import type { RecurrentLayer } from "./recurrentLayer.ts";

/** What a layer hands to the next. */
export interface Flow {
  /** [T·B, width], or tokens [T·B]. */
  readonly value: Tensor | Integers;
  /** ∂L/∂value, written by the layer above; null in a plan that only infers, and for tokens. */
  readonly gradient: Tensor | null;
  /** What its rows run over. @default "steps" */
  readonly over?: Axis;
}

/** A flow of vectors. */
export interface VectorFlow extends Flow {
  readonly value: Tensor;
}

export type Purpose = "training" | "inference";

/** A plan in the making. */
export class PlanBuilder {
  readonly layout = new Layout();
  readonly operations: OperationSpec[] = [];
  readonly loops: Loop[] = [];
  /** What random masks are drawn by, two integers each, which the caller sets before each training step. */
  readonly keys: Integers[] = [];
  /** What the caller sets once, after compilation. */
  readonly constants: { readonly tensor: Tensor; readonly value: number }[] = [];
  readonly steps: number;
  readonly batch: number;
  readonly outputSteps: number;
  readonly training: boolean;
  /** True where numbers are drawn: in a plan that trains and is not observed. */
  readonly random: boolean;
  readonly #observe: Observe | null;
  readonly #parameters: ParameterLayout;
  readonly weightsAt: number;
  /** Where gradients begin; −1 in a plan that only infers. */
  readonly gradientsAt: number;

  constructor(
    parameters: ParameterLayout,
    capacity: { readonly steps: number; readonly batch: number; readonly outputSteps?: number },
    purpose: Purpose,
    observe: Observe | null = null,
  ) {
    this.#parameters = parameters;
    this.steps = capacity.steps;
    this.batch = capacity.batch;
    this.outputSteps = capacity.outputSteps ?? 0;
    this.training = purpose === "training";
    this.random = this.training && observe === null;
    this.#observe = observe;
    this.weightsAt = this.reserve(parameters.size);
    this.gradientsAt = this.training ? this.reserve(parameters.size) : -1;
  }

  get rows(): number {
    return this.steps * this.batch;
  }

  /** A stretch of numbers; answers where it begins. */
  reserve(count: number): number {
    return this.layout.tensor(1, count).offset;
  }

  /** Rows of what runs over an axis. */
  rowsAlong(axis: Axis | undefined): number {
    return stepsAlong(axis, this) * this.batch;
  }

  /** A tensor of one row a step and sequence. */
  sequence(width: number, over?: Axis): Tensor {
    return this.layout.tensor(this.rowsAlong(over), width);
  }

  /** A flow of this width that a layer is about to write. */
  flow(width: number, over?: Axis): VectorFlow {
    return {
      value: this.sequence(width, over),
      gradient: this.training ? this.sequence(width, over) : null,
      over,
    };
  }

  /** Room for the key of a mask. */
  key(): Integers {
    const key = this.layout.integers(2);
    this.keys.push(key);
    return key;
  }

  /** What is to be seen of a layer, null where nothing is. */
  observationOf(layer: RecurrentLayer): Observation | null {
    return this.#observe?.(layer) ?? null;
  }

  weight(index: number): Tensor {
    return this.#parameters.at(index, this.weightsAt);
  }

  weightGradient(index: number): Tensor {
    if (!this.training) throw new RangeError("a plan that only infers has no gradients");
    return this.#parameters.at(index, this.gradientsAt);
  }
}

/** Fills the rows of a tensor of a compiled plan, and leaves their padding. */
export function setRows(
  numbers: Float32Array | Float64Array,
  { offset, rows, width, stride }: Tensor,
  value: number,
): void {
  for (let r = 0; r < rows; r++) {
    numbers.fill(value, offset + r * stride, offset + r * stride + width);
  }
}

/** Sets what a plan holds for good; to be called once after its compilation. */
export function setConstants(
  numbers: Float32Array | Float64Array,
  { constants }: PlanBuilder,
): void {
  for (const { tensor, value } of constants) setRows(numbers, tensor, value);
}

/** Tokens have no width; tensors do. */
export function isTensor(value: Tensor | Integers): value is Tensor {
  return "width" in value;
}

/** A flow's tensor where a layer cannot take tokens. @throws TypeError for tokens. */
export function tensorOf(flow: Flow, layer: string): Tensor {
  if (isTensor(flow.value)) return flow.value;
  throw new TypeError(`${layer}: expected vectors, got tokens; put an embedding before it`);
}

/** The same flow where a layer cannot take tokens. @throws TypeError for tokens. */
export function vectorsOf(flow: Flow, layer: string): VectorFlow {
  return { ...flow, value: tensorOf(flow, layer) };
}
