/**
 * A cell's weights under the names and in the order in which PyTorch keeps them, and back.
 *
 * Which blocks stand where is data of the cell (`cell.torch`); a cell that PyTorch does not have is written under its
 * equations' own names, `W_f` of [rows, columns] and `b_f`. A model adds its layer: `rnn.` in front, `_l0` behind.
 *
 *     weight_ih [4·units, in]    W_i, W_f, W_g, W_o: the columns that multiply x
 *     bias_hh   [4·units]        zeros, for a cell with one bias a gate
 */
import type { Cell, ForeignTensor, MatrixBlock } from "../cells/cell.ts";
import type { Product, Width } from "../cells/program.ts";
import { CellstateError } from "../errors.ts";

type Sizes = Readonly<Record<Width, number>>;
type Numbers = Float32Array | Float64Array;

/** A cell's weights as its equations name them. */
export interface NamedWeights<N extends Numbers = Numbers> {
  /** By program.matrices, each row-major [rows, Σ columns]. */
  readonly matrices: readonly N[];
  /** By program.vectors. */
  readonly vectors: readonly N[];
}

export interface TorchShape {
  /** `weight_ih`; without the layer's `_l0`. */
  readonly name: string;
  readonly shape: readonly number[];
}

export interface TorchTensor extends TorchShape {
  readonly data: Numbers;
  /** Columns that multiply one vector each; none for vectors. */
  readonly parts: readonly number[];
}

/** Where tensors come from when they are read. */
export interface TorchSource {
  /** The tensor of this name; throws where it is not there or has another shape. */
  take(name: string, shape: readonly number[], parts: readonly number[]): Numbers;
  /** The tensor in a message: ``model.safetensors: tensor `rnn.bias_hh_l0` ``. */
  label(name: string): string;
}

/** Rows [row, row + rows) of a tensor are columns [column, column + columns) of a matrix, a vector, or zeros. */
interface Block {
  readonly row: number;
  readonly rows: number;
  readonly columns: number;
  /** Of a matrix, its columns that multiply one vector each. */
  readonly parts: readonly number[];
  readonly from:
    | { readonly kind: "matrix"; readonly index: number; readonly column: number }
    | { readonly kind: "vector"; readonly index: number }
    | { readonly kind: "zeros" };
}

interface Plan extends TorchShape {
  readonly parts: readonly number[];
  readonly blocks: readonly Block[];
}

/** The tensors that `toTorch` gives, without taking memory for them: to be compared with a file's first. */
export function torchShapes(cell: Cell, sizes: Sizes): TorchShape[] {
  return planTensors(cell, sizes).map(({ name, shape }) => ({ name, shape }));
}

export function toTorch(
  cell: Cell,
  sizes: Sizes,
  weights: NamedWeights,
  precision: "float32" | "float64",
): TorchTensor[] {
  return planTensors(cell, sizes).map(({ name, shape, parts, blocks }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = precision === "float64" ? new Float64Array(count) : new Float32Array(count);
    for (const { row, rows, columns, from } of blocks) {
      if (from.kind === "vector") data.set(weights.vectors[from.index], row);
      if (from.kind !== "matrix") continue;
      const matrix = weights.matrices[from.index];
      const width = matrixColumns(cell, from.index, sizes);
      for (let r = 0; r < rows; r++) {
        const at = r * width + from.column;
        data.set(matrix.subarray(at, at + columns), (row + r) * columns);
      }
    }
    return { name, shape, parts, data };
  });
}

/**
 * The way back. A second bias that this cell does not have is added to the first where both enter the same
 * pre-activation: the function is the same, up to one rounding. Zeros, as `toTorch` writes them, change nothing.
 *
 * @throws CellstateError `file-format` where the cell has no place for a number that is not zero.
 */
export function fromTorch(
  cell: Cell,
  sizes: Sizes,
  source: TorchSource,
): NamedWeights<Float64Array> {
  const plans = planTensors(cell, sizes);
  // All shapes are right before memory is taken for any.
  const given = plans.map(({ name, shape, parts }) => source.take(name, shape, parts));
  const { program } = cell;
  const matrices = program.matrices.map(
    ({ rows }, index) => new Float64Array(sizes[rows] * matrixColumns(cell, index, sizes)),
  );
  const vectors = program.vectors.map(({ width }) => new Float64Array(sizes[width]));

  plans.forEach(({ blocks }, at) => {
    for (const { row, rows, columns, from } of blocks) {
      if (from.kind === "vector") vectors[from.index].set(given[at].subarray(row, row + rows));
      if (from.kind !== "matrix") continue;
      const width = matrixColumns(cell, from.index, sizes);
      for (let r = 0; r < rows; r++) {
        const begin = (row + r) * columns;
        const block = given[at].subarray(begin, begin + columns);
        matrices[from.index].set(block, r * width + from.column);
      }
    }
  });
  plans.forEach((plan, at) => {
    plan.blocks.forEach((block, index) => {
      if (block.from.kind !== "zeros") return;
      const extra = given[at].subarray(block.row, block.row + block.rows);
      if (extra.every((value) => value === 0)) return;
      const other = otherBias(cell, plans, plan, index);
      if (other === null) {
        const rows = `rows ${block.row} to ${block.row + block.rows - 1}`;
        throw new CellstateError(
          "file-format",
          `${source.label(plan.name)} has a bias in ${rows} that the cell ${cell.name} lacks; use its form with two biases`,
        );
      }
      const vector = vectors[other];
      for (let i = 0; i < extra.length; i++) {
        if (extra[i] === 0) continue;
        vector[i] += extra[i];
        if (!Number.isFinite(Math.fround(vector[i]))) {
          throw new CellstateError(
            "file-format",
            `${source.label(plan.name)}: its element ${block.row + i} and that of the other bias add up to ${vector[i]}, too large for a weight`,
          );
        }
      }
    });
  });
  return { matrices, vectors };
}

function matrixColumns(cell: Cell, matrix: number, sizes: Sizes): number {
  return totalWidth(cell.program.matrices[matrix].columns, sizes);
}

function totalWidth(widths: readonly Width[], sizes: Sizes): number {
  return widths.reduce((total, width) => total + sizes[width], 0);
}

function ownNames(cell: Cell): ForeignTensor[] {
  const { matrices, vectors } = cell.program;
  return [
    ...matrices.map(({ name }) => ({ name, rows: [{ matrix: name, columns: null }] })),
    ...vectors.map(({ name }) => ({ name, rows: [name] })),
  ];
}

/** @throws TypeError where the cell's table names what its equations lack, or leaves out what they have. */
function planTensors(cell: Cell, sizes: Sizes): Plan[] {
  const { matrices, vectors } = cell.program;
  const plans = (cell.torch?.tensors ?? ownNames(cell)).map((tensor) => {
    const blocks: Block[] = [];
    let row = 0;
    for (const entry of tensor.rows) {
      const block = planBlock(cell, sizes, entry, row);
      blocks.push(block);
      row += block.rows;
    }
    const isMatrix = blocks.some(({ from }) => from.kind === "matrix");
    const columns = blocks[0].columns;
    if (isMatrix && blocks.some((b) => b.from.kind !== "matrix" || b.columns !== columns)) {
      throw new TypeError(`${cell.name}: the blocks of ${tensor.name} differ in columns`);
    }
    const shape = isMatrix ? [row, columns] : [row];
    return { name: tensor.name, shape, parts: blocks[0].parts, blocks };
  });

  const covered = new Map<string, number>();
  for (const { rows, columns, from } of plans.flatMap(({ blocks }) => blocks)) {
    if (from.kind === "zeros") continue;
    const { name } = from.kind === "matrix" ? matrices[from.index] : vectors[from.index];
    covered.set(name, (covered.get(name) ?? 0) + rows * columns);
  }
  const check = (name: string, count: number): void => {
    if (covered.get(name) !== count) {
      throw new TypeError(`${cell.name}: its table of tensors does not hold ${name} just once`);
    }
  };
  matrices.forEach(({ name, rows }, index) => {
    check(name, sizes[rows] * matrixColumns(cell, index, sizes));
  });
  for (const { name, width } of vectors) check(name, sizes[width]);
  return plans;
}

function planBlock(
  cell: Cell,
  sizes: Sizes,
  entry: MatrixBlock | string | null,
  row: number,
): Block {
  const { matrices, vectors, sources } = cell.program;
  const vector = { row, columns: 1, parts: [] };
  if (entry === null) return { ...vector, rows: sizes.units, from: { kind: "zeros" } };
  if (typeof entry === "string") {
    const index = vectors.findIndex(({ name }) => name === entry);
    if (index < 0) throw new TypeError(`${cell.name}: no learned vector ${entry}`);
    return { ...vector, rows: sizes[vectors[index].width], from: { kind: "vector", index } };
  }
  const index = matrices.findIndex(({ name }) => name === entry.matrix);
  if (index < 0) throw new TypeError(`${cell.name}: no learned matrix ${entry.matrix}`);
  const rows = sizes[matrices[index].rows];
  if (entry.columns === null) {
    const columns = matrixColumns(cell, index, sizes);
    const parts = matrices[index].columns.map((width) => sizes[width]);
    return { row, rows, columns, parts, from: { kind: "matrix", index, column: 0 } };
  }
  const product = productOf(cell, entry);
  const column = totalWidth(product.columnsBefore, sizes);
  const columns = sizes[sources[product.source].width];
  return { row, rows, columns, parts: [columns], from: { kind: "matrix", index, column } };
}

/** The product in which these columns of the matrix take part; of a whole matrix, its first. */
function productOf(cell: Cell, { matrix, columns }: MatrixBlock): Product {
  const { products, matrices, sources, nodes, states } = cell.program;
  const product = products.find((candidate) => {
    if (matrices[candidate.matrix].name !== matrix) return false;
    if (columns === null) return true;
    const node = nodes[sources[candidate.source].node];
    if (node.kind === "input") return columns === "x";
    return node.kind === "previous" && states[node.state].name === columns;
  });
  if (!product) throw new TypeError(`${cell.name}: ${matrix} multiplies no ${columns}`);
  return product;
}

/**
 * The vector to which the bias of a block of zeros may be added, or null. `bias_hh` belongs to `weight_hh`, row block by
 * row block: another bias is the same thing if its weights feed the same pre-activation.
 */
function otherBias(cell: Cell, plans: readonly Plan[], plan: Plan, index: number): number | null {
  const sum = sumOf(cell, plan.name, index);
  if (sum === null) return null;
  for (const { name, blocks } of plans) {
    const from = blocks[index]?.from;
    if (from?.kind === "vector" && name.startsWith("bias_") && sumOf(cell, name, index) === sum) {
      return from.index;
    }
  }
  return null;
}

function sumOf(cell: Cell, bias: string, index: number): number | null {
  const weights = bias.replace("bias_", "weight_");
  const entry = cell.torch?.tensors.find(({ name }) => name === weights)?.rows[index];
  return entry && typeof entry !== "string" ? productOf(cell, entry).sum : null;
}
