/** A recurrent network over one sequence that comes vector by vector: sensors, signals, anything that is not there yet. */
import type { CompiledPlan, Engine } from "../engines/engine.ts";
import type { CarriedStates, NetworkState } from "./carriedStates.ts";
import { RecurrentPlan, type WeightedStack } from "./recurrentPlan.ts";
import type { RecurrentVectors } from "./recurrentRunner.ts";

const ONE_STEP = { steps: 1, batch: 1 } as const;

/** Its state is carried along from step to step. A step is synchronous and takes no memory. */
export class RecurrentStream {
  readonly #compiled: CompiledPlan;
  readonly #states: CarriedStates;
  readonly #numbers: Float32Array | Float64Array;
  readonly #inputAt: number;
  readonly #inputSize: number;
  readonly #output: Float32Array | Float64Array;

  constructor(stack: WeightedStack, engine: Engine) {
    const { compiled, states, input, output } = new RecurrentPlan(stack, engine, ONE_STEP);
    const { numbers } = compiled;
    this.#compiled = compiled;
    this.#states = states;
    this.#numbers = numbers;
    this.#inputAt = input.offset;
    this.#inputSize = input.width;
    this.#output = numbers.subarray(output.offset, output.offset + output.width);
  }

  /**
   * Reads a vector.
   *
   * @param x [inputSize]
   * @returns The last layer's h, [outputSize]: a view that the next step changes.
   * @throws RangeError for a vector of another size.
   */
  step(x: RecurrentVectors): Float32Array | Float64Array {
    const size = this.#inputSize;
    if (x.length !== size) {
      throw new RangeError(`stream: expected a vector of ${size} numbers, got ${x.length}`);
    }
    const numbers = this.#numbers;
    const at = this.#inputAt;
    for (let k = 0; k < size; k++) numbers[at + k] = x[k];
    this.#compiled.run("forward", ONE_STEP);
    this.#states.carry(ONE_STEP);
    return this.#output;
  }

  /** Forgets everything. */
  reset(): void {
    this.#states.reset(1);
  }

  /**
   * All that the stream remembers, layer by layer and by the state's name: a copy, which another stream of the same network can
   * be given.
   *
   * @throws RangeError when it is set to the state of another network.
   */
  get state(): NetworkState {
    return this.#states.read(1);
  }

  set state(state: NetworkState) {
    this.#states.write(1, state);
  }
}
