/** Lays out a plan's memory: hands out tensors one after another, each row padded to whole vectors of four numbers. */
import type { Integers, Tensor } from "./engine.ts";

export const LANES = 4;

/** `width` rounded up to whole vectors. */
export function padded(width: number): number {
  return Math.ceil(width / LANES) * LANES;
}

/** Tensors begin on cache lines of 64 bytes (16 float32). */
export const ALIGNMENT = 16;

export class Layout {
  #size = 0;

  /** Numbers taken so far. */
  get size(): number {
    return this.#size;
  }

  /** Where the next tensor would begin. */
  align(): number {
    this.#size = Math.ceil(this.#size / ALIGNMENT) * ALIGNMENT;
    return this.#size;
  }

  /** @param rowsBefore Rows to keep free in front of the tensor: the initial states of a sequence. */
  tensor(rows: number, width: number, rowsBefore = 0): Tensor {
    const stride = padded(width);
    const offset = this.align() + rowsBefore * stride;
    this.#size = offset + rows * stride;
    return { offset, rows, width, stride };
  }

  integers(count: number): Integers {
    const offset = this.align();
    this.#size = offset + count;
    return { offset, count };
  }
}
