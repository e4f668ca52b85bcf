/**
 * Recurrent layers of one cell, one on the other, from vectors to vectors: what PyTorch's nn.LSTM, nn.GRU and nn.RNN are, for
 * any cell. It computes nothing itself: runners and streams lay it out on an engine.
 */
import type { Cell } from "../cells/cell.ts";
import { initialiseCell } from "../cells/initialise.ts";
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { StoredTensor } from "../files/safetensors.ts";
import { fromTorch, toTorch } from "../files/torchNames.ts";
import { ParameterLayout, type Stretch } from "../layers/parameters.ts";
import { type RecurrentLayer, readCellWeights, writeCellWeights } from "../layers/recurrent.ts";
import { directionsOf, type RecurrentStack, recurrentStack } from "../layers/stack.ts";
import { streamKey } from "../numbers/random.ts";
import type { InitialWeights } from "./languageModel.ts";
import type { RecurrentCapacity } from "./recurrentPlan.ts";
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
  /** Whether each layer reads the sequence in both directions; outputs then stand side by side. @default false */
  readonly bidirectional?: boolean;
  /** Only for a cell whose equations project. @default half the units */
  readonly projectionSize?: number;
}

/** @typeParam SignalName The signals of its cell. */
export class RecurrentNetwork<SignalName extends string = string> {
  readonly config: RecurrentNetworkConfig<SignalName>;
  readonly parameters = new ParameterLayout();
  readonly stack: RecurrentStack;
  /** From below; of a layer that reads both ways, forward before backward. States are listed in this order. */
  readonly layers: readonly RecurrentLayer[];
  /** Numbers in a vector of the output: the last layer's h, of both directions. */
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
    const { cell, bidirectional = false, layers = 1, ...sizes } = config;
    checkSizes({ ...config, layers });
    this.config = config;
    const options = { bidirectional, learnedInitial: false };
    this.stack = recurrentStack(this.parameters, "rnn", cell, { ...sizes, layers }, options);
    this.layers = this.stack.layers.flatMap(directionsOf);
    this.outputSize = this.stack.outputSize;
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
    const named = this.layers.map(({ cell, sizes }, index) => {
      const nameOf = (name: string): string => `${prefix}${name}${this.#suffix(index)}`;
      return fromTorch(cell, sizes, {
        take: (name, shape) => takeTensor(tensors, nameOf(name), shape),
        label: (name) => `tensor \`${nameOf(name)}\``,
      });
    });
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
        tensors.set(`${prefix}${name}${this.#suffix(index)}`, { shape, data });
      }
    }
    return tensors;
  }

  /** PyTorch's: `_l0`, `_l0_reverse`, `_l1`, … */
  #suffix(index: number): string {
    if (!this.config.bidirectional) return `_l${index}`;
    return `_l${Math.floor(index / 2)}${index % 2 === 0 ? "" : "_reverse"}`;
  }

  /** Lays the network out for whole sequences; a runner is made once and used for any number of them. */
  runner(engine: Engine, capacity: RecurrentCapacity): RecurrentRunner {
    return new RecurrentRunner(this, engine, capacity);
  }

  /**
   * Lays the network out for one sequence that comes vector by vector.
   *
   * @throws CellstateError `option` where layers read backward: they cannot begin before the sequence has ended.
   */
  stream(engine: Engine): RecurrentStream {
    if (this.config.bidirectional) {
      throw new CellstateError(
        "option",
        "a bidirectional network reads whole sequences; use run() or runner(), not stream()",
      );
    }
    return new RecurrentStream(this, engine);
  }

  /**
   * Runs whole sequences once; `runner` is for many times.
   *
   * @param inputs [steps, batch, inputSize], row-major: time first.
   */
  run(engine: Engine, inputs: RecurrentVectors, options: RecurrentRunOptions): RecurrentRun {
    const { steps, batch, lengths } = options;
    const runner = this.runner(engine, { steps, batch, hasLengths: lengths !== undefined });
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
