/**
 * Short forms for the tables of foreign tensors in the zoo's files.
 *
 * Shapes, with G gates. PyTorch: weight_ih [G·units, in], weight_hh [G·units, out], bias_ih and
 * bias_hh [G·units], weight_hr [out, units]. ONNX: the same matrices as W and R, both biases one
 * after the other as B, peepholes as P, each with a first dimension num_directions = 1.
 */
import type { CellAbout, MatrixBlock } from "../cell.ts";

/** The columns of each matrix that multiply `columns`: x, or a state by its name. */
export function part(columns: string, ...matrices: readonly string[]): MatrixBlock[] {
  return matrices.map((matrix) => ({ matrix, columns }));
}

/** Each matrix as it is. */
export function whole(...matrices: readonly string[]): MatrixBlock[] {
  return matrices.map((matrix) => ({ matrix, columns: null }));
}

/** The names in a simple recurrent network: its matrices over x and h, its biases (null for one that it lacks). */
export interface SimpleNetwork {
  readonly x: string;
  readonly h: string;
  readonly biases: readonly [string, string | null];
}

/** What PyTorch and ONNX call a simple recurrent network. */
export function simpleNetwork(
  nonlinearity: "tanh" | "relu",
  { x, h, biases }: SimpleNetwork,
): Pick<CellAbout, "torch" | "onnx"> {
  const [first, second] = biases;
  return {
    torch: {
      operator: "RNN",
      attributes: { nonlinearity },
      tensors: [
        { name: "weight_ih", rows: whole(x) },
        { name: "weight_hh", rows: whole(h) },
        { name: "bias_ih", rows: [first] },
        { name: "bias_hh", rows: [second] },
      ],
    },
    onnx: {
      operator: "RNN",
      attributes: { activations: nonlinearity === "tanh" ? "Tanh" : "Relu" },
      tensors: [
        { name: "W", rows: whole(x) },
        { name: "R", rows: whole(h) },
        { name: "B", rows: [first, second] },
      ],
    },
  };
}
