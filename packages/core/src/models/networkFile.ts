/**
 * A network to the bytes of its `.safetensors` file and back. Recurrent layers stand under PyTorch's names where PyTorch has the cell:
 * `encoder.weight_ih_l0`, `encoder.weight_ih_l0_reverse`, so that `torch.nn.LSTM` loads them as they are.
 */
import type { Cell } from "../cells/cell.ts";
import { CellstateError } from "../errors.ts";
import type { JsonObject } from "../files/json.ts";
import { decodeModel, encodeModel, TensorReader } from "../files/modelFile.ts";
import {
  type CellMetadata,
  type NetworkConfigMetadata,
  networkConfig,
} from "../files/networkMetadata.ts";
import type { StoredTensor } from "../files/safetensors.ts";
import { shown } from "../files/shown.ts";
import { fromTorch, torchShapes, toTorch } from "../files/torchNames.ts";
import { readMatrix, type Stretch, writeMatrix } from "../layers/parameters.ts";
import { readCellWeights, writeCellWeights } from "../layers/recurrent.ts";
import { filedCell, restoreCell } from "./filedCell.ts";
import { Network, type NetworkPart } from "./network.ts";
import type { NetworkConfig } from "./networkConfig.ts";

const KIND = "network";

/** A network, and what its numbers mean. */
export interface FiledNetwork {
  readonly network: Network;
  /** Of the task, as it writes itself; null for a network without one. */
  readonly task: JsonObject | null;
}

/** @returns The file's bytes; the same network gives the same bytes. */
export function encodeNetwork({ network, task }: FiledNetwork): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, StoredTensor>();
  for (const part of network.parts) {
    for (const [name, tensor] of partTensors(network, part)) tensors.set(name, tensor);
  }
  const precision = network.weights instanceof Float64Array ? "float64" : "float32";
  // In the checker's order: what is read and written again is the same bytes.
  const config = networkConfig(metadataOf(network.config), "config");
  const metadata = { config, task, training: network.training, precision } as const;
  return encodeModel({ kind: KIND, metadata, tensors });
}

/**
 * @param name The file's name, for messages.
 * @throws CellstateError `file-format`: damaged, of another kind, or tensors that do not fit what the metadata say.
 */
export function decodeNetwork(bytes: Uint8Array, name: string): FiledNetwork {
  const { metadata, tensors } = decodeModel(bytes, name, KIND);
  const file = shown(name);
  const reader = new TensorReader(name, tensors);
  const config = restoreConfig(metadata.config, file);
  // Shapes first: a header that lies about sizes must not make us take memory for them.
  const shapes = restore(file, () => new Network(config, "none"));
  for (const part of shapes.parts) {
    for (const [tensor, shape] of partShapes(shapes, part)) {
      reader.check(tensor, shape, "its configuration");
    }
  }
  const network = new Network(config, metadata.precision);
  network.training = metadata.training;
  for (const part of network.parts) placePart(network, part, reader, file);
  reader.end();
  return { network, task: metadata.task };
}

/** What a network's file calls a tensor of a recurrent layer. */
function layerTensor(
  { name, suffix }: { readonly name: string; readonly suffix: string },
  tensor: string,
): string {
  return `${name}.${tensor}${suffix}`;
}

function partShapes(network: Network, part: NetworkPart): [string, readonly number[]][] {
  switch (part.kind) {
    case "embedding":
      return [[`${part.name}.weight`, [part.size, part.layer.size]]];
    case "linear": {
      const { inputSize, outputSize } = part.layer;
      return [
        [`${part.name}.weight`, [outputSize, inputSize]],
        [`${part.name}.bias`, [outputSize]],
      ];
    }
    case "recurrent":
      return torchShapes(filedCell(part.layer.cell), part.layer.sizes).map(({ name, shape }) => [
        layerTensor(part, name),
        shape,
      ]);
    case "vector":
      return [[part.name, [network.parameters.tensor(part.index).width]]];
  }
}

function partTensors(network: Network, part: NetworkPart): [string, StoredTensor][] {
  const { parameters, weights } = network;
  const stored = (index: number, transposed = false): Stretch =>
    readMatrix(weights, parameters.tensor(index), transposed);
  if (part.kind === "recurrent") {
    const { layer } = part;
    const precision = weights instanceof Float64Array ? "float64" : "float32";
    const named = readCellWeights(layer, parameters, weights);
    return toTorch(filedCell(layer.cell), layer.sizes, named, precision).map(
      ({ name, shape, data }) => [layerTensor(part, name), { shape, data }],
    );
  }
  const data =
    part.kind === "embedding"
      ? [stored(part.layer.table)]
      : part.kind === "linear"
        ? [stored(part.layer.weight, true), stored(part.layer.bias)]
        : [stored(part.index)];
  return partShapes(network, part).map(([name, shape], i) => [name, { shape, data: data[i] }]);
}

function placePart(network: Network, part: NetworkPart, reader: TensorReader, file: string): void {
  const { parameters, weights } = network;
  if (part.kind === "recurrent") {
    const { layer } = part;
    const named = fromTorch(filedCell(layer.cell), layer.sizes, {
      take: (tensor, shape, parts) =>
        reader.take(layerTensor(part, tensor), shape, "its configuration", parts),
      label: (tensor) => `${file}: tensor \`${layerTensor(part, tensor)}\``,
    });
    writeCellWeights(layer, parameters, named, weights);
    return;
  }
  const indices =
    part.kind === "embedding"
      ? [part.layer.table]
      : part.kind === "linear"
        ? [part.layer.weight, part.layer.bias]
        : [part.index];
  partShapes(network, part).forEach(([name, shape], i) => {
    const isMatrix = part.kind === "linear" && i === 0;
    const data = reader.take(name, shape, "its configuration");
    writeMatrix(weights, parameters.tensor(indices[i]), data, isMatrix);
  });
}

function metadataOf(config: NetworkConfig): NetworkConfigMetadata {
  const { encoder, decoder } = config;
  const said = ({ name, equations }: Cell): CellMetadata => ({ name, equations });
  return {
    ...config,
    encoder: encoder && { ...encoder, cell: said(encoder.cell) },
    decoder: decoder && { ...decoder, cell: said(decoder.cell) },
  };
}

function restoreConfig(config: NetworkConfigMetadata, file: string): NetworkConfig {
  const { encoder, decoder } = config;
  return {
    ...config,
    encoder: encoder && { ...encoder, cell: restoreCell(encoder.cell, file) },
    decoder: decoder && { ...decoder, cell: restoreCell(decoder.cell, file) },
  };
}

/** What the constructor refuses is the file's fault here. */
function restore<T>(file: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof CellstateError)) throw error;
    throw new CellstateError("file-format", `${file}: ${error.message}`);
  }
}
