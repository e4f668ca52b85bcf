/**
 * Short forms for the tables of foreign tensors in the zoo's files.
 *
 * Shapes, with G gates. PyTorch: weight_ih [G·units, in], weight_hh [G·units, out], bias_ih and
 * bias_hh [G·units], weight_hr [out, units]. ONNX: the same matrices as W and R, both biases one
 * after the other as B, peepholes as P, each with a first dimension num_directions = 1.
 */
import type { MatrixBlock } from "../cell.ts";

/** The columns of each matrix that multiply `columns`: x, or a state by its name. */
export function part(columns: string, ...matrices: readonly string[]): MatrixBlock[] {
  return matrices.map((matrix) => ({ matrix, columns }));
}

/** Each matrix as it is. */
export function whole(...matrices: readonly string[]): MatrixBlock[] {
  return matrices.map((matrix) => ({ matrix, columns: null }));
}
