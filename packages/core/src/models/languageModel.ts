/**
 * A language model: one-hot or embedded tokens → stacked recurrent layers → linear → softmax.
 *
 * The model is its configuration, its vocabulary and one stretch of weights. It computes nothing itself: a `LanguagePlan`
 * lays it out on an engine.
 */
import type { Cell } from "../cells/cell.ts";
import { type ForgetBias, initialiseCell } from "../cells/initialise.ts";
import {
  type InitName,
  initialiseBias,
  initialiseEmbedding,
  initialiseMatrix,
} from "../cells/initialiseMatrix.ts";
import type { Vocabulary } from "../data/vocabulary.ts";
import type { WeightFormat } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import { checkLanguageConfig } from "../files/modelFile.ts";
import {
  type EmbeddingLayer,
  embeddingLayer,
  type LinearLayer,
  linearLayer,
} from "../layers/dense.ts";
import { ParameterLayout, type Stretch, writeMatrix } from "../layers/parameters.ts";
import {
  outputSize,
  type RecurrentLayer,
  recurrentLayer,
  writeCellWeights,
} from "../layers/recurrent.ts";
import { RandomStream, streamKey } from "../numbers/random.ts";

export type Weights = Stretch;

export interface LanguageModelConfig<SignalName extends string = string> {
  readonly cell: Cell<SignalName>;
  readonly vocabulary: Vocabulary;
  /** Units of each recurrent layer. */
  readonly hiddenSize: number;
  /** Recurrent layers, one on the other. */
  readonly layers: number;
  /** Width of a learned vector a token; 0 for one-hot. */
  readonly embeddingSize: number;
  /** Only for a cell whose equations project; null for half the units. */
  readonly projectionSize: number | null;
  /** Share of values dropped between layers while training, 0 to below 1. */
  readonly dropout: number;
  /** The output layer uses the embedding's table: needs embeddingSize = the last layer's output. */
  readonly tieWeights: boolean;
}

export interface InitialWeights {
  readonly init: InitName;
  /** Of each gate that forgets: a number, or chrono; null leaves it to the init. */
  readonly forgetBias: ForgetBias | null;
  /** The longest lag that chrono thinks of: the window. */
  readonly chronoSteps: number;
  readonly seed: number;
}

/** How a model came to be, as its file tells it: plain JSON. */
export type TrainingRecord = Readonly<Record<string, unknown>>;

/** @typeParam SignalName The signals of its cell, by which a trace of it is typed. */
export class LanguageModel<SignalName extends string = string> {
  readonly config: LanguageModelConfig<SignalName>;
  readonly parameters: ParameterLayout;
  readonly embedding: EmbeddingLayer | null;
  readonly recurrent: readonly RecurrentLayer[];
  readonly linear: LinearLayer;
  /** In the layout of `parameters`; float64 for a model of the reference engine. */
  weights: Weights;
  /** `int8` where the weights were rounded to 8 bits, by `quantise`: then engines multiply in integers. */
  weightFormat: WeightFormat = "float32";
  /** Null for a model that was never trained. */
  training: TrainingRecord | null = null;

  /**
   * A model whose weights are all zero; `createLanguageModel` gives them their initial values.
   *
   * @throws CellstateError `option` for sizes out of range, or that the cell or tied weights do not allow.
   */
  constructor(
    config: LanguageModelConfig<SignalName>,
    precision: "float32" | "float64" = "float32",
  ) {
    const { cell, vocabulary, hiddenSize, layers, embeddingSize, projectionSize } = config;
    checkLanguageConfig({ ...config, vocabularySize: vocabulary.size });
    if (config.tieWeights && embeddingSize === 0) {
      throw new CellstateError(
        "option",
        "tied weights need an embedding: the one-hot form has no table to share",
      );
    }
    this.config = config;
    this.parameters = new ParameterLayout();
    this.embedding =
      embeddingSize === 0
        ? null
        : embeddingLayer(this.parameters, "embedding", {
            vocabularySize: vocabulary.size,
            embeddingSize,
          });
    const recurrent: RecurrentLayer[] = [];
    let inputSize = embeddingSize === 0 ? vocabulary.size : embeddingSize;
    for (let index = 0; index < layers; index++) {
      const sizes = { inputSize, hiddenSize, projectionSize: projectionSize ?? undefined };
      const layer = recurrentLayer(this.parameters, `rnn.${index}`, cell, sizes);
      recurrent.push(layer);
      inputSize = outputSize(layer);
    }
    this.recurrent = recurrent;
    this.linear = linearLayer(
      this.parameters,
      "linear",
      { inputSize, outputSize: vocabulary.size },
      config.tieWeights ? this.embedding : null,
    );
    const { size } = this.parameters;
    this.weights = precision === "float64" ? new Float64Array(size) : new Float32Array(size);
  }

  get vocabulary(): Vocabulary {
    return this.config.vocabulary;
  }

  /** Learned numbers: no padding. */
  get parameterCount(): number {
    let count = 0;
    for (const { cell, sizes } of this.recurrent) {
      for (const { rows, columns } of cell.program.matrices) {
        count += sizes[rows] * columns.reduce((n, part) => n + sizes[part], 0);
      }
      for (const { width } of cell.program.vectors) count += sizes[width];
    }
    if (this.embedding) count += this.vocabulary.size * this.embedding.size;
    if (!this.linear.tied) count += this.linear.inputSize * this.linear.outputSize;
    return count + this.linear.outputSize;
  }
}

/** A model with its initial weights, drawn from the seed. */
export function createLanguageModel<SignalName extends string>(
  config: LanguageModelConfig<SignalName>,
  initial: InitialWeights,
  precision: "float32" | "float64" = "float32",
): LanguageModel<SignalName> {
  const model = new LanguageModel(config, precision);
  const { parameters, weights } = model;
  const { init, forgetBias, chronoSteps, seed } = initial;

  const place = (stored: number, drawn: Float64Array, transposed: boolean): void => {
    writeMatrix(weights, parameters.tensor(stored), drawn, transposed);
  };
  const streamOf = (what: string) => new RandomStream(streamKey(seed, "initial", what));
  if (model.embedding) {
    const { table, size } = model.embedding;
    const stream = streamOf("embedding.weight");
    const { tieWeights, vocabulary } = config;
    place(table, initialiseEmbedding(init, vocabulary.size, size, tieWeights, stream), false);
  }
  for (const layer of model.recurrent) {
    const key = streamKey(seed, "initial", layer.name);
    const options = { init, forgetBias: forgetBias ?? undefined, chronoSteps, key };
    writeCellWeights(layer, parameters, initialiseCell(layer.cell, layer.sizes, options), weights);
  }
  const { linear } = model;
  const { inputSize, outputSize: outputs } = linear;
  if (!linear.tied) {
    const stream = streamOf("linear.weight");
    place(linear.weight, initialiseMatrix(init, outputs, inputSize, stream), true);
  }
  place(linear.bias, initialiseBias(init, outputs, inputSize, streamOf("linear.bias")), false);
  return model;
}
