/** Says where a loss or gradient first stopped being a finite number: the step, the layer, the signal. */
import type { Window } from "../data/windows.ts";
import type { Tensor } from "../engines/engine.ts";
import type { Weights } from "../models/languageModel.ts";
import { LanguagePlan } from "../models/languagePlan.ts";
import type { TrainingProgress } from "./progress.ts";
import type { Trainer } from "./trainer.ts";

const ADVICE = "try a lower learning rate or clip the norm (1 is usual)";

/**
 * One line for a step that was not finite: the window is run once more with every signal written out. Dropout is not repeated, so
 * where only a mask brought it about, the line names the gradient instead.
 */
export function describeNotFinite(trainer: Trainer, window: Window, loss: number): string {
  const { plan } = trainer;
  const what = Number.isFinite(loss) ? "a gradient is not finite" : `the loss is ${loss}`;
  const where =
    firstWeight(plan) ?? firstSignal(trainer, window) ?? firstGradient(plan) ?? "the sum of losses";
  return (
    `step ${trainer.steps + 1}: ${what}; first at ${where}. The weights of step ` +
    `${trainer.steps} are kept; ${ADVICE}`
  );
}

/** One line for a validation whose loss was not finite, though the steps before it were. */
export function describeValidation(
  { step, bestLoss, bestStep }: Readonly<TrainingProgress>,
  loss: number,
): string {
  const kept = `The weights of step ${bestLoss === null ? step : bestStep} are kept`;
  return `step ${step}: the validation loss is ${loss}. ${kept}; ${ADVICE}`;
}

function firstWeight(plan: LanguagePlan): string | null {
  for (const { name, tensor } of plan.model.parameters.parameters) {
    for (let row = 0; row < tensor.rows; row++) {
      if (anyNotFinite(plan.weights, tensor, row)) return `weights ${name}`;
    }
  }
  return null;
}

/** In time order, then from the lowest layer up, then in the order of the equations; the logits last. */
function firstSignal(trainer: Trainer, window: Window): string | null {
  const { plan } = trainer;
  const span = trainer.span(window);
  const tracing = new LanguagePlan(plan.model, plan.engine, plan.capacity, "tracing");
  tracing.load(plan.weights);
  const states = tracing.carriedStates(span.batch);
  for (const [index, carried] of plan.carriedStates(span.batch).entries()) {
    states[index].set(carried);
  }
  tracing.write(span.steps * span.batch, window.inputs, window.targets);
  tracing.forward(span);
  for (let t = 0; t < span.steps; t++) {
    for (const { layer, signals } of tracing.layers) {
      for (const { signal, into } of signals) {
        for (let b = 0; b < span.batch; b++) {
          if (!anyNotFinite(tracing.compiled.numbers, into, t * span.batch + b)) continue;
          const { name } = layer.cell.program.signals[signal];
          return `layer ${layer.name}, signal ${name}, time step ${t + 1} of the window, row ${b + 1}`;
        }
      }
    }
    for (let b = 0; b < span.batch; b++) {
      if (!anyNotFinite(tracing.compiled.numbers, tracing.logits, t * span.batch + b)) continue;
      return `layer linear, its logits, time step ${t + 1} of the window, row ${b + 1}`;
    }
  }
  return null;
}

/** From the loss down: the last layer's gradient is made first. */
function firstGradient(plan: LanguagePlan): string | null {
  const gradients = plan.compiled.numbers.subarray(plan.gradientsAt);
  for (const { name, tensor } of plan.model.parameters.parameters.toReversed()) {
    for (let row = 0; row < tensor.rows; row++) {
      if (anyNotFinite(gradients, tensor, row)) return `the gradient of ${name}`;
    }
  }
  return null;
}

function anyNotFinite(numbers: Weights, tensor: Tensor, row: number): boolean {
  const start = tensor.offset + row * tensor.stride;
  for (let i = start; i < start + tensor.width; i++) if (!Number.isFinite(numbers[i])) return true;
  return false;
}
