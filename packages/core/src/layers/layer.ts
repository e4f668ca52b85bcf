/**
 * A layer: parameters, and what it adds to a plan. Layers only describe; engines compute.
 *
 * Values flow from layer to layer as tensors; in a training plan each comes with the tensor in which the layer above leaves
 * the gradient.
 */
import type { Integers, OperationSpec, Tensor } from "../engines/engine.ts";
import { Layout } from "../engines/layout.ts";
import type { ParameterLayout } from "./parameters.ts";

/** What a layer hands to the next. */
export interface Flow {
  /** [T·B, width], or tokens [T·B]. */
  readonly value: Tensor | Integers;
  /** ∂L/∂value, written by the layer above; null in a plan that only infers, and for tokens. */
  readonly gradient: Tensor | null;
}

/** A plan in the making. */
export class PlanBuilder {
  readonly layout = new Layout();
  readonly operations: OperationSpec[] = [];
  readonly steps: number;
  readonly batch: number;
  readonly training: boolean;
  /** True where every named signal is written out for inspection. */
  readonly tracing: boolean;
  readonly #parameters: ParameterLayout;
  readonly weightsAt: number;
  /** Where gradients begin; −1 in a plan that only infers. */
  readonly gradientsAt: number;

  constructor(
    parameters: ParameterLayout,
    capacity: { readonly steps: number; readonly batch: number },
    purpose: "training" | "inference" | "tracing",
  ) {
    this.#parameters = parameters;
    this.steps = capacity.steps;
    this.batch = capacity.batch;
    this.training = purpose === "training";
    this.tracing = purpose === "tracing";
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

  /** A tensor of one row a step and sequence. */
  sequence(width: number): Tensor {
    return this.layout.tensor(this.rows, width);
  }

  /** A flow of this width that a layer is about to write. */
  flow(width: number): { value: Tensor; gradient: Tensor | null } {
    return {
      value: this.sequence(width),
      gradient: this.training ? this.sequence(width) : null,
    };
  }

  weight(index: number): Tensor {
    return this.#parameters.at(index, this.weightsAt);
  }

  weightGradient(index: number): Tensor {
    if (!this.training) throw new RangeError("a plan that only infers has no gradients");
    return this.#parameters.at(index, this.gradientsAt);
  }
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
