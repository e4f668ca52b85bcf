/**
 * One training step after another, without a loop around them: a window in, loss and gradient norm out, weights updated.
 * Nothing is allocated in a step.
 */

import type { Window, WindowShape } from "../data/windows.ts";
import { type Engine, type Span, UPDATE_RULES } from "../engines/engine.ts";
import type { LanguageModel, Weights } from "../models/languageModel.ts";
import { LanguagePlan } from "../models/languagePlan.ts";
import { streamKey } from "../numbers/random.ts";
import {
  completeOptimizer,
  type Optimizer,
  type OptimizerOptions,
  type ParameterGroup,
  type UpdateStretch,
  updateRule,
  updateStretches,
} from "./optimizers.ts";

export type Clipping = { readonly norm: number } | { readonly value: number } | null;

export interface TrainerOptions extends WindowShape {
  readonly optimizer: OptimizerOptions;
  /** Of all gradients' joint norm (scaled down to it), or of each value (held within ±). */
  readonly clip?: Clipping;
  readonly groups?: readonly ParameterGroup[];
  /** Of the dropout masks. */
  readonly seed: number;
}

/** What a step found. Where `finite` is false the weights were left as they were. */
export interface StepOutcome {
  /** Mean over the window's counted targets, nats. */
  loss: number;
  /** Before clipping. */
  gradientNorm: number;
  finite: boolean;
}

export class Trainer {
  readonly plan: LanguagePlan;
  readonly optimizer: Optimizer;
  readonly #clip: Clipping;
  readonly #seed: number;
  readonly #stretches: readonly UpdateStretch[];
  readonly #span: { steps: number; batch: number; from: number; to: number };
  readonly #outcome: StepOutcome = { loss: 0, gradientNorm: 0, finite: true };
  /** Updates done. */
  #steps = 0;

  constructor(model: LanguageModel, engine: Engine, options: TrainerOptions) {
    const { batchSize, window } = options;
    this.optimizer = completeOptimizer(options.optimizer);
    const { slots } = UPDATE_RULES[updateRule(this.optimizer.name)];
    const capacity = { steps: window, batch: batchSize };
    this.plan = new LanguagePlan(model, engine, capacity, "training", slots);
    this.#clip = options.clip ?? null;
    this.#seed = options.seed;
    this.#stretches = updateStretches(
      model.parameters.parameters,
      this.plan,
      this.optimizer,
      options.groups ?? [],
    );
    this.#span = { steps: 0, batch: batchSize, from: 0, to: batchSize };
  }

  get steps(): number {
    return this.#steps;
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
    outcome.gradientNorm = this.#norm();
    outcome.finite = Number.isFinite(outcome.loss) && Number.isFinite(outcome.gradientNorm);
    if (!outcome.finite) return outcome;
    this.#update(rate, outcome.gradientNorm);
    plan.prepare();
    plan.carryStates(span);
    return outcome;
  }

  #begin(window: Window): void {
    const { plan } = this;
    plan.resetStates(window.starts.length, window.starts);
    plan.write(window.steps * window.starts.length, window.inputs, window.targets);
    for (let layer = 0; layer < plan.dropoutLayers; layer++) {
      plan.writeDropoutKey(layer, streamKey(this.#seed, "dropout", layer, this.#steps));
    }
  }

  #norm(): number {
    let squares = 0;
    for (const { update } of this.#stretches) {
      squares += this.plan.compiled.sumOfSquares(update.gradients, update.count);
    }
    return Math.sqrt(squares);
  }

  #update(rate: number, norm: number): void {
    this.#steps++;
    const { name } = this.optimizer;
    const clip = this.#clip;
    // PyTorch's clip_grad_norm_: the coefficient max / (norm + 1e-6), never above 1.
    const scale = clip && "norm" in clip ? Math.min(1, clip.norm / (norm + 1e-6)) : 1;
    for (const stretch of this.#stretches) {
      const { update, weightDecay } = stretch;
      update.learningRate = rate * stretch.rate;
      update.gradientScale = scale;
      update.clipValue = clip && "value" in clip ? clip.value : Number.POSITIVE_INFINITY;
      update.weightDecay = name === "adamw" ? 0 : weightDecay;
      update.shrink = name === "adamw" ? 1 - update.learningRate * weightDecay : 1;
      update.step = this.#steps;
      this.plan.compiled.update(update);
    }
  }

  /** Views of all that a step changes: weights, slots, carried states. Copied out by a checkpoint, copied back on resumption. */
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

  /** Goes on from a copy of `memory()`. */
  restore(steps: number, memory: Readonly<Record<string, Weights>>): void {
    for (const [name, view] of Object.entries(this.memory())) view.set(memory[name]);
    this.#steps = steps;
    this.plan.prepare();
  }
}
