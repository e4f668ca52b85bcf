/**
 * Recurrent layers of one cell, one on the other, from vectors to vectors: what PyTorch's nn.LSTM, nn.GRU and nn.RNN are, for
 * any cell. It computes nothing itself: runners and streams lay it out on an engine.
 */
import type { Cell } from "../cells/cell.ts";
import { initialiseCell } from "../cells/initialise.ts";
import type { Engine, Extent } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { StoredTensor } from "../files/safetensors.ts";
import { fromTorch, toTorch } from "../files/torchNames.ts";
import { ParameterLayout, type Stretch } from "../layers/parameters.ts";
import {
  outputSize,
  type RecurrentLayer,
  readCellWeights,
  recurrentLayer,
  writeCellWeights,
} from "../layers/recurrent.ts";
import { streamKey } from "../numbers/random.ts";
import type { InitialWeights } from "./languageModel.ts";
import {
  type RecurrentRun,
  RecurrentRunner,
  type RecurrentRunOptions,
  type RecurrentVectors,
} from "./recurrentRunner.ts";
import { RecurrentStream } from "./recurrentStream.ts";

export interface RecurrentNetworkConfig<SignalName extends string = string> {
  readonly cell: Cell<SignalName>;
  /** Numbers in a vector of the input. */
  readonly inputSize: number;
  /** Units of each layer. */
  readonly hiddenSize: number;
  /** @default 1 */
  readonly layers?: number;
  /** Only for a cell whose equations project. @default half the units */
  readonly projectionSize?: number;
}

/** @typeParam SignalName The signals of its cell. */
export class RecurrentNetwork<SignalName extends string = string> {
  readonly config: RecurrentNetworkConfig<SignalName>;
  readonly parameters = new ParameterLayout();
  readonly layers: readonly RecurrentLayer[];
  /** Numbers in a vector of the output: the last layer's h. */
  readonly outputSize: number;
  /** In the layout of `parameters`; runners and streams copy them when they are made. */
  readonly weights: Stretch;

  /**
   * A network whose weights are all zero: `load` sets them, or `createRecurrentNetwork` draws them.
   *
   * @throws CellstateError `option` for sizes that are no whole numbers from 1, or that the cell does not allow.
   */
  constructor(
    config: RecurrentNetworkConfig<SignalName>,
    precision: "float32" | "float64" = "float32",
  ) {
    const { cell, hiddenSize, projectionSize, layers: count = 1 } = config;
    checkSizes({ ...config, layers: count });
    this.config = config;
    const layers: RecurrentLayer[] = [];
    let { inputSize } = config;
    for (let index = 0; index < count; index++) {
      const sizes = { inputSize, hiddenSize, projectionSize };
      const layer = recurrentLayer(this.parameters, `rnn.${index}`, cell, sizes);
      layers.push(layer);
      inputSize = outputSize(layer);
    }
    this.layers = layers;
    this.outputSize = inputSize;
    const { size } = this.parameters;
    this.weights = precision === "float64" ? new Float64Array(size) : new Float32Array(size);
  }

  /**
   * Takes weights under the names of torch.nn's state_dict: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, …; a cell that PyTorch
   * does not have has its equations' names, `W_f_l0`.
   *
   * @param prefix What stands before each name: `rnn.` for an nn.LSTM in a module's attribute `rnn`.
   * @throws CellstateError `file-format` where a tensor is missing or of another shape; the weights are then as before.
   * @example network.load(readSafetensors(bytes, "lstm.safetensors").tensors);
   */
  load(tensors: ReadonlyMap<string, StoredTensor>, prefix = ""): void {
    const nameOf = (name: string, index: number): string => `${prefix}${name}_l${index}`;
    const named = this.layers.map(({ cell, sizes }, index) =>
      fromTorch(cell, sizes, {
        take: (name, shape) => takeTensor(tensors, nameOf(name, index), shape),
        label: (name) => `tensor \`${nameOf(name, index)}\``,
      }),
    );
    this.layers.forEach((layer, index) => {
      writeCellWeights(layer, this.parameters, named[index], this.weights);
    });
  }

  /** The weights under the names that `load` knows. */
  tensors(prefix = ""): Map<string, StoredTensor> {
    const precision = this.weights instanceof Float64Array ? "float64" : "float32";
    const tensors = new Map<string, StoredTensor>();
    for (const [index, layer] of this.layers.entries()) {
      const named = readCellWeights(layer, this.parameters, this.weights);
      for (const { name, shape, data } of toTorch(layer.cell, layer.sizes, named, precision)) {
        tensors.set(`${prefix}${name}_l${index}`, { shape, data });
      }
    }
    return tensors;
  }

  /** Lays the network out for whole sequences; a runner is made once and used for any number of them. */
  runner(engine: Engine, capacity: Extent): RecurrentRunner {
    return new RecurrentRunner(this, engine, capacity);
  }

  /** Lays the network out for one sequence that comes vector by vector. */
  stream(engine: Engine): RecurrentStream {
    return new RecurrentStream(this, engine);
  }

  /**
   * Runs whole sequences once; `runner` is for many times.
   *
   * @param inputs [steps, batch, inputSize], row-major: time first.
   */
  run(engine: Engine, inputs: RecurrentVectors, options: RecurrentRunOptions): RecurrentRun {
    const runner = this.runner(engine, options);
    const outputs = runner.run(inputs, options).slice();
    return { outputs, state: runner.state };
  }
}

/** A network with its initial weights, drawn from the seed. */
export function createRecurrentNetwork<SignalName extends string>(
  config: RecurrentNetworkConfig<SignalName>,
  initial: InitialWeights,
  precision: "float32" | "float64" = "float32",
): RecurrentNetwork<SignalName> {
  const network = new RecurrentNetwork(config, precision);
  const { init, forgetBias, chronoSteps, seed } = initial;
  for (const layer of network.layers) {
    const key = streamKey(seed, "initial", layer.name);
    const options = { init, forgetBias: forgetBias ?? undefined, chronoSteps, key };
    const drawn = initialiseCell(layer.cell, layer.sizes, options);
    writeCellWeights(layer, network.parameters, drawn, network.weights);
  }
  return network;
}

function checkSizes(config: Omit<RecurrentNetworkConfig, "cell">): void {
  for (const name of ["inputSize", "hiddenSize", "layers", "projectionSize"] as const) {
    const size = config[name];
    if (size === undefined || (Number.isInteger(size) && size >= 1)) continue;
    throw new CellstateError("option", `${name}: expected a whole number from 1, got ${size}`);
  }
}

function takeTensor(
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
  shape: readonly number[],
): Stretch {
  const wanted = `[${shape.join(", ")}]`;
  const fail = (what: string): never => {
    throw new CellstateError("file-format", `tensor \`${name}\` ${what}`);
  };
  const tensor = tensors.get(name);
  if (!tensor) return fail(`of shape ${wanted} is missing`);
  if (tensor.shape.length !== shape.length || shape.some((size, i) => size !== tensor.shape[i])) {
    return fail(`is [${tensor.shape.join(", ")}], the network's sizes need ${wanted}`);
  }
  const { data } = tensor;
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  return fail("holds no floating-point numbers");
}
