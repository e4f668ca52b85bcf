/** A recurrent network over whole sequences: laid out once, run as often as wanted. */
import type { CompiledPlan, Engine, Extent, Integers, Tensor } from "../engines/engine.ts";
import type { CarriedStates, NetworkState } from "./carriedStates.ts";
import { type RecurrentCapacity, RecurrentPlan, type WeightedStack } from "./recurrentPlan.ts";

/** Numbers of vectors, one vector after the other. */
export type RecurrentVectors = Float32Array | Float64Array | readonly number[];

/** What a run over whole sequences gives. */
export interface RecurrentRun {
  /** [steps, batch, outputSize], row-major: the last layer's h at every step. */
  readonly outputs: Float32Array | Float64Array;
  /** After the last step, [batch, units] a state. */
  readonly state: NetworkState;
}

export interface RecurrentRunOptions extends Extent {
  /** What the sequences begin with: a state of [batch, units], or `carried`, what the last run ended with. @default the equations' initial state */
  readonly state?: NetworkState | "carried";
  /** Steps of each sequence, 0 to `steps`. What is behind a sequence's end is not read, and its outputs are 0. @default all have `steps` */
  readonly lengths?: readonly number[];
}

export class RecurrentRunner {
  readonly capacity: RecurrentCapacity;
  readonly #lengths: Integers | null;
  readonly #compiled: CompiledPlan;
  readonly #states: CarriedStates;
  readonly #input: Tensor;
  readonly #output: Tensor;
  /** The outputs without their padding; the plan's own memory where there is none. */
  readonly #outputs: Float32Array | Float64Array;
  /** What has been given out, by rows. */
  readonly #views: (Float32Array | Float64Array | undefined)[] = [];
  #batch: number;

  constructor(stack: WeightedStack, engine: Engine, capacity: RecurrentCapacity) {
    const plan = new RecurrentPlan(stack, engine, capacity);
    const { compiled, states, input, output } = plan;
    this.#lengths = plan.lengths;
    this.capacity = capacity;
    this.#compiled = compiled;
    this.#states = states;
    this.#input = input;
    this.#output = output;
    this.#batch = capacity.batch;
    const { numbers } = compiled;
    const { offset, rows, width, stride } = output;
    this.#outputs =
      width === stride
        ? numbers.subarray(offset, offset + rows * width)
        : numbers.slice(0, rows * width);
  }

  /**
   * Runs sequences through all layers. Takes no memory, but a small view for each number of rows that it has not met yet.
   *
   * @param inputs [steps, batch, inputSize], row-major: time first.
   * @param extent At most the capacity, which it is unless given.
   * @returns [steps, batch, outputSize], the last layer's h at every step: a view that the next run changes.
   * @throws RangeError for more than the capacity, for inputs of another size, for a state of
   * another network or batch.
   */
  run(
    inputs: RecurrentVectors,
    extent: RecurrentRunOptions = this.capacity,
  ): Float32Array | Float64Array {
    const { steps, batch } = extent;
    this.#check(inputs, extent);
    this.#begin(extent);
    this.#writeLengths(extent);
    const rows = steps * batch;
    this.#write(inputs, rows);
    this.#compiled.run("forward", extent);
    this.#states.carry(extent, extent.lengths);
    return this.#read(rows);
  }

  /** A copy of the state after the last run, [batch, units] a state. */
  get state(): NetworkState {
    return this.#states.read(this.#batch);
  }

  #begin({ batch, state }: RecurrentRunOptions): void {
    if (state === undefined) this.#states.reset(batch);
    else if (state !== "carried") this.#states.write(batch, state);
    else if (batch !== this.#batch) {
      throw new RangeError(
        `runner: the carried state is of ${this.#batch} sequences, not ${batch}`,
      );
    }
    this.#batch = batch;
  }

  #check(inputs: RecurrentVectors, { steps, batch }: Extent): void {
    const { capacity } = this;
    if (!(steps >= 1 && steps <= capacity.steps && batch >= 1 && batch <= capacity.batch)) {
      throw new RangeError(
        `runner: expected at most ${capacity.steps} steps × ${capacity.batch} sequences, got ${steps} × ${batch}`,
      );
    }
    const { width } = this.#input;
    if (inputs.length !== steps * batch * width) {
      throw new RangeError(
        `runner: expected inputs of shape [T=${steps}, B=${batch}, I=${width}] ` +
          `(${steps * batch * width} numbers), got ${inputs.length} numbers`,
      );
    }
  }

  #writeLengths({ steps, batch, lengths }: RecurrentRunOptions): void {
    if (!this.#lengths) {
      if (lengths === undefined) return;
      throw new RangeError("runner: made without hasLengths, so all sequences have the same steps");
    }
    if (lengths !== undefined && lengths.length !== batch) {
      throw new RangeError(`runner: expected ${batch} lengths, got ${lengths.length}`);
    }
    const { integers } = this.#compiled;
    for (let b = 0; b < batch; b++) {
      const length = lengths === undefined ? steps : lengths[b];
      if (!(Number.isInteger(length) && length >= 0 && length <= steps)) {
        throw new RangeError(`runner: lengths[${b}]: expected 0 to ${steps}, got ${length}`);
      }
      integers[this.#lengths.offset + b] = length;
    }
  }

  #write(inputs: RecurrentVectors, rows: number): void {
    const { numbers } = this.#compiled;
    const { offset, width, stride } = this.#input;
    if (width === stride) {
      numbers.set(inputs, offset);
      return;
    }
    for (let r = 0; r < rows; r++) {
      for (let k = 0; k < width; k++) numbers[offset + r * stride + k] = inputs[r * width + k];
    }
  }

  #read(rows: number): Float32Array | Float64Array {
    const outputs = this.#outputs;
    const { offset, width, stride } = this.#output;
    if (width !== stride) {
      const { numbers } = this.#compiled;
      for (let r = 0; r < rows; r++) {
        for (let u = 0; u < width; u++) outputs[r * width + u] = numbers[offset + r * stride + u];
      }
    }
    this.#views[rows] ??= outputs.subarray(0, rows * width);
    return this.#views[rows];
  }
}
