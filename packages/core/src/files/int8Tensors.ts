/**
 * A matrix in 8 bits, as files keep it: integers, and beside them what they are multiples of.
 *
 *     rnn.weight_hh_l0         I8  [rows, columns]
 *     rnn.weight_hh_l0.scale   F32 [rows, parts]     weight = integer · scale
 *
 * A part is the columns that multiply one vector: one in PyTorch's matrices, `W_f·[h[t-1], x[t]]` has two. Scales are
 * those of `numbers/int8.ts`, so that a matrix has one form only, and what is read and written again is the same.
 */
import { INT8_LARGEST, int8Scale, toInt8 } from "../numbers/int8.ts";
import type { StoredTensor } from "./safetensors.ts";

export function scaleName(tensor: string): string {
  return `${tensor}.scale`;
}

/** Visits every part of every row: where it begins and ends, and the index of its scale. */
function forParts(
  rows: number,
  parts: readonly number[],
  visit: (begin: number, end: number, scale: number) => void,
): void {
  let at = 0;
  for (let scale = 0; scale < rows * parts.length; scale++) {
    const end = at + parts[scale % parts.length];
    visit(at, end, scale);
    at = end;
  }
}

/** @param parts Columns that multiply one vector each; together all columns of the matrix. */
export function toInt8Tensors(
  data: Float32Array | Float64Array,
  [rows, columns]: readonly number[],
  parts: readonly number[],
): { readonly integers: StoredTensor; readonly scales: StoredTensor } {
  const integers = new Int8Array(rows * columns);
  const scales = new Float32Array(rows * parts.length);
  forParts(rows, parts, (begin, end, index) => {
    let largest = 0;
    for (let i = begin; i < end; i++) largest = Math.max(largest, Math.abs(data[i]));
    const scale = int8Scale(largest);
    scales[index] = scale;
    for (let i = begin; i < end; i++) integers[i] = toInt8(data[i], scale);
  });
  return {
    integers: { shape: [rows, columns], data: integers },
    scales: { shape: [rows, parts.length], data: scales },
  };
}

/**
 * The weights that integers and scales stand for.
 *
 * @returns Or what is wrong, for a message, where they are not what `toInt8Tensors` gives.
 */
export function fromInt8(
  integers: Int8Array,
  rows: number,
  scales: Float32Array,
  parts: readonly number[],
): Float32Array | string {
  const weights = new Float32Array(integers.length);
  let wrong = "";
  forParts(rows, parts, (begin, end, index) => {
    const scale = scales[index];
    let largest = 0;
    for (let i = begin; i < end; i++) {
      largest = Math.max(largest, Math.abs(integers[i]));
      weights[i] = integers[i] * scale;
    }
    if (wrong !== "") return;
    if (largest > INT8_LARGEST) wrong = `holds -128 in row ${Math.floor(index / parts.length)}`;
    else if (
      int8Scale(largest * scale) !== scale ||
      !Number.isFinite(Math.fround(largest * scale))
    ) {
      wrong = `has a scale of ${scale} for integers up to ${largest} in row ${Math.floor(index / parts.length)}`;
    }
  });
  return wrong === "" ? weights : wrong;
}
