/**
 * The states of a plan's recurrent layers as they are carried: from window to window within the plan, and in and out of it by
 * name. Row r of a batch has its initial states in the r-th of the rows before a state's first (see `CellSpec`).
 */
import type { Extent } from "../engines/engine.ts";
import type { RecurrentTensors } from "../layers/recurrent.ts";

type Numbers = Float32Array | Float64Array;

/** One a recurrent layer: each state's numbers by the name that the equations give it, `state[0].c`. */
export type NetworkState = readonly Readonly<Record<string, Numbers>>[];

/** One state of one layer. */
interface Carried {
  readonly layer: number;
  readonly name: string;
  readonly initial: number;
  readonly offset: number;
  readonly stride: number;
  readonly width: number;
}

/** Up to here a loop is faster than a call of `copyWithin`. */
const FEW_NUMBERS = 256;

export class CarriedStates {
  readonly #numbers: Numbers;
  readonly #states: readonly Carried[];
  readonly #layers: number;

  constructor(numbers: Numbers, layers: readonly RecurrentTensors[]) {
    this.#numbers = numbers;
    this.#layers = layers.length;
    this.#states = layers.flatMap(({ layer, states }, index) =>
      states.map(({ offset, stride, width }, s): Carried => {
        const { name, initial } = layer.cell.program.states[s];
        return { layer: index, name, initial, offset, stride, width };
      }),
    );
  }

  /**
   * The window's last states become the next window's initial ones.
   *
   * @param lengths Steps of each sequence. @default all have the window's
   */
  carry({ steps, batch }: Extent, lengths?: readonly number[]): void {
    const numbers = this.#numbers;
    if (lengths) {
      for (const { offset, stride } of this.#states) {
        for (let b = 0; b < batch; b++) {
          const last = offset + ((lengths[b] - 1) * batch + b) * stride;
          numbers.copyWithin(offset + (b - batch) * stride, last, last + stride);
        }
      }
      return;
    }
    for (const { offset, stride } of this.#states) {
      const size = batch * stride;
      const last = offset + (steps - 1) * size;
      const first = offset - size;
      if (size > FEW_NUMBERS) numbers.copyWithin(first, last, last + size);
      else for (let i = 0; i < size; i++) numbers[first + i] = numbers[last + i];
    }
  }

  /** Sets initial states to what the equations say: of every row, or of those marked. */
  reset(batch: number, marked?: readonly boolean[]): void {
    for (const { initial, offset, stride, width } of this.#states) {
      for (let b = 0; b < batch; b++) {
        if (marked && !marked[b]) continue;
        const row = offset + (b - batch) * stride;
        this.#numbers.fill(initial, row, row + width);
      }
    }
  }

  /** Views of the initial states, a stretch a state, padding included. */
  views(batch: number): Numbers[] {
    return this.#states.map(({ offset, stride }) =>
      this.#numbers.subarray(offset - batch * stride, offset),
    );
  }

  /** Numbers that one row of the batch carries. */
  get rowSize(): number {
    return this.#states.reduce((total, { width }) => total + width, 0);
  }

  /** Copies the initial states of one row out, state after state. Takes no memory. */
  copyRowOut(row: number, batch: number, to: Numbers): void {
    const numbers = this.#numbers;
    let at = 0;
    for (const { offset, stride, width } of this.#states) {
      const from = offset + (row - batch) * stride;
      for (let u = 0; u < width; u++) to[at + u] = numbers[from + u];
      at += width;
    }
  }

  /** The way back. */
  copyRowIn(row: number, batch: number, from: Numbers): void {
    const numbers = this.#numbers;
    let at = 0;
    for (const { offset, stride, width } of this.#states) {
      const to = offset + (row - batch) * stride;
      for (let u = 0; u < width; u++) numbers[to + u] = from[at + u];
      at += width;
    }
  }

  /** A copy of the initial states, [batch, width] each. */
  read(batch: number): NetworkState {
    const layers = Array.from({ length: this.#layers }, (): Record<string, Numbers> => ({}));
    for (const { layer, name, offset, stride, width } of this.#states) {
      const values = this.#numbers.slice(0, batch * width);
      for (let b = 0; b < batch; b++) {
        const row = offset + (b - batch) * stride;
        values.set(this.#numbers.subarray(row, row + width), b * width);
      }
      layers[layer][name] = values;
    }
    return layers;
  }

  /**
   * Sets the initial states, [batch, width] each.
   *
   * @throws RangeError for a layer or a state that is missing, or of another size; nothing is set then.
   */
  write(batch: number, state: NetworkState): void {
    if (state.length !== this.#layers) {
      throw new RangeError(`state: expected ${this.#layers} layers, got ${state.length}`);
    }
    for (const { layer, name, width } of this.#states) {
      const got = state[layer][name]?.length;
      if (got !== batch * width) {
        throw new RangeError(
          `state: expected ${name} of layer ${layer} with ${batch} × ${width} numbers, got ${got ?? "none"}`,
        );
      }
    }
    for (const { layer, name, offset, stride, width } of this.#states) {
      const values = state[layer][name];
      for (let b = 0; b < batch; b++) {
        const row = offset + (b - batch) * stride;
        for (let u = 0; u < width; u++) this.#numbers[row + u] = values[b * width + u];
      }
    }
  }
}
