/** Turns gradients into new weights: the joint norm, clipping, an optimizer's rule, group by group. */
import type { CompiledPlan } from "../engines/engine.ts";
import type { Parameter } from "../layers/parameters.ts";
import {
  completeOptimizer,
  type Optimizer,
  type OptimizerOptions,
  type ParameterGroup,
  type UpdateBases,
  type UpdateStretch,
  updateStretches,
} from "./optimizers.ts";

/** Of all gradients' joint norm (scaled down to it), or of each value (held within ±). */
export type Clipping = { readonly norm: number } | { readonly value: number } | null;

export class Updater {
  readonly optimizer: Optimizer;
  readonly #compiled: CompiledPlan;
  readonly #clip: Clipping;
  readonly #stretches: readonly UpdateStretch[];
  /** Updates done. */
  steps = 0;

  constructor(
    compiled: CompiledPlan,
    parameters: readonly Parameter[],
    bases: UpdateBases,
    options: {
      readonly optimizer: OptimizerOptions;
      readonly clip?: Clipping;
      readonly groups?: readonly ParameterGroup[];
    },
  ) {
    this.#compiled = compiled;
    this.#clip = options.clip ?? null;
    this.optimizer = completeOptimizer(options.optimizer);
    this.#stretches = updateStretches(parameters, bases, this.optimizer, options.groups ?? []);
  }

  /** Of all gradients but those of frozen layers. */
  gradientNorm(): number {
    let squares = 0;
    for (const { update } of this.#stretches) {
      squares += this.#compiled.sumOfSquares(update.gradients, update.count);
    }
    return Math.sqrt(squares);
  }

  /**
   * @param rate The learning rate of this update.
   * @param norm What `gradientNorm` said of these gradients.
   */
  apply(rate: number, norm: number): void {
    this.steps++;
    const decoupled = this.optimizer.name === "adamw";
    const clip = this.#clip;
    // PyTorch's clip_grad_norm_: the coefficient max / (norm + 1e-6), never above 1.
    const scale = clip && "norm" in clip ? Math.min(1, clip.norm / (norm + 1e-6)) : 1;
    for (const stretch of this.#stretches) {
      const { update, weightDecay } = stretch;
      update.learningRate = rate * stretch.rate;
      update.gradientScale = scale;
      update.clipValue = clip && "value" in clip ? clip.value : Number.POSITIVE_INFINITY;
      update.weightDecay = decoupled ? 0 : weightDecay;
      update.shrink = decoupled ? 1 - update.learningRate * weightDecay : 1;
      update.step = this.steps;
      this.#compiled.update(update);
    }
  }
}
