/** A language model to the bytes of its `.safetensors` file and back, under PyTorch's names where PyTorch has the cell. */
import type { Cell } from "../cells/cell.ts";
import { Vocabulary } from "../data/vocabulary.ts";
import type { WeightFormat } from "../engines/engine.ts";
import { scaleName, toInt8Tensors } from "../files/int8Tensors.ts";
import type { Json, JsonObject } from "../files/json.ts";
import {
  decodeModel,
  encodeModel,
  type LanguageModelMetadata,
  TensorReader,
} from "../files/modelFile.ts";
import type { StoredTensor } from "../files/safetensors.ts";
import { shown } from "../files/shown.ts";
import { fromTorch, type TorchSource, torchShapes, toTorch } from "../files/torchNames.ts";
import { readMatrix, writeMatrix } from "../layers/parameters.ts";
import { readCellWeights, writeCellWeights } from "../layers/recurrent.ts";
import { filedCell, restoreCell, sizesOf } from "./filedCell.ts";
import { LanguageModel, type TrainingRecord, type Weights } from "./languageModel.ts";
import { withWeights } from "./quantise.ts";

const KIND = "language-model";

/** A weight's tensor, and of a matrix its columns that multiply one vector each. */
export interface NamedTensor extends StoredTensor {
  readonly data: Weights;
  readonly parts: readonly number[];
}

/** @returns The file's bytes; the same model gives the same bytes. */
export function encodeLanguageModel(model: LanguageModel): Uint8Array<ArrayBuffer> {
  const { config, vocabulary, weights, weightFormat } = model;
  const metadata: LanguageModelMetadata = {
    cell: { name: config.cell.name, equations: config.cell.equations },
    config: {
      hiddenSize: config.hiddenSize,
      layers: config.layers,
      embeddingSize: config.embeddingSize,
      projectionSize: config.projectionSize,
      dropout: config.dropout,
      tieWeights: config.tieWeights,
      vocabularySize: vocabulary.size,
    },
    vocabulary: { tokens: vocabulary.kind, items: vocabulary.items },
    training: asJson(model.training),
    precision:
      weightFormat === "int8" ? "int8" : weights instanceof Float64Array ? "float64" : "float32",
  };
  const named = namedTensors(model);
  const tensors = weightFormat === "int8" ? matricesInInt8(named) : named;
  return encodeModel({ kind: KIND, metadata, tensors });
}

/** Matrices as integers and scales; the others as they are. */
function matricesInInt8(named: ReadonlyMap<string, NamedTensor>): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { data, shape, parts }] of named) {
    if (shape.length < 2) {
      tensors.set(name, { shape, data });
      continue;
    }
    const { integers, scales } = toInt8Tensors(data, shape, parts);
    tensors.set(name, integers).set(scaleName(name), scales);
  }
  return tensors;
}

export interface DecodeOptions {
  /** Rounds the weights to 8 bits, or keeps rounded ones as float32. @default as the file has them */
  readonly weights?: WeightFormat;
}

/**
 * @param name The file's name, for messages.
 * @throws CellstateError `file-format`: damaged, of another kind, or tensors that do not fit what the metadata say.
 */
export function decodeLanguageModel(
  bytes: Uint8Array,
  name: string,
  options: DecodeOptions = {},
): LanguageModel {
  const { metadata, tensors } = decodeModel(bytes, name, KIND);
  const reader = new TensorReader(name, tensors);
  const file = shown(name);
  const cell = restoreCell(metadata.cell, file);
  // Shapes first: a header that lies about sizes must not make us take memory for them.
  checkShapes(cell, metadata, reader, file);
  const { vocabularySize, ...config } = metadata.config;
  const { tokens, items } = metadata.vocabulary;
  const { precision } = metadata;
  const model = new LanguageModel(
    { ...config, cell, vocabulary: new Vocabulary(tokens, items) },
    precision === "int8" ? "float32" : precision,
  );
  model.training = metadata.training;
  if (precision === "int8") model.weightFormat = "int8";

  placeTensors(model, {
    take: (tensor, shape, parts) => reader.take(tensor, shape, sizesReason(metadata), parts),
    label: (tensor) => `${file}: tensor \`${tensor}\``,
  });
  reader.end();
  return withWeights(model, options.weights ?? model.weightFormat);
}

/** Sets a model's weights from tensors by PyTorch's names. */
export function placeTensors(model: LanguageModel, source: TorchSource): void {
  const { parameters, weights, embedding, linear, vocabulary } = model;
  const place = (index: number, data: Weights, transposed: boolean): void => {
    writeMatrix(weights, parameters.tensor(index), data, transposed);
  };
  if (embedding) {
    const shape = [vocabulary.size, embedding.size];
    place(embedding.table, source.take("embedding.weight", shape, [embedding.size]), false);
  }
  for (const [index, layer] of model.recurrent.entries()) {
    const named = fromTorch(layer.cell, layer.sizes, {
      take: (tensor, shape, parts) => source.take(rnnName(tensor, index), shape, parts),
      label: (tensor) => source.label(rnnName(tensor, index)),
    });
    writeCellWeights(layer, parameters, named, weights);
  }
  if (!linear.tied) {
    const shape = [vocabulary.size, linear.inputSize];
    place(linear.weight, source.take("linear.weight", shape, [linear.inputSize]), true);
  }
  place(linear.bias, source.take("linear.bias", [vocabulary.size], []), false);
}

/**
 * All weights under the names that the file has for them.
 *
 * @param weights The model's own, or a stretch of their layout: gradients.
 */
export function namedTensors(
  model: LanguageModel,
  weights: Weights = model.weights,
): Map<string, NamedTensor> {
  const { parameters, embedding, linear } = model;
  const precision = weights instanceof Float64Array ? "float64" : "float32";
  const tensors = new Map<string, NamedTensor>();
  const take = (index: number, transposed: boolean): Weights =>
    readMatrix(weights, parameters.tensor(index), transposed);
  if (embedding) {
    const shape = [model.vocabulary.size, embedding.size];
    const parts = [embedding.size];
    tensors.set("embedding.weight", { shape, parts, data: take(embedding.table, false) });
  }
  for (const [index, layer] of model.recurrent.entries()) {
    const named = readCellWeights(layer, parameters, weights);
    const cell = filedCell(layer.cell);
    for (const { name, ...tensor } of toTorch(cell, layer.sizes, named, precision)) {
      tensors.set(rnnName(name, index), tensor);
    }
  }
  const { inputSize, outputSize: outputs } = linear;
  if (!linear.tied) {
    const shape = [outputs, inputSize];
    const parts = [inputSize];
    tensors.set("linear.weight", { shape, parts, data: take(linear.weight, true) });
  }
  tensors.set("linear.bias", { shape: [outputs], parts: [], data: take(linear.bias, false) });
  return tensors;
}

/** `weight_ih` of layer 0 → `rnn.weight_ih_l0`, as torch.nn.LSTM names it in a module `rnn`. */
function rnnName(tensor: string, layer: number): string {
  return `rnn.${tensor}_l${layer}`;
}

function sizesReason({ config }: LanguageModelMetadata): string {
  return `hiddenSize ${config.hiddenSize}`;
}

function checkShapes(
  cell: Cell,
  metadata: LanguageModelMetadata,
  reader: TensorReader,
  file: string,
): void {
  const { hiddenSize, layers, embeddingSize, projectionSize, vocabularySize, tieWeights } =
    metadata.config;
  let inputSize = embeddingSize || vocabularySize;
  for (let index = 0; index < layers; index++) {
    const sizes = sizesOf(
      cell,
      { inputSize, hiddenSize, projectionSize: projectionSize ?? undefined },
      file,
    );
    for (const { name, shape } of torchShapes(cell, sizes)) {
      reader.check(rnnName(name, index), shape, sizesReason(metadata));
    }
    inputSize = sizes[cell.program.states[cell.program.output].width];
  }
  if (embeddingSize > 0) {
    reader.check("embedding.weight", [vocabularySize, embeddingSize], "the embedding");
  }
  if (!tieWeights) {
    reader.check("linear.weight", [vocabularySize, inputSize], sizesReason(metadata));
  }
}

/** A training record as plain JSON; what JSON does not have is refused by the writer. */
function asJson(record: TrainingRecord | null): JsonObject | null {
  return record === null ? null : (JSON.parse(JSON.stringify(record)) as Record<string, Json>);
}
