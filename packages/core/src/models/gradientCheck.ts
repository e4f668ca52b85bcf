/** Are the gradients right? Of a cell or of a whole model, against central differences in float64. */
import type { Cell } from "../cells/cell.ts";
import { positions, storedMatrix } from "../engines/cellTensors.ts";
import {
  checkGradients,
  type GradientCheckSettings,
  type GradientGroup,
  type GradientReport,
} from "../engines/checkGradients.ts";
import {
  type CellGradientCheckOptions,
  gradientCheck as checkCell,
} from "../engines/gradientCheck.ts";
import { createReferenceEngine } from "../engines/reference/index.ts";
import { RandomStream, streamKey } from "../numbers/random.ts";
import { LanguageModel } from "./languageModel.ts";
import { LanguagePlan } from "./languagePlan.ts";

export interface ModelGradientCheckOptions extends GradientCheckSettings {
  /** @default 4 */
  readonly steps?: number;
  /** Sequences. @default 2 */
  readonly batch?: number;
  /** Of the tokens and the dropout masks. @default 1 */
  readonly seed?: number;
}

/**
 * Compares every gradient with central differences on the reference engine, over several time steps: of a cell its
 * matrices, vectors, inputs and initial states; of a model all weights, at the values that they have.
 *
 * Each number costs two forward passes: give it a small model.
 *
 * @returns The largest relative error, where it is, and whether it is within the tolerance.
 * @example gradientCheck(defineCell("h[t] = tanh(W·[h[t-1], x[t]] + b_h)")).passed
 */
export function gradientCheck(
  subject: Cell | LanguageModel,
  options: CellGradientCheckOptions & ModelGradientCheckOptions = {},
): GradientReport {
  return subject instanceof LanguageModel
    ? checkModel(subject, options)
    : checkCell(subject, options);
}

function checkModel(model: LanguageModel, options: ModelGradientCheckOptions): GradientReport {
  const { steps = 4, batch = 2, seed = 1 } = options;
  const plan = new LanguagePlan(model, createReferenceEngine(), { steps, batch }, "training");
  const { weights } = plan;
  if (!(weights instanceof Float64Array)) throw new TypeError("the reference engine is float64");
  const random = new RandomStream(streamKey(seed, "gradientCheck"));
  const tokens = () =>
    Int32Array.from({ length: steps * batch }, () => random.integer(model.vocabulary.size));
  const targets = tokens();
  // One row's last target does not count, as at the end of a document.
  targets[steps * batch - 1] = -1;
  plan.write(steps * batch, tokens(), targets);
  for (let layer = 0; layer < plan.dropoutLayers; layer++) {
    plan.writeDropoutKey(layer, streamKey(seed, "dropout", layer));
  }
  const span = { steps, batch, from: 0, to: batch };
  const evaluate = (): number => {
    plan.prepare();
    plan.forward(span);
    return plan.totalLoss(span);
  };
  evaluate();
  plan.backward(span, 1);
  const { gradientsAt, compiled } = plan;
  const gradients = compiled.numbers.slice(gradientsAt, gradientsAt + model.parameters.size);
  const { parameters, recurrent } = model;
  const group = (what: string, at: readonly number[]): GradientGroup => {
    return { what, values: weights, positions: at, analytic: at.map((place) => gradients[place]) };
  };
  // Of a recurrent layer by the names in its equations, not by the stacks in which they are stored.
  const stacks = new Set(recurrent.flatMap((layer) => layer.weights));
  const groups = parameters.parameters
    .filter((_, index) => !stacks.has(index))
    .map(({ name, tensor }) => group(name, positions(tensor)));
  for (const { name: layer, cell, sizes, weights: stored } of recurrent) {
    for (const [matrix, { name }] of cell.program.matrices.entries()) {
      const elements = storedMatrix(cell.program, sizes, matrix);
      const at = elements.map(
        (weight) => parameters.tensor(stored[weight.source]).offset + weight.at,
      );
      groups.push(group(`${layer}.${name}`, at));
    }
  }
  return checkGradients(evaluate, groups, options);
}
