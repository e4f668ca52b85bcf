/**
 * A cell over time as a layer of a model: where its weights stand, what it adds to a plan, and the way between the stored
 * form of its weights (a stack for each multiplied vector, ready for one product) and the form in which the equations name them.
 */
import type { Cell } from "../cells/cell.ts";
import { matrixShape, type Sizes, stackWidth, storedBlocks } from "../engines/cellTensors.ts";
import type { Axis, Integers, Tensor } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import { type Flow, isTensor, type PlanBuilder, type VectorFlow } from "./layer.ts";
import type { ObservedTensors, WrittenSignal } from "./observation.ts";
import type { ParameterLayout, Stretch } from "./parameters.ts";
import { planObservation } from "./planObservation.ts";
import type { RecurrentLayer } from "./recurrentLayer.ts";
import { NO_REGULARISATION, planMasks, type Regularisation } from "./regularisation.ts";

export type { RecurrentLayer };

export interface CellSizes {
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** The output's size, where the cell's equations project it. @default hiddenSize / 2, rounded up */
  readonly projectionSize?: number;
}

/** A cell's weights as its equations name them. */
export interface CellWeights {
  /** By program.matrices, each row-major [rows, Σ columns]. */
  readonly matrices: readonly Float64Array[];
  /** By program.vectors. */
  readonly vectors: readonly Float64Array[];
}

/** What a recurrent layer holds of a plan's memory. */
export interface RecurrentTensors {
  readonly layer: RecurrentLayer;
  /** What it reads, [T·B, in] or tokens; null until it is pushed. */
  input: Tensor | Integers | null;
  readonly output: VectorFlow;
  /** One a state, [T·B, W], with the initial state in the rows before. */
  readonly states: readonly Tensor[];
  /** One a state, [B, W]; empty in a plan that only infers. */
  readonly stateGradients: readonly Tensor[];
  /** The layer's cell as it is planned: with its masks, and what is observed, in the program; or as it is. */
  readonly cell: Cell;
  /** One a mask of that program. */
  readonly masks: readonly Tensor[];
  /** Signals of the equations that are written out: where a plan is observed. */
  readonly signals: readonly WrittenSignal[];
  /** What else is written out, and held. */
  readonly observed: ObservedTensors;
  /** All that the cell writes out. */
  readonly written: readonly WrittenSignal[];
}

/**
 * The size of each width class of a cell.
 *
 * @throws CellstateError `option` where the cell ties input and units and the sizes differ, or where a projection is asked of a cell without one.
 */
export function cellSizes(cell: Cell, sizes: CellSizes): Sizes {
  const { inputSize, hiddenSize, projectionSize } = sizes;
  const { program } = cell;
  const projects = program.states[program.output].width === "out";
  if (!projects && projectionSize !== undefined) {
    throw new CellstateError(
      "option",
      `${cell.name}: its equations have no projection, so projectionSize ${projectionSize} means nothing; use lstm-projection`,
    );
  }
  const all = {
    in: inputSize,
    units: hiddenSize,
    out: projects ? (projectionSize ?? Math.ceil(hiddenSize / 2)) : hiddenSize,
  };
  if (program.tiedInput && inputSize !== all[program.tiedInput]) {
    const wanted = all[program.tiedInput];
    throw new CellstateError(
      "option",
      `${cell.name}: its equations join x[t] with its units one by one, so its input must have ${wanted} numbers; ` +
        `got ${inputSize}: where it reads tokens, give the model an embedding of ${wanted}; elsewhere choose another cell`,
    );
  }
  return all;
}

/** Declares the layer's weights in the model's stretch. */
export function recurrentLayer(
  parameters: ParameterLayout,
  name: string,
  cell: Cell,
  given: CellSizes,
): RecurrentLayer {
  const sizes = cellSizes(cell, given);
  const { sources, vectors } = cell.program;
  return {
    name,
    cell,
    sizes,
    weights: sources.map((source, index) =>
      parameters.add(
        name,
        `W·${sourceName(cell, index)}`,
        sizes[source.width],
        stackWidth(cell.program, index, sizes),
      ),
    ),
    vectors: vectors.map((vector) => parameters.add(name, vector.name, 1, sizes[vector.width])),
  };
}

/** What a stack of weights multiplies: `x`, a state's name, or a number where the equations leave it unnamed. */
function sourceName({ program }: Cell, index: number): string {
  const node = program.nodes[program.sources[index].node];
  if (node.kind === "input") return "x";
  return node.kind === "previous" ? program.states[node.state].name : `(${index})`;
}

/** The layer's size at its output: of h. */
export function outputSize({ cell, sizes }: RecurrentLayer): number {
  return sizes[cell.program.states[cell.program.output].width];
}

/** What a layer over time can be told beside its input. */
export interface RecurrentOptions {
  /** [B]: steps of each sequence. @default all have the call's */
  readonly lengths?: Integers | null;
  /** What of its states is masked. @default nothing */
  readonly regularisation?: Regularisation;
}

/** Adds the layer to a plan. Inputs may be tokens, which then are one-hot vectors. */
export function planRecurrent(
  builder: PlanBuilder,
  layer: RecurrentLayer,
  input: Flow,
  options: RecurrentOptions = {},
): RecurrentTensors {
  const tensors = recurrentTensors(builder, layer, input.over, options.regularisation);
  pushRecurrent(builder, tensors, input, options.lengths);
  return tensors;
}

/**
 * The memory of a layer that is added to the plan later: what runs before it in a loop may read its states. Its masks are drawn
 * here, before any loop.
 */
export function recurrentTensors(
  builder: PlanBuilder,
  layer: RecurrentLayer,
  over?: Axis,
  regularisation: Regularisation = NO_REGULARISATION,
): RecurrentTensors {
  const { program } = layer.cell;
  const { sizes } = layer;
  const states = program.states.map(({ width }) =>
    builder.layout.tensor(builder.rowsAlong(over), sizes[width], builder.batch),
  );
  const outputGradient = builder.training ? builder.sequence(outputSize(layer), over) : null;
  const stateGradients = builder.training
    ? program.states.map(({ width }) => builder.layout.tensor(builder.batch, sizes[width]))
    : [];
  const output = { value: states[program.output], gradient: outputGradient, over };
  const { altered, masks } = planMasks(builder, layer, regularisation, over);
  const observation = planObservation(builder, layer, altered, masks, over);
  const { cell } = altered;
  return { layer, input: null, output, states, stateGradients, cell, masks, ...observation };
}

/** Adds a layer whose memory is there already. */
export function pushRecurrent(
  builder: PlanBuilder,
  tensors: RecurrentTensors,
  input: Flow,
  lengths: Integers | null = null,
): void {
  const { layer, output, states, stateGradients, cell, masks, written } = tensors;
  const { over } = output;
  tensors.input = input.value;
  builder.operations.push({
    kind: "cell",
    over,
    program: cell.program,
    sizes: layer.sizes,
    input: input.value,
    weights: layer.weights.map((index) => builder.weight(index)),
    vectors: layer.vectors.map((index) => builder.weight(index)),
    states,
    ...(masks.length > 0 ? { masks } : {}),
    ...(lengths ? { lengths } : {}),
    signals: written,
    training: output.gradient && {
      outputGradient: output.gradient,
      stateGradients,
      inputGradient: isTensor(input.value) ? input.gradient : null,
      weightGradients: layer.weights.map((index) => builder.weightGradient(index)),
      vectorGradients: layer.vectors.map((index) => builder.weightGradient(index)),
    },
  });
}

/** A cache line of float32. */
const BAND = 16;

/** Copies weights from the equations' form into a model's stretch. */
export function writeCellWeights(
  layer: RecurrentLayer,
  parameters: ParameterLayout,
  from: CellWeights,
  stretch: Stretch,
): void {
  const { program } = layer.cell;
  const columns = from.matrices.map((_, matrix) => matrixShape(program, matrix, layer.sizes)[1]);
  for (const block of storedBlocks(program, layer.sizes)) {
    const base = parameters.tensor(layer.weights[block.source]).offset + block.at;
    const matrix = from.matrices[block.matrix];
    const width = columns[block.matrix];
    // Turned round in bands of rows: what is read and what is written both stay in the cache.
    for (let band = 0; band < block.rows; band += BAND) {
      const end = Math.min(band + BAND, block.rows);
      for (let k = 0; k < block.columns; k++) {
        const to = base + k * block.stride;
        let at = band * width + block.firstColumn + k;
        for (let row = band; row < end; row++) {
          stretch[to + row] = matrix[at];
          at += width;
        }
      }
    }
  }
  layer.vectors.forEach((index, vector) => {
    stretch.set(from.vectors[vector], parameters.tensor(index).offset);
  });
}

/** Copies weights (or gradients) of a model's stretch into the equations' form. */
export function readCellWeights(
  layer: RecurrentLayer,
  parameters: ParameterLayout,
  stretch: Stretch,
): CellWeights {
  const { program } = layer.cell;
  const shapes = program.matrices.map((_, matrix) => matrixShape(program, matrix, layer.sizes));
  const matrices = shapes.map(([rows, columns]) => new Float64Array(rows * columns));
  for (const block of storedBlocks(program, layer.sizes)) {
    const base = parameters.tensor(layer.weights[block.source]).offset + block.at;
    const matrix = matrices[block.matrix];
    for (let row = 0; row < block.rows; row++) {
      const at = row * shapes[block.matrix][1] + block.firstColumn;
      for (let k = 0; k < block.columns; k++) {
        matrix[at + k] = stretch[base + k * block.stride + row];
      }
    }
  }
  const vectors = layer.vectors.map((index) => {
    const { offset, width } = parameters.tensor(index);
    return Float64Array.from(stretch.subarray(offset, offset + width));
  });
  return { matrices, vectors };
}
