/** A stack of PyTorch's layers, or one of its cells over one step, as a plan of ours with PyTorch's tensors put in. */
import { readFileSync } from "node:fs";
import type { Cell } from "../../src/cells/cell.ts";
import {
  gruTorch,
  lstmProjectionTorch,
  lstmTorch,
  rnnReluTorch,
  rnnTorch,
} from "../../src/cells/zoo/index.ts";
import {
  initialState,
  layoutCell,
  positions,
  type Sizes,
  storedWeights,
} from "../../src/engines/cellTensors.ts";
import type { CellSpec, Engine, Tensor } from "../../src/engines/engine.ts";
import { Layout } from "../../src/engines/layout.ts";
import { readSafetensors } from "../../src/files/safetensors.ts";
import { fromTorch, toTorch } from "../../src/files/torchNames.ts";

/** What the manifest says of a case: torch.nn's own arguments. */
export interface Config {
  readonly kind: string;
  readonly input_size: number;
  readonly hidden_size: number;
  readonly batch: number;
  readonly num_layers?: number;
  readonly seq_len?: number;
  /** Of packed sequences: the steps of each. */
  readonly lengths?: readonly number[] | null;
  readonly proj_size?: number;
  readonly batch_first?: boolean;
  readonly bidirectional?: boolean;
  readonly nonlinearity?: string | null;
  readonly zero_initial_state?: boolean;
  readonly task?: string;
}

export interface Case {
  readonly name: string;
  readonly file: string;
  readonly config: Config;
}

const folder = new URL("torch/", import.meta.url);
export const manifest: { readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL("manifest.json", folder), "utf8"),
);
export function cellOf({ kind, nonlinearity, proj_size }: Config): Cell {
  switch (kind) {
    case "LSTM":
      return proj_size ? lstmProjectionTorch : lstmTorch;
    case "lstmcell":
      return lstmTorch;
    case "GRU":
    case "grucell":
      return gruTorch;
    case "rnncell_tanh":
      return rnnTorch;
    case "RNN":
      return nonlinearity === "relu" ? rnnReluTorch : rnnTorch;
    default:
      throw new RangeError(`unknown kind ${kind}`);
  }
}

/** Rows [B, T] in the order [T, B]. */
function timeMajor(values: Float32Array, steps: number, batch: number): Float32Array {
  const width = values.length / (steps * batch);
  return values.map((_, n) => {
    const row = Math.floor(n / width);
    const [t, b] = [Math.floor(row / batch), row % batch];
    return values[(b * steps + t) * width + (n % width)];
  });
}

/** A stack of layers (or one cell, which is one layer over one step) as a plan, PyTorch's tensors put in. */
export class Stack {
  readonly cell: Cell;
  readonly layers: readonly { readonly sizes: Sizes; readonly spec: CellSpec }[];
  readonly steps: number;
  readonly batch: number;
  readonly #layout = new Layout();
  readonly #config: Config;
  readonly #tensors: ReadonlyMap<string, Float32Array>;
  readonly #numbers: Float32Array | Float64Array;
  readonly #integers: Int32Array | Float64Array;

  constructor(createEngine: () => Engine, { file, config }: Case) {
    const { tensors } = readSafetensors(readFileSync(new URL(file, folder)), file);
    this.#config = config;
    this.#tensors = new Map(
      [...tensors].map(([name, { data }]) => [name, Float32Array.from(data, Number)]),
    );
    this.cell = cellOf(config);
    this.steps = config.seq_len ?? 1;
    this.batch = config.batch;
    this.layers = this.#layOut();
    const layout = this.#layout;
    const plan = createEngine().compile({
      steps: this.steps,
      batch: this.batch,
      size: layout.size,
      operations: this.layers.map(({ spec }) => spec),
    });
    this.#numbers = plan.numbers;
    this.#integers = plan.integers;
    this.#write();
    const span = { steps: this.steps, batch: this.batch, from: 0, to: this.batch };
    plan.run("prepare", span);
    for (const operation of plan.operations) operation.forward(span);
    plan.run("backward", span);
    plan.run("gradients", span);
  }

  #layOut() {
    const { cell, steps, batch } = this;
    const { input_size, hidden_size, num_layers = 1, proj_size, lengths } = this.#config;
    const out = proj_size || hidden_size;
    const layers: { sizes: Sizes; spec: CellSpec }[] = [];
    for (let layer = 0; layer < num_layers; layer++) {
      const sizes = { in: layer === 0 ? input_size : out, units: hidden_size, out };
      const options = { steps, batch, training: true, lengths: Boolean(lengths) };
      const spec = layoutCell(this.#layout, cell.program, sizes, options);
      const below = layers.at(-1)?.spec;
      layers.push({ sizes, spec: below ? above(below, spec, cell) : spec });
    }
    return layers;
  }

  /** PyTorch's numbers of this name, or zeros. */
  torch(name: string, count?: number): Float32Array {
    const found = this.#tensors.get(name);
    if (found) return found;
    if (count === undefined) throw new RangeError(`no tensor ${name}`);
    return new Float32Array(count);
  }

  /** A sequence of this name, time-major. */
  sequence(name: string): Float32Array {
    const values = this.torch(name);
    return this.#config.batch_first ? timeMajor(values, this.steps, this.batch) : values;
  }

  /** Layer l's part of [L, B, W]. */
  #layerOf(values: Float32Array, layer: number): Float32Array {
    const count = values.length / this.layers.length;
    return values.subarray(layer * count, (layer + 1) * count);
  }

  /** What PyTorch adds to the names of a layer's weights. */
  #suffix(layer: number): string {
    return this.#config.num_layers === undefined ? "" : `_l${layer}`;
  }

  #write(): void {
    const { cell, batch } = this;
    this.layers.forEach(({ sizes, spec }, layer) => {
      const weights = fromTorch(cell, sizes, {
        take: (name) => this.torch(`${name}${this.#suffix(layer)}`),
        label: (name) => name,
      });
      for (const { matrix, row, column, source, at } of storedWeights(cell.program, sizes)) {
        const columns = weights.matrices[matrix].length / sizes[cell.program.matrices[matrix].rows];
        const value = weights.matrices[matrix][row * columns + column];
        this.#numbers[spec.weights[source].offset + at] = value;
      }
      spec.vectors.forEach((vector, v) => {
        this.set(vector, weights.vectors[v]);
      });
      cell.program.states.forEach(({ name, width }, s) => {
        const count = this.layers.length * batch * sizes[width];
        const begin = this.torch(`${name}0`, count);
        this.set(initialState(spec.states[s], batch), this.#layerOf(begin, layer));
        const coefficients = this.#layerOf(this.torch(`c_${name}`), layer);
        this.set(trainingOf(spec).stateGradients[s], coefficients);
      });
    });
    const { input } = this.layers[0].spec;
    for (const { spec } of this.layers) {
      if (spec.lengths) this.#integers.set(this.#config.lengths ?? [], spec.lengths.offset);
    }
    if (!("width" in input)) throw new TypeError("expected vectors");
    this.set(input, this.sequence("input"));
    if (this.#config.num_layers === undefined) return;
    this.set(
      trainingOf(this.layers[this.layers.length - 1].spec).outputGradient,
      this.sequence("c_output"),
    );
  }

  set(tensor: Tensor, values: ArrayLike<number>): void {
    const places = positions(tensor);
    if (places.length !== values.length) {
      throw new RangeError(`expected ${places.length} numbers, got ${values.length}`);
    }
    places.forEach((at, n) => {
      this.#numbers[at] = values[n];
    });
  }

  get(tensor: Tensor): number[] {
    return positions(tensor).map((at) => this.#numbers[at]);
  }

  /** State s after the last step of each sequence, in every layer, [L, B, W]. */
  last(s: number): number[] {
    return this.layers.flatMap(({ spec }) => {
      const state = spec.states[s];
      return Array.from({ length: this.batch }, (_, b) => {
        const row = ((this.#config.lengths?.[b] ?? this.steps) - 1) * this.batch + b;
        return this.get({ ...state, offset: state.offset + row * state.stride, rows: 1 });
      }).flat();
    });
  }

  stateGradient(s: number): number[] {
    return this.layers.flatMap(({ spec }) => this.get(trainingOf(spec).stateGradients[s]));
  }

  /** Gradients of a layer's weights under PyTorch's names, and PyTorch's own. */
  weightGradients(layer: number) {
    const { program } = this.cell;
    const { sizes, spec } = this.layers[layer];
    const { weightGradients, vectorGradients } = trainingOf(spec);
    const stored = storedWeights(program, sizes);
    const matrices = program.matrices.map((_, matrix) =>
      Float64Array.from(
        stored
          .filter((weight) => weight.matrix === matrix)
          .sort((a, b) => a.row - b.row || a.column - b.column)
          .map(({ source, at }) => this.#numbers[weightGradients[source].offset + at]),
      ),
    );
    const vectors = vectorGradients.map((tensor) => Float64Array.from(this.get(tensor)));
    return toTorch(this.cell, sizes, { matrices, vectors }, "float64").map(({ name, data }) => {
      const theirs = `grad.${name}${this.#suffix(layer)}`;
      return { name: theirs, mine: data, torch: this.torch(theirs) };
    });
  }
}

export function trainingOf({ training }: CellSpec): NonNullable<CellSpec["training"]> {
  if (!training) throw new TypeError("expected a plan that trains");
  return training;
}

/** The upper of two layers reads the lower's output, and leaves its gradient where the lower looks for it. */
function above(below: CellSpec, spec: CellSpec, { program }: Cell): CellSpec {
  const training = { ...trainingOf(spec), inputGradient: trainingOf(below).outputGradient };
  return { ...spec, input: below.states[program.output], training };
}
