/**
 * A cell's tensors: where its weights, states and gradients stand in a plan's memory, and the way from a matrix as the
 * equations name it to the stacks in which engines keep it.
 */
import type { CellProgram, NodeId, Width } from "../cells/program.ts";
import type { CellSpec, Integers, Tensor } from "./engine.ts";
import { type Layout, padded } from "./layout.ts";

/** The number of elements of each width class. */
export type Sizes = Readonly<Record<Width, number>>;

/** Numbers in a row of a source's stack: a padded block a sum. */
export function stackWidth(program: CellProgram, source: number, sizes: Sizes): number {
  return blockColumn(program, source, sizes, program.sources[source].sums.length);
}

/** Where the n-th sum's block begins in a row of a source's stack. */
function blockColumn(program: CellProgram, source: number, sizes: Sizes, n: number): number {
  const before = program.sources[source].sums.slice(0, n);
  return before.reduce((total, sum) => total + padded(sizes[program.sums[sum].width]), 0);
}

/** The shape [rows, columns] of a learned matrix. */
export function matrixShape(
  program: CellProgram,
  matrix: number,
  sizes: Sizes,
): readonly [number, number] {
  const { rows, columns } = program.matrices[matrix];
  return [sizes[rows], total(columns, sizes)];
}

function total(widths: readonly Width[], sizes: Sizes): number {
  return widths.reduce((sum, width) => sum + sizes[width], 0);
}

/** A learned matrix's part over one source, and where it is stored: turned round, a row for each of the source's elements. */
export interface StoredBlock {
  readonly matrix: number;
  /** The part of the matrix: all its `rows`, and `columns` of its columns from `firstColumn` on. */
  readonly rows: number;
  readonly columns: number;
  readonly firstColumn: number;
  /** Its tensor, one of `CellSpec.weights` or of its gradients. */
  readonly source: number;
  /** Element [row, firstColumn + k] stands at k · stride + at + row, added to the tensor's offset. */
  readonly stride: number;
  readonly at: number;
}

/** Every part of every matrix, once. */
export function storedBlocks(program: CellProgram, sizes: Sizes): readonly StoredBlock[] {
  return program.products.map(({ matrix, columnsBefore, source, sum }) => {
    const { sums, width } = program.sources[source];
    return {
      matrix,
      rows: sizes[program.sums[sum].width],
      columns: sizes[width],
      firstColumn: total(columnsBefore, sizes),
      source,
      stride: padded(stackWidth(program, source, sizes)),
      at: blockColumn(program, source, sizes, sums.indexOf(sum)),
    };
  });
}

/** One element of a learned matrix, and where it is stored. */
export interface StoredWeight {
  readonly matrix: number;
  readonly row: number;
  readonly column: number;
  /** Its tensor, one of `CellSpec.weights` or of its gradients. */
  readonly source: number;
  /** Added to the tensor's offset. */
  readonly at: number;
}

/** Every element of every matrix, once. */
export function storedWeights(program: CellProgram, sizes: Sizes): readonly StoredWeight[] {
  return storedBlocks(program, sizes).flatMap((block) => {
    const { matrix, rows, columns, firstColumn, source, stride, at } = block;
    return Array.from({ length: rows * columns }, (_, i): StoredWeight => {
      const [row, k] = [Math.floor(i / columns), i % columns];
      return { matrix, row, column: firstColumn + k, source, at: k * stride + at + row };
    });
  });
}

/** The nodes whose values are there only once the backward pass has come to their step. */
export function backwardNodes({ nodes, backward }: CellProgram): ReadonlySet<NodeId> {
  const found = new Set(backward.flatMap((stage) => stage.nodes));
  nodes.forEach(({ kind }, id) => {
    if (kind === "stateGradient" || kind === "sourceGradient") found.add(id);
  });
  return found;
}

/**
 * Indices into `spec.signals` of what the backward pass writes.
 *
 * @throws TypeError where a plan that only infers asks for any.
 */
export function backwardSignals(
  spec: Pick<CellSpec, "program" | "signals" | "training">,
): ReadonlySet<number> {
  const { program, signals, training } = spec;
  const backward = backwardNodes(program);
  const found = new Set<number>();
  signals.forEach(({ signal }, index) => {
    const { name, node } = program.signals[signal];
    if (!backward.has(node)) return;
    if (!training) {
      throw new TypeError(
        `cell: signal "${name}" is computed backward, and this plan only infers; make it one that trains, or leave the signal out`,
      );
    }
    found.add(index);
  });
  return found;
}

/** The elements of one matrix, row-major. */
export function storedMatrix(
  program: CellProgram,
  sizes: Sizes,
  matrix: number,
): readonly StoredWeight[] {
  return storedWeights(program, sizes)
    .filter((weight) => weight.matrix === matrix)
    .sort((a, b) => a.row - b.row || a.column - b.column);
}

export interface CellLayoutOptions {
  /** Steps of the capacity. */
  readonly steps: number;
  /** Sequences of the capacity. */
  readonly batch: number;
  /** Whether gradients are wanted. */
  readonly training: boolean;
  /** x[t] as vectors, or as tokens that stand for one-hot vectors. @default 'vectors' */
  readonly input?: "vectors" | "tokens";
  /** Whether sequences have lengths. @default false */
  readonly lengths?: boolean;
  /** Whether every named signal is written out. @default false */
  readonly signals?: boolean;
}

/** Lays out a cell by itself: everything that its operation needs, next to each other. */
export function layoutCell(
  layout: Layout,
  program: CellProgram,
  sizes: Sizes,
  options: CellLayoutOptions,
): CellSpec {
  const { steps, batch, training, input = "vectors", signals = false } = options;
  const rows = steps * batch;

  const sequence = (width: number): Tensor => layout.tensor(rows, width);
  const weights = (): Tensor[] =>
    program.sources.map(({ width }, source) =>
      layout.tensor(sizes[width], stackWidth(program, source, sizes)),
    );
  const vectors = (): Tensor[] =>
    program.vectors.map(({ width }) => layout.tensor(1, sizes[width]));
  const masks = (): Tensor[] =>
    program.masks.map(({ width, perStep }) => layout.tensor(perStep ? rows : batch, sizes[width]));
  const tokens = (): Integers => layout.integers(rows);

  return {
    kind: "cell",
    program,
    sizes,
    input: input === "tokens" ? tokens() : sequence(sizes.in),
    weights: weights(),
    vectors: vectors(),
    states: program.states.map(({ width }) => layout.tensor(rows, sizes[width], batch)),
    ...(program.masks.length > 0 ? { masks: masks() } : {}),
    ...(options.lengths ? { lengths: layout.integers(batch) } : {}),
    signals: signals
      ? program.signals.map(({ width }, signal) => ({ signal, into: sequence(sizes[width]) }))
      : [],
    training: training
      ? {
          outputGradient: sequence(sizes[program.states[program.output].width]),
          stateGradients: program.states.map(({ width }) => layout.tensor(batch, sizes[width])),
          inputGradient: input === "tokens" ? null : sequence(sizes.in),
          weightGradients: weights(),
          vectorGradients: vectors(),
        }
      : null,
  };
}

/** The rows of a state before the first step, for a call of `batch` sequences. */
export function initialState(state: Tensor, batch: number): Tensor {
  return { ...state, offset: state.offset - batch * state.stride, rows: batch };
}

/** Where a tensor's elements stand, row by row, padding left out; of its first `rows` rows. */
export function positions(tensor: Tensor, rows: number = tensor.rows): readonly number[] {
  const { offset, width, stride } = tensor;
  return Array.from({ length: rows * width }, (_, i) => {
    return offset + Math.floor(i / width) * stride + (i % width);
  });
}
