/** One training step of a network after another: examples in, loss and gradient norm out, weights updated. */
import type { ExampleBatch } from "../data/batches.ts";
import type { Examples } from "../data/examples.ts";
import { type Engine, type Extent, UPDATE_RULES } from "../engines/engine.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { Network } from "../models/network.ts";
import { extentOf, headRows, writeExamples } from "../models/networkBatch.ts";
import { type NetworkCapacity, NetworkPlan } from "../models/networkPlan.ts";
import { streamKey, uniform } from "../numbers/random.ts";
import { describeNotFiniteIn } from "./diagnose.ts";
import { type OptimizerOptions, type ParameterGroup, updateRule } from "./optimizers.ts";
import type { StepOutcome, Stepper } from "./run.ts";
import { type Clipping, Updater } from "./updater.ts";

export interface NetworkTrainerOptions {
  readonly optimizer: OptimizerOptions;
  readonly clip?: Clipping;
  readonly groups?: readonly ParameterGroup[];
  /** Of masks and of scheduled sampling. */
  readonly seed: number;
  /**
   * How often a decoder of tokens is told its own last word in place of the right one, at the given step: scheduled sampling
   * (Bengio et al. 2015, arXiv:1506.03099). @default never: teacher forcing
   */
  readonly scheduledSampling?: (step: number) => number;
}

export class NetworkTrainer implements Stepper<ExampleBatch> {
  readonly plan: NetworkPlan;
  readonly #examples: Examples;
  readonly #updater: Updater;
  readonly #options: NetworkTrainerOptions;
  readonly #outcome: StepOutcome = { loss: 0, gradientNorm: 0, finite: true };

  constructor(
    network: Network,
    engine: Engine,
    examples: Examples,
    capacity: NetworkCapacity,
    options: NetworkTrainerOptions,
  ) {
    const { slots } = UPDATE_RULES[updateRule(options.optimizer.name)];
    this.plan = new NetworkPlan(network, engine, capacity, "training", { slots });
    this.#examples = examples;
    this.#options = options;
    const { parameters } = network.parameters;
    this.#updater = new Updater(this.plan.compiled, parameters, this.plan, options);
  }

  get weights(): Stretch {
    return this.plan.weights;
  }

  get steps(): number {
    return this.#updater.steps;
  }

  get learningRate(): number {
    return this.#updater.optimizer.learningRate;
  }

  /** @returns The same object every time. */
  step(batch: ExampleBatch, rate: number): StepOutcome {
    const { plan } = this;
    const outcome = this.#outcome;
    const extent = extentOf(batch);
    writeExamples(plan, this.#examples, batch);
    for (let mask = 0; mask < plan.randomMasks; mask++) {
      plan.writeMaskKey(mask, streamKey(this.#options.seed, "dropout", mask, this.steps));
    }
    this.#forward(extent);
    const counted = batch.counted > 0 ? batch.counted : 1;
    outcome.loss = plan.totalLoss(headRows(plan, batch)) / counted;
    plan.backward(extent, 1 / counted);
    outcome.gradientNorm = this.#updater.gradientNorm();
    outcome.finite = Number.isFinite(outcome.loss) && Number.isFinite(outcome.gradientNorm);
    if (!outcome.finite) return outcome;
    this.#updater.apply(rate, outcome.gradientNorm);
    plan.prepare();
    return outcome;
  }

  #forward(extent: Extent): void {
    const { plan } = this;
    const rate = this.#options.scheduledSampling?.(this.steps) ?? 0;
    const tokens = plan.decoder?.tokens;
    if (!tokens || rate <= 0) {
      plan.forward(extent);
      return;
    }
    const { batch, outputSteps = 0 } = extent;
    const { integers } = plan.compiled;
    const key = streamKey(this.#options.seed, "scheduledSampling", this.steps);
    plan.encode(extent);
    for (let step = 0; step < outputSteps; step++) {
      plan.decode({ ...extent, outputStart: step, outputSteps: step + 1 });
      if (step + 1 === outputSteps) break;
      for (let b = 0; b < batch; b++) {
        const row = step * batch + b;
        if (uniform(key, row) < rate) integers[tokens.offset + row + batch] = this.#likeliest(row);
      }
    }
    plan.computeLosses(extent);
  }

  #likeliest(row: number): number {
    const [{ outputs }] = this.plan.heads;
    const { numbers } = this.plan.compiled;
    const at = outputs.offset + row * outputs.stride;
    let best = 0;
    for (let v = 1; v < outputs.width; v++) if (numbers[at + v] > numbers[at + best]) best = v;
    return best;
  }

  memory(): Readonly<Record<string, Stretch>> {
    const { plan } = this;
    const { size } = plan.network.parameters;
    const memory: Record<string, Stretch> = { weights: plan.weights };
    for (const [index, at] of plan.slotsAt.entries()) {
      memory[`slot.${index}`] = plan.compiled.numbers.subarray(at, at + size);
    }
    return memory;
  }

  restore(steps: number, memory: Readonly<Record<string, Stretch>>): void {
    for (const [name, view] of Object.entries(this.memory())) view.set(memory[name]);
    this.#updater.steps = steps;
    this.plan.prepare();
  }

  describeNotFinite(_batch: ExampleBatch, loss: number): string {
    const { parameters } = this.plan.network.parameters;
    const gradients = this.plan.compiled.numbers.subarray(this.plan.gradientsAt);
    return describeNotFiniteIn({ parameters, weights: this.weights, gradients }, loss, this.steps);
  }
}
