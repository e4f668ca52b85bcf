/**
 * What a network answers to examples. A plan is made when the first come, and another only where some reach further than there is
 * room for; two are kept. Weights are those of `network.weights` at each call, where it is another array than before; one that was changed in place is not
 * looked at again.
 */
import { type ExampleBatch, ExampleReader } from "../data/batches.ts";
import type { Examples, NetworkOutput, WrittenOutput } from "../data/examples.ts";
import type { Engine } from "../engines/engine.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { Network } from "./network.ts";
import { extentOf, readOutput, writeExamples } from "./networkBatch.ts";
import { type NetworkCapacity, NetworkPlan } from "./networkPlan.ts";
import { checkWriting, type WritingOptions, writeBatch } from "./networkWriting.ts";

export interface RunnerOptions {
  /** Examples side by side. @default 64 */
  readonly batchSize?: number;
}

/** A plan, and the weights that it has taken over. */
interface LoadedPlan {
  readonly plan: NetworkPlan;
  loaded: Stretch;
}

/** Steps × examples that a plan has room for, where one example is not longer than that by itself. */
const MOST_ROWS = 65_536;

/** So that one long sequence and many short ones can come by turns, and take memory for each rather than for many long ones. */
const MOST_PLANS = 2;

export class NetworkRunner {
  readonly network: Network;
  readonly #engine: Engine;
  readonly #batchSize: number;
  /** The latest first; none has room for all that another has. */
  #plans: readonly LoadedPlan[] = [];

  constructor(network: Network, engine: Engine, { batchSize = 64 }: RunnerOptions = {}) {
    if (!(Number.isSafeInteger(batchSize) && batchSize >= 1)) {
      throw new RangeError(`batchSize: expected a whole number of 1 or more, got ${batchSize}`);
    }
    this.network = network;
    this.#engine = engine;
    this.#batchSize = batchSize;
  }

  /**
   * What it answers, one an example, in their order.
   *
   * @throws TypeError for a network that writes tokens: see `write`; where a decoder is not told for how many steps.
   */
  outputs(examples: Examples): NetworkOutput[] {
    const { output } = this.network.config.ports;
    if (output.kind === "tokens") {
      throw new TypeError("this network writes tokens: use write(), not outputs()");
    }
    if (output.each === "outputStep" && !examples.known && !examples.target) {
      throw new TypeError(
        "examples: nothing says how many steps are to be answered; give known, of width 0 where nothing is known",
      );
    }
    const answers: NetworkOutput[] = [];
    const hasOwnSteps = output.each === "outputStep";
    const reader = new ExampleReader(examples, this.#side(examples), hasOwnSteps);
    const plan = this.#planFor(reader.capacity);
    for (const batch of batchesOf(reader)) {
      writeExamples(plan, examples, batch);
      plan.forwardToHeads(extentOf(batch));
      for (let b = 0; b < batch.count; b++) {
        answers[batch.examples[b]] = readOutput(plan, examples, batch, b);
      }
    }
    return answers;
  }

  /**
   * What it writes, one an example, in their order.
   *
   * @throws TypeError for a network that does not write tokens. RangeError for an option out of range.
   */
  write(examples: Examples, options: WritingOptions): WrittenOutput[] {
    const { output } = this.network.config.ports;
    if (output.kind !== "tokens") {
      throw new TypeError("this network answers in classes or numbers: use outputs(), not write()");
    }
    checkWriting(options, output.size);
    const { beamSize = 1 } = options;
    const side = Math.max(1, Math.floor(this.#side(examples) / beamSize));
    const reader = new ExampleReader(examples, side, false);
    const { batch: most, steps } = reader.capacity;
    const plan = this.#planFor({
      batch: most * beamSize,
      steps,
      outputSteps: options.mostSteps,
    });
    const answers: WrittenOutput[] = [];
    for (const batch of batchesOf(reader)) {
      const written = writeBatch(plan, examples, batch, options);
      for (const [b, one] of written.entries()) answers[batch.examples[b]] = one;
    }
    return answers;
  }

  /** Examples side by side: fewer where one is so long that a plan for all would take much memory. */
  #side({ count, input }: Examples): number {
    let longest = 1;
    for (let example = 0; example < count; example++) {
      longest = Math.max(longest, input.steps(example));
    }
    return Math.max(1, Math.min(this.#batchSize, Math.floor(MOST_ROWS / longest)));
  }

  /** A plan with room enough, with the network's present weights. */
  #planFor(wanted: NetworkCapacity): NetworkPlan {
    const { weights } = this.network;
    const known = this.#plans.find(({ plan }) => hasRoom(plan.capacity, wanted));
    if (known) {
      if (known.loaded !== weights) known.plan.load(weights);
      known.loaded = weights;
      return known.plan;
    }
    const plan = new NetworkPlan(this.network, this.#engine, wanted, "inference");
    const others = this.#plans.filter((other) => !hasRoom(wanted, other.plan.capacity));
    this.#plans = [{ plan, loaded: weights }, ...others].slice(0, MOST_PLANS);
    return plan;
  }
}

function hasRoom(capacity: NetworkCapacity, { batch, steps, outputSteps }: NetworkCapacity) {
  return batch <= capacity.batch && steps <= capacity.steps && outputSteps <= capacity.outputSteps;
}

/** By length, the shortest first. */
function* batchesOf(reader: ExampleReader): Generator<ExampleBatch> {
  for (let batch = reader.next(); batch; batch = reader.next()) yield batch;
}
