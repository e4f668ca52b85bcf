/** The layers around the recurrent ones: embedding, linear, dropout, and the loss on top. */
import type { Axis, ElementLoss, Integers, Tensor } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import { type Flow, type PlanBuilder, tensorOf, type VectorFlow } from "./layer.ts";
import type { ParameterLayout } from "./parameters.ts";

/** One learned vector a token. */
export interface EmbeddingLayer {
  readonly name: string;
  /** [vocabularySize, embeddingSize] */
  readonly table: number;
  readonly size: number;
}

export function embeddingLayer(
  parameters: ParameterLayout,
  name: string,
  sizes: { readonly vocabularySize: number; readonly embeddingSize: number },
): EmbeddingLayer {
  const { vocabularySize, embeddingSize } = sizes;
  const table = parameters.add(name, "weight", vocabularySize, embeddingSize);
  return { name, table, size: embeddingSize };
}

export function planEmbedding(
  builder: PlanBuilder,
  layer: EmbeddingLayer,
  tokens: Integers,
  over?: Axis,
): VectorFlow {
  const output = builder.flow(layer.size, over);
  builder.operations.push({
    kind: "embedding",
    over,
    tokens,
    table: builder.weight(layer.table),
    output: output.value,
    training: output.gradient && {
      outputGradient: output.gradient,
      tableGradient: builder.weightGradient(layer.table),
    },
  });
  return output;
}

/** y = W·x + b, stored as [inputSize, outputSize]; or with an embedding's table as W. */
export interface LinearLayer {
  readonly name: string;
  readonly weight: number;
  readonly bias: number;
  readonly inputSize: number;
  readonly outputSize: number;
  /** True where `weight` is an embedding's table, [outputSize, inputSize]. */
  readonly tied: boolean;
}

/** @param tiedTo The embedding whose table it shares, or null for a matrix of its own. */
export function linearLayer(
  parameters: ParameterLayout,
  name: string,
  sizes: { readonly inputSize: number; readonly outputSize: number },
  tiedTo: EmbeddingLayer | null = null,
): LinearLayer {
  const { inputSize, outputSize } = sizes;
  if (tiedTo && tiedTo.size !== inputSize) {
    throw new CellstateError(
      "option",
      `${name}: tied weights need an embedding as wide as the last layer's output; ` +
        `got ${tiedTo.size} and ${inputSize}`,
    );
  }
  const weight = tiedTo?.table ?? parameters.add(name, "weight", inputSize, outputSize);
  const bias = parameters.add(name, "bias", 1, outputSize);
  return { name, weight, bias, inputSize, outputSize, tied: tiedTo !== null };
}

export function planLinear(builder: PlanBuilder, layer: LinearLayer, input: Flow): VectorFlow {
  const { over } = input;
  const output = builder.flow(layer.outputSize, over);
  builder.operations.push({
    kind: "linear",
    over,
    input: tensorOf(input, layer.name),
    output: output.value,
    weight: builder.weight(layer.weight),
    transposed: layer.tied,
    bias: builder.weight(layer.bias),
    training: output.gradient && {
      outputGradient: output.gradient,
      inputGradient: input.gradient,
      weightGradient: builder.weightGradient(layer.weight),
      accumulate: layer.tied,
      biasGradient: builder.weightGradient(layer.bias),
    },
  });
  return output;
}

/** Adds dropout to a plan that trains; elsewhere, and where it is observed, the input passes as it is. @param key Receives the mask's key. */
export function planDropout(
  builder: PlanBuilder,
  rate: number,
  input: Flow,
): { readonly output: Flow; readonly key: Integers | null } {
  if (rate === 0 || !builder.random) return { output: input, key: null };
  const value = tensorOf(input, "dropout");
  const { over } = input;
  const output = builder.flow(value.width, over);
  // Of what nobody wants the gradient, such as a network's input, it is written all the same.
  const inputGradient = input.gradient ?? builder.sequence(value.width, over);
  const key = builder.key();
  builder.operations.push({
    kind: "dropout",
    over,
    input: value,
    output: output.value,
    rate,
    key,
    training: output.gradient && { outputGradient: output.gradient, inputGradient },
  });
  return { output, key };
}

/** The loss of a plan: targets go in, a loss a row comes out. */
export interface LossTensors {
  readonly targets: Integers;
  readonly losses: Tensor;
  /** What a row's gradient is multiplied by; null in a plan that only infers. */
  readonly scale: Tensor | null;
}

/** What more a loss can be told. */
export interface LossOptions {
  /** [R, 1], to be written by the caller. @default every row counts 1 */
  readonly rowWeights?: Tensor;
  /** @default 0 */
  readonly labelSmoothing?: number;
}

/** Softmax with cross-entropy against one target a row. */
export function planCrossEntropy(
  builder: PlanBuilder,
  logits: Flow,
  { rowWeights, labelSmoothing }: LossOptions = {},
): LossTensors {
  const value = tensorOf(logits, "loss");
  const targets = builder.layout.integers(value.rows);
  const losses = builder.layout.tensor(value.rows, 1);
  const scale = builder.training ? builder.layout.tensor(1, 1) : null;
  builder.operations.push({
    kind: "crossEntropy",
    over: logits.over,
    logits: value,
    targets,
    losses,
    rowWeights,
    labelSmoothing,
    training: scale && logits.gradient && { scale, logitsGradient: logits.gradient },
  });
  return { targets, losses, scale };
}

/** The loss of a plan whose outputs are numbers: rows of targets go in, a loss a row comes out. */
export interface ElementLossTensors {
  /** [R, N], to be written by the caller; NaN is missing. */
  readonly targets: Tensor;
  /** [R, 1] */
  readonly losses: Tensor;
  /** Null in a plan that only infers. */
  readonly scale: Tensor | null;
}

/** @param targets Those of another loss, where several look at the same; else made here. */
export function planElementLoss(
  builder: PlanBuilder,
  loss: ElementLoss,
  outputs: Flow,
  { rowWeights, targets }: LossOptions & { readonly targets?: Tensor } = {},
): ElementLossTensors {
  const value = tensorOf(outputs, "loss");
  const levels = loss.name === "quantile" ? loss.levels.length : 1;
  const wanted = targets ?? builder.layout.tensor(value.rows, value.width / levels);
  const losses = builder.layout.tensor(value.rows, 1);
  const scale = builder.training ? builder.layout.tensor(1, 1) : null;
  builder.operations.push({
    kind: "elementLoss",
    over: outputs.over,
    loss,
    outputs: value,
    targets: wanted,
    losses,
    rowWeights,
    training: scale && outputs.gradient && { scale, outputsGradient: outputs.gradient },
  });
  return { targets: wanted, losses, scale };
}
