/**
 * Where a model's weights stand: one stretch of numbers, the same in every plan of the model whatever its capacity, so
 * that weights move between plans and into files as one copy. Gradients and an optimizer's moments lie in stretches of the same layout.
 */
import type { Tensor } from "../engines/engine.ts";
import { Layout } from "../engines/layout.ts";

/** One stored matrix or vector, at `offset` from the stretch's start. */
export interface Parameter {
  /** `layers.0.weights.h`: the layer's place in the model, then what it is there. */
  readonly name: string;
  /** The layer's name, by which groups and frozen layers are chosen: `embedding`, `rnn.0`, `linear`. */
  readonly layer: string;
  readonly tensor: Tensor;
}

export class ParameterLayout {
  readonly #layout = new Layout();
  readonly #parameters: Parameter[] = [];

  get parameters(): readonly Parameter[] {
    return this.#parameters;
  }

  /** Numbers in the stretch, padding included. */
  get size(): number {
    return this.#layout.align();
  }

  /** Adds a matrix of [rows, width]; answers its index. */
  add(layer: string, name: string, rows: number, width: number): number {
    const tensor = this.#layout.tensor(rows, width);
    this.#parameters.push({ name: `${layer}.${name}`, layer, tensor });
    return this.#parameters.length - 1;
  }

  tensor(index: number): Tensor {
    return this.#parameters[index].tensor;
  }

  /** The tensor of a stretch that begins at `base`. */
  at(index: number, base: number): Tensor {
    const { tensor } = this.#parameters[index];
    return { ...tensor, offset: base + tensor.offset };
  }
}
