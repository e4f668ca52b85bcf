/** The recurrent layers of a PyTorch state_dict that was saved as `.safetensors`: what they are is told by the tensors' names and shapes alone. */
import type { Cell } from "../cells/cell.ts";
import { findCell } from "../cells/zoo/index.ts";
import { CellstateError } from "../errors.ts";
import { readSafetensors, type StoredTensor } from "../files/safetensors.ts";
import { shown } from "../files/shown.ts";
import { RecurrentNetwork } from "./recurrentNetwork.ts";

export interface TorchLayers {
  readonly network: RecurrentNetwork;
  /** What stands before the layers' names: `rnn.` for an nn.LSTM in a module's attribute `rnn`. */
  readonly prefix: string;
  /** Tensors that belong to no recurrent layer, and were not read. */
  readonly others: readonly string[];
}

/** By blocks of rows, a gate each. The file does not tell tanh from ReLU: tanh is PyTorch's default. */
const CELLS: Readonly<Record<number, string>> = { 1: "rnn-torch", 3: "gru-torch", 4: "lstm-torch" };
const PROJECTING = "lstm-projection-torch";

/** `weight_ih_l0` of a layer, `weight_ih` of an nn.LSTMCell. */
const FIRST = /^(|.*\.)weight_ih(?:_l0)?$/;
const OF_A_LAYER = /^(weight_(?:ih|hh|hr)|bias_(?:ih|hh))(?:_l(\d+)(_reverse)?)?$/;

/** Whether a file's tensors are recurrent layers of PyTorch's, rather than a model that this library has written. */
export function hasTorchLayers(bytes: Uint8Array, name: string): boolean {
  const { tensors, metadata } = readSafetensors(bytes, name);
  return metadata.format !== "cellstate" && [...tensors.keys()].some((each) => FIRST.test(each));
}

/**
 * The layers of an nn.LSTM, nn.GRU, nn.RNN (tanh) or nn.LSTMCell …, with any number of layers, in one direction or both, with or without biases,
 * alone or as a part of a module. Of several such parts the one with the shortest name is read.
 *
 * @param name The file's name, for messages.
 * @throws CellstateError `file-format`: no such layers, or the tensor that is missing or has another shape, and which was wanted.
 */
export function readTorchLayers(bytes: Uint8Array, name: string): TorchLayers {
  const { tensors } = readSafetensors(bytes, name);
  const fail = (what: string): never => {
    throw new CellstateError("file-format", `${shown(name)}: ${what}`);
  };
  const firsts = [...tensors.keys()].filter((each) => FIRST.test(each));
  const [first] = firsts.sort((a, b) => a.length - b.length);
  const prefix = FIRST.exec(first ?? "")?.[1];
  if (first === undefined || prefix === undefined) {
    return fail(
      "no recurrent layers: expected tensors named `weight_ih_l0`, `weight_hh_l0` … as torch.nn.LSTM's state_dict has them",
    );
  }
  const own = new Map<string, StoredTensor>();
  const others: string[] = [];
  let layers = 1;
  let bidirectional = false;
  for (const [each, tensor] of tensors) {
    const match = each.startsWith(prefix) ? OF_A_LAYER.exec(each.slice(prefix.length)) : null;
    if (!match) {
      others.push(each);
      continue;
    }
    const [, part, layer = "0", reverse = ""] = match;
    layers = Math.max(layers, Number(layer) + 1);
    if (reverse) bidirectional = true;
    const wrong = tensor.data.findIndex((value) => !Number.isFinite(Number(value)));
    if (wrong >= 0) {
      return fail(
        `tensor \`${each}\` holds ${tensor.data[wrong]} at element ${wrong}; weights must be finite, train the model anew`,
      );
    }
    own.set(`${part}_l${layer}${reverse}`, tensor);
  }
  const shapeOf = (part: string): readonly number[] => {
    const shape = own.get(part)?.shape;
    if (shape?.length === 2) return shape;
    return fail(
      shape
        ? `tensor \`${prefix}${part}\` is [${shape.join(", ")}], expected a matrix`
        : `tensor \`${prefix}${part}\` is missing`,
    );
  };
  const [rows, inputSize] = shapeOf("weight_ih_l0");
  const projection = own.has("weight_hr_l0") ? shapeOf("weight_hr_l0") : null;
  const hiddenSize = projection ? projection[1] : shapeOf("weight_hh_l0")[1];
  const gates = rows / hiddenSize;
  const cellName = projection ? (gates === 4 ? PROJECTING : undefined) : CELLS[gates];
  if (cellName === undefined) {
    return fail(
      `tensor \`${first}\` is [${rows}, ${inputSize}]: with ${hiddenSize} units expected ${4 * hiddenSize} rows (LSTM), ${3 * hiddenSize} (GRU) or ${hiddenSize} (RNN)`,
    );
  }
  const cell: Cell = findCell(cellName);
  const network = new RecurrentNetwork({
    ...{ cell, inputSize, hiddenSize, layers, bidirectional },
    ...(projection ? { projectionSize: projection[0] } : {}),
  });
  if (![...own.keys()].some((each) => each.startsWith("bias_"))) {
    for (const [each, { shape }] of network.tensors()) {
      if (each.startsWith("bias_")) own.set(each, { shape, data: new Float32Array(shape[0]) });
    }
  }
  try {
    network.load(own);
  } catch (error) {
    if (!(error instanceof CellstateError)) throw error;
    return fail(error.message.replace("tensor `", `tensor \`${prefix}`));
  }
  return { network, prefix, others };
}
