/** Training a network of any shape on examples, and its loss on others. */
import { ExampleReader } from "../data/batches.ts";
import type { Examples } from "../data/examples.ts";
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Weights } from "../models/languageModel.ts";
import type { Network } from "../models/network.ts";
import { extentOf, headRows, writeExamples } from "../models/networkBatch.ts";
import { NetworkPlan } from "../models/networkPlan.ts";
import { NetworkTrainer } from "./networkTrainer.ts";
import { type CourseOptions, checkOptions } from "./options.ts";
import type { TrainingEvent } from "./progress.ts";
import { DEFAULT_SEED, runCourse, type Validator } from "./run.ts";

const DEFAULT_BATCH = 32;
/** Examples side by side where nothing is learnt: it changes the speed, and of a loss the last digits. */
const EVALUATION_BATCH = 128;

export interface NetworkTrainOptions extends CourseOptions {
  readonly examples: Examples;
  /** What to choose the best weights by. @default none: the last weights are kept */
  readonly validation?: Examples;
  /** How often, 0 to 1 at the given update, a decoder is told its own last word. @default never */
  readonly scheduledSampling?: (step: number) => number;
}

/** Whether a network's outputs have a length of their own: a decoder's. */
export function hasOwnSteps({ config }: Network): boolean {
  return config.decoder !== null;
}

/**
 * Trains a network in place, as `train` does a language model.
 *
 * @throws CellstateError `data` where there is no example; `not-finite`, `resume` as `train`.
 */
export async function* trainNetwork(
  network: Network,
  options: NetworkTrainOptions,
): AsyncGenerator<TrainingEvent, void, void> {
  const { engine, examples, validation, batchSize = DEFAULT_BATCH } = options;
  checkOptions(options);
  if (examples.count === 0) {
    throw new CellstateError("data", "nothing to learn from: there is no example");
  }
  const batches = new ExampleReader(examples, batchSize, hasOwnSteps(network));
  const stepper = new NetworkTrainer(network, engine, examples, batches.capacity, {
    optimizer: options.optimizer ?? { name: "adam" },
    clip: options.clip,
    groups: options.groups,
    seed: options.seed ?? DEFAULT_SEED,
    scheduledSampling: options.scheduledSampling,
  });
  const validator =
    validation && validation.count > 0 ? new NetworkEvaluator(network, engine, validation) : null;
  yield* runCourse(
    {
      stepper,
      batches,
      validator,
      finish(weights) {
        network.weights = weights;
      },
    },
    options,
  );
}

/** Computes a network's loss on examples again and again: the plan is made once. */
export class NetworkEvaluator implements Validator {
  readonly #network: Network;
  readonly #examples: Examples;
  readonly #reader: ExampleReader;
  readonly #plan: NetworkPlan;

  constructor(network: Network, engine: Engine, examples: Examples) {
    this.#network = network;
    this.#examples = examples;
    this.#reader = new ExampleReader(examples, EVALUATION_BATCH, hasOwnSteps(network));
    this.#plan = new NetworkPlan(network, engine, this.#reader.capacity, "inference");
  }

  /**
   * Mean over the rows of targets, weighed as in training and with the network's label smoothing: what training brings down, and to be
   * compared between runs with the same of both.
   */
  *windows(weights: Weights = this.#network.weights): Generator<void, { readonly loss: number }> {
    const plan = this.#plan;
    plan.load(weights);
    this.#reader.begin(null);
    let total = 0;
    let counted = 0;
    for (;;) {
      const batch = this.#reader.next();
      if (!batch) break;
      writeExamples(plan, this.#examples, batch);
      plan.forward(extentOf(batch));
      total += plan.totalLoss(headRows(plan, batch));
      counted += batch.counted;
      yield;
    }
    return { loss: counted > 0 ? total / counted : 0 };
  }

  evaluate(weights: Weights = this.#network.weights): { readonly loss: number } {
    const windows = this.windows(weights);
    for (;;) {
      const next = windows.next();
      if (next.done) return next.value;
    }
  }
}
