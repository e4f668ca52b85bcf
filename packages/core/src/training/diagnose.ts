/** Says where a loss or gradient first stopped being a finite number: the step, the layer, the signal. */
import type { Window } from "../data/windows.ts";
import type { Tensor } from "../engines/engine.ts";
import { ALL_SIGNALS } from "../layers/observation.ts";
import type { Parameter } from "../layers/parameters.ts";
import type { Weights } from "../models/languageModel.ts";
import { LanguagePlan } from "../models/languagePlan.ts";
import type { TrainingProgress } from "./progress.ts";

const ADVICE = "try a lower learning rate or clip the norm (1 is usual)";

/**
 * One line for a step that was not finite: the window is run once more with every signal written out. Dropout is not repeated, so
 * where only a mask brought it about, the line names the gradient instead.
 */
export function describeNotFinite(
  plan: LanguagePlan,
  window: Window,
  loss: number,
  steps: number,
): string {
  const what = Number.isFinite(loss) ? "a gradient is not finite" : `the loss is ${loss}`;
  const given: Parametrised = {
    parameters: plan.model.parameters.parameters,
    weights: plan.weights,
    gradients: plan.compiled.numbers.subarray(plan.gradientsAt),
  };
  const where =
    firstWeight(given) ?? firstSignal(plan, window) ?? firstGradient(given) ?? "the sum of losses";
  return (
    `step ${steps + 1}: ${what}; first at ${where}. The weights of step ` +
    `${steps} are kept; ${ADVICE}`
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

/** What is looked through for the first number that is not finite. */
interface Parametrised {
  readonly parameters: readonly Parameter[];
  readonly weights: Weights;
  readonly gradients: Weights;
}

/** The same line for a plan whose signals are not written out: the weights, else the gradient of the highest layer. */
export function describeNotFiniteIn(given: Parametrised, loss: number, steps: number): string {
  const what = Number.isFinite(loss) ? "a gradient is not finite" : `the loss is ${loss}`;
  const where = firstWeight(given) ?? firstGradient(given) ?? "the sum of losses";
  return (
    `step ${steps + 1}: ${what}; first at ${where}. The weights of step ` +
    `${steps} are kept; ${ADVICE}`
  );
}

function firstWeight({ parameters, weights }: Parametrised): string | null {
  for (const { name, tensor } of parameters) {
    for (let row = 0; row < tensor.rows; row++) {
      if (anyNotFinite(weights, tensor, row)) return `weights ${name}`;
    }
  }
  return null;
}

/** In time order, then from the lowest layer up, then in the order of the equations; the logits last. */
function firstSignal(plan: LanguagePlan, window: Window): string | null {
  const span = { steps: window.steps, batch: window.starts.length };
  const tracing = new LanguagePlan(plan.model, plan.engine, plan.capacity, "inference", {
    observe: ALL_SIGNALS,
  });
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
function firstGradient({ parameters, gradients }: Parametrised): string | null {
  for (const { name, tensor } of parameters.toReversed()) {
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
