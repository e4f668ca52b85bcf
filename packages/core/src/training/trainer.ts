/**
 * One training step after another, without a loop around them: a window in, loss and gradient norm out, weights updated.
 * A step takes no memory that grows: no buffer, no view.
 */
import type { Window, WindowShape } from "../data/windows.ts";
import { type Engine, type Span, UPDATE_RULES } from "../engines/engine.ts";
import type { LanguageModel, Weights } from "../models/languageModel.ts";
import { LanguagePlan } from "../models/languagePlan.ts";
import { streamKey } from "../numbers/random.ts";
import { describeNotFinite } from "./diagnose.ts";
import { type OptimizerOptions, type ParameterGroup, updateRule } from "./optimizers.ts";
import type { StepOutcome, Stepper } from "./run.ts";
import { type Clipping, Updater } from "./updater.ts";

export interface TrainerOptions extends WindowShape {
  readonly optimizer: OptimizerOptions;
  readonly clip?: Clipping;
  readonly groups?: readonly ParameterGroup[];
  /** Of the dropout masks. */
  readonly seed: number;
}

export class Trainer implements Stepper<Window> {
  readonly plan: LanguagePlan;
  readonly #updater: Updater;
  readonly #seed: number;
  readonly #span: { steps: number; batch: number; from: number; to: number };
  readonly #outcome: StepOutcome = { loss: 0, gradientNorm: 0, finite: true };

  constructor(model: LanguageModel, engine: Engine, options: TrainerOptions) {
    const { batchSize, window } = options;
    const { slots } = UPDATE_RULES[updateRule(options.optimizer.name)];
    const capacity = { steps: window, batch: batchSize };
    this.plan = new LanguagePlan(model, engine, capacity, "training", { slots });
    const { parameters } = model.parameters;
    this.#updater = new Updater(this.plan.compiled, parameters, this.plan, options);
    this.#seed = options.seed;
    this.#span = { steps: 0, batch: batchSize, from: 0, to: batchSize };
  }

  /** Updates done. */
  get steps(): number {
    return this.#updater.steps;
  }

  get weights(): Weights {
    return this.plan.weights;
  }

  describeNotFinite(window: Window, loss: number): string {
    return describeNotFinite(this.plan, window, loss, this.steps);
  }

  /** The rate that the optimizer was given: a schedule's factors are of this. */
  get learningRate(): number {
    return this.#updater.optimizer.learningRate;
  }

  /** The span of a window: all rows. */
  span(window: Window): Span {
    this.#span.steps = window.steps;
    return this.#span;
  }

  /**
   * Forward, backward, update; then states are carried to the next window.
   *
   * @param rate The learning rate of this step.
   * @returns The same object every time.
   */
  step(window: Window, rate: number): StepOutcome {
    const { plan } = this;
    const outcome = this.#outcome;
    const span = this.span(window);
    this.#begin(window);
    plan.forward(span);
    outcome.loss = plan.totalLoss(span) / Math.max(1, window.counted);
    plan.backward(span, 1 / Math.max(1, window.counted));
    outcome.gradientNorm = this.#updater.gradientNorm();
    outcome.finite = Number.isFinite(outcome.loss) && Number.isFinite(outcome.gradientNorm);
    if (!outcome.finite) return outcome;
    this.#updater.apply(rate, outcome.gradientNorm);
    plan.prepare();
    plan.carryStates(span);
    return outcome;
  }

  #begin(window: Window): void {
    const { plan } = this;
    plan.resetStates(window.starts.length, window.starts);
    plan.write(window.steps * window.starts.length, window.inputs, window.targets);
    for (let layer = 0; layer < plan.dropoutLayers; layer++) {
      plan.writeDropoutKey(layer, streamKey(this.#seed, "dropout", layer, this.steps));
    }
  }

  /** Views of all that a step changes: weights, slots, carried states. A checkpoint copies them out; resumption copies them back. */
  memory(): Readonly<Record<string, Weights>> {
    const { plan } = this;
    const { numbers } = plan.compiled;
    const { size } = plan.model.parameters;
    const memory: Record<string, Weights> = { weights: plan.weights };
    for (const [index, at] of plan.slotsAt.entries()) {
      memory[`slot.${index}`] = numbers.subarray(at, at + size);
    }
    for (const [index, state] of plan.carriedStates(plan.capacity.batch).entries()) {
      memory[`state.${index}`] = state;
    }
    return memory;
  }

  /** Goes on from a copy of `memory()` after so many updates. */
  restore(steps: number, memory: Readonly<Record<string, Weights>>): void {
    for (const [name, view] of Object.entries(this.memory())) view.set(memory[name]);
    this.#updater.steps = steps;
    this.plan.prepare();
  }
}
