/**
 * What a network answers to examples. The plan is made when the first come, and made anew only where some reach further than it has
 * room for.
 */
import { type ExampleBatch, ExampleReader } from "../data/batches.ts";
import type { Examples, NetworkOutput, WrittenOutput } from "../data/examples.ts";
import type { Engine } from "../engines/engine.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { Network } from "./network.ts";
import { extentOf, readOutput, writeExamples } from "./networkBatch.ts";
import { type NetworkCapacity, NetworkPlan } from "./networkPlan.ts";
import { type WritingOptions, writeBatch } from "./networkWriting.ts";

export interface RunnerOptions {
  /** Examples side by side. @default 64 */
  readonly batchSize?: number;
}

export class NetworkRunner {
  readonly network: Network;
  readonly #engine: Engine;
  readonly #batchSize: number;
  #plan: NetworkPlan | null = null;
  #loaded: Stretch | null = null;

  constructor(network: Network, engine: Engine, { batchSize = 64 }: RunnerOptions = {}) {
    this.network = network;
    this.#engine = engine;
    this.#batchSize = batchSize;
  }

  /** What it answers, one an example, in their order. @throws TypeError for a network that writes tokens: see `write`. */
  outputs(examples: Examples): NetworkOutput[] {
    const { output } = this.network.config.ports;
    if (output.kind === "tokens") {
      throw new TypeError("this network writes tokens: use write(), not outputs()");
    }
    const answers: NetworkOutput[] = [];
    const reader = new ExampleReader(examples, this.#batchSize, output.each === "outputStep");
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
    const { beamSize = 1 } = options;
    const side = Math.max(1, Math.floor(this.#batchSize / beamSize));
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

  /** A plan with room enough, with the network's present weights. */
  #planFor(wanted: NetworkCapacity): NetworkPlan {
    const fits =
      this.#plan !== null &&
      wanted.batch <= this.#plan.capacity.batch &&
      wanted.steps <= this.#plan.capacity.steps &&
      wanted.outputSteps <= this.#plan.capacity.outputSteps;
    if (this.#plan && fits) {
      if (this.#loaded !== this.network.weights) this.#plan.load(this.network.weights);
    } else {
      this.#plan = new NetworkPlan(this.network, this.#engine, wanted, "inference");
    }
    this.#loaded = this.network.weights;
    return this.#plan;
  }
}

/** By length, the shortest first. */
function* batchesOf(reader: ExampleReader): Generator<ExampleBatch> {
  for (let batch = reader.next(); batch; batch = reader.next()) yield batch;
}
