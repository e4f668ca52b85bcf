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

/** A model's weights, or gradients, as one stretch in the layout of its parameters. */
export type Stretch = Float32Array | Float64Array;

/**
 * Copies a matrix into a stretch.
 *
 * @param values Row-major [rows, width] of the stored tensor, or with `transposed` [width, rows].
 */
export function writeMatrix(
  stretch: Stretch,
  { offset, rows, width, stride }: Tensor,
  values: Stretch,
  transposed = false,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < width; c++) {
      stretch[offset + r * stride + c] = values[transposed ? c * rows + r : r * width + c];
    }
  }
}

/** The way back: a matrix without its padding, in the stretch's precision. */
export function readMatrix(
  stretch: Stretch,
  { offset, rows, width, stride }: Tensor,
  transposed = false,
): Stretch {
  const values = stretch.slice(0, rows * width);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < width; c++) {
      values[transposed ? c * rows + r : r * width + c] = stretch[offset + r * stride + c];
    }
  }
  return values;
}
