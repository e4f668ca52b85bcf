/** A model with its weights rounded to 8 bits: a file of a quarter, and products in integers. */
import type { Tensor, WeightFormat } from "../engines/engine.ts";
import { int8Scale, toInt8 } from "../numbers/int8.ts";
import { LanguageModel, type Weights } from "./languageModel.ts";

/**
 * Rounds all matrices to the grid of `numbers/int8.ts`: a scale for each unit's weights of one vector, and for
 * each row of an embedding. Biases and other learned vectors stay as they are: they are few, and added, not multiplied.
 *
 * A rounded model is rounded to itself. One with a weight that is not finite has no number left in that weight's row.
 *
 * @returns A new model; the given one is unchanged.
 */
export function quantise<SignalName extends string>(
  model: LanguageModel<SignalName>,
): LanguageModel<SignalName> {
  const quantised = copy(model);
  const { weights, parameters, embedding, linear } = quantised;
  if (embedding) roundRows(weights, parameters.tensor(embedding.table));
  for (const layer of quantised.recurrent) {
    for (const index of layer.weights) roundColumns(weights, parameters.tensor(index));
  }
  if (!linear.tied) roundColumns(weights, parameters.tensor(linear.weight));
  quantised.weightFormat = "int8";
  return quantised;
}

/**
 * The model with its weights in this format, itself where they are. Back in float32 they keep their rounded values; the model
 * can then be trained again.
 */
export function withWeights<SignalName extends string>(
  model: LanguageModel<SignalName>,
  format: WeightFormat,
): LanguageModel<SignalName> {
  if (format === model.weightFormat) return model;
  return format === "int8" ? quantise(model) : copy(model);
}

/** In float32. */
function copy<SignalName extends string>(
  model: LanguageModel<SignalName>,
): LanguageModel<SignalName> {
  const copied = new LanguageModel(model.config);
  copied.weights.set(model.weights);
  copied.training = model.training;
  return copied;
}

function roundColumns(weights: Weights, { offset, rows, width, stride }: Tensor): void {
  for (let column = 0; column < width; column++) {
    roundOne(weights, offset + column, rows, stride);
  }
}

function roundRows(weights: Weights, { offset, rows, width, stride }: Tensor): void {
  for (let row = 0; row < rows; row++) roundOne(weights, offset + row * stride, width, 1);
}

/** `count` weights from `at` on, `step` apart, that share a scale. */
function roundOne(weights: Weights, at: number, count: number, step: number): void {
  let largest = 0;
  for (let i = 0; i < count; i++) largest = Math.max(largest, Math.abs(weights[at + i * step]));
  const scale = int8Scale(largest);
  for (let i = 0; i < count; i++) {
    weights[at + i * step] = toInt8(weights[at + i * step], scale) * scale;
  }
}
