/** The weights that a forward product multiplies with: the plan's own, or rounded to 8 bits and held as the numbers they stand for. */
import { int8Scale, toInt8 } from "../../numbers/int8.ts";
import type { Tensor, WeightFormat } from "../engine.ts";

export interface HeldWeights {
  readonly values: Float64Array;
  /** Where the matrix begins in `values`; its stride is the tensor's. */
  readonly at: number;
  /** To be called when weights have changed. */
  prepare(): void;
}

/** @param summed What a product sums over, and so what shares a scale: a column of the tensor, or a row of it. */
export function holdWeights(
  memory: Float64Array,
  tensor: Tensor,
  summed: "columns" | "rows",
  format: WeightFormat = "float32",
): HeldWeights {
  const { offset, rows, width, stride } = tensor;
  if (format === "float32") return { values: memory, at: offset, prepare() {} };
  const values = new Float64Array(rows * stride);
  const [groups, along, members, next] =
    summed === "columns" ? [width, 1, rows, stride] : [rows, stride, width, 1];
  return {
    values,
    at: 0,
    prepare() {
      for (let group = 0; group < groups; group++) {
        const first = group * along;
        let largest = 0;
        for (let i = 0; i < members; i++) {
          largest = Math.max(largest, Math.abs(memory[offset + first + i * next]));
        }
        const scale = int8Scale(largest);
        for (let i = 0; i < members; i++) {
          const at = first + i * next;
          values[at] = toInt8(memory[offset + at], scale) * scale;
        }
      }
    },
  };
}
