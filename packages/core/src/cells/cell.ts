/**
 * A cell: equations, and what follows from them. The zoo's cells and a user's own are the same kind of thing;
 * nothing in the project asks for a cell's name.
 */
import type { CellProgram, Matrix, Vector } from "./program.ts";

/** How a learned matrix or vector begins: said in the equations (`b_f ~ 1`), or left to the model's `init`. */
export type Initial =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "identity" }
  | { readonly kind: "orthogonal" }
  | { readonly kind: "glorot" }
  | { readonly kind: "uniform"; readonly limit: number | null }
  | { readonly kind: "chrono" };

/**
 * A bias through which a gate is opened or shut at the start. Found in the graph: the forget gate is the sigmoid that
 * multiplies s[t-1] in the equation of s[t].
 */
export interface GateBias {
  /** The signal's name, `f`. */
  readonly signal: string;
  /** Indices into program.vectors of the biases that are added in its pre-activation, one or (PyTorch) two. */
  readonly vectors: readonly number[];
  /** −1 where 1 − z plays the part: an open gate then is a negative bias. */
  readonly sign: 1 | -1;
}

/** Part of a matrix, as another program stacks it: the columns that multiply x[t], or those that multiply a state. */
export interface MatrixBlock {
  readonly matrix: string;
  /** `x`, a state's name, or null for the whole matrix. */
  readonly columns: string | null;
}

/**
 * One tensor of another program's file, as rows of blocks (or of vectors) stacked from the top. A null row is a block of zeros that
 * this cell does not have: PyTorch's second bias of a cell with one.
 */
export interface ForeignTensor {
  /** PyTorch: `weight_ih`, to which the layer's `_l0` is added; ONNX: `W`. */
  readonly name: string;
  readonly rows: readonly (MatrixBlock | string | null)[];
}

/** What another program calls this cell, as data. */
export interface ForeignNames {
  /** `LSTM`, `GRU`, `RNN` */
  readonly operator: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly tensors: readonly ForeignTensor[];
}

export interface CellAbout {
  /** As the command says it: `lstm`, `gru-torch`. */
  readonly name: string;
  /** A line for people: `LSTM with peepholes`. */
  readonly title: string;
  /** Author, year, title, number of the equation. */
  readonly source: string;
  /** What one would say about it in two or three sentences. */
  readonly note?: string;
  readonly torch?: ForeignNames;
  readonly onnx?: ForeignNames;
}

export interface Cell<SignalName extends string = string> extends CellAbout {
  /** The text it was made from. */
  readonly equations: string;
  readonly program: CellProgram;
  readonly signalNames: readonly SignalName[];
  /** Initial values that the equations state, by matrix or vector name. */
  readonly initial: Readonly<Record<string, Initial>>;
  /** Empty where the graph has none; `--forget-bias` is then an error that says so. */
  readonly forgetGates: readonly GateBias[];
  /** What multiplies the candidate beside the forget gate's product; chrono sets its bias to −b_f. */
  readonly writeGates: readonly GateBias[];
  /** Vectors that are added to a pre-activation (biases, which begin at zero or as the init says); the others multiply. */
  readonly biases: readonly number[];
}

export type { Matrix, Vector };
