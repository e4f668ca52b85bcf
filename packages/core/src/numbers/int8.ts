/**
 * The grid that int8 weights lie on: w = q · scale, q an integer from −127 to 127, one scale for all weights that are summed
 * together: a row of PyTorch's matrix, a gate's unit.
 *
 * A scale has at most 17 significant bits, so that q · scale, 7 bits more, is exact in float32. So rounding what is
 * on the grid changes nothing, wherever it is done: in a model, a file, an engine.
 */

export const INT8_LARGEST = 127;

/** Splits off the leading 17 of a float64's 53 bits: T. J. Dekker, Numerische Mathematik 18, 1971, section 5.4. */
const SPLITTER = 2 ** 36 + 1;

/** A scale below this would have fewer bits: so small weights, below 10⁻³⁵, count as zeros. */
const SMALLEST_SCALE = 2 ** -126;

/**
 * @param largest The largest magnitude of the weights that share the scale.
 * @returns A float32 above 0: 1 where all weights are zero; NaN where one of them is not finite.
 */
export function int8Scale(largest: number): number {
  const wanted = largest / INT8_LARGEST;
  const product = wanted * SPLITTER;
  const scale = product - (product - wanted);
  return scale < SMALLEST_SCALE ? 1 : scale;
}

/** The nearest point of the grid, an integer; 0 where the scale is NaN. */
export function toInt8(weight: number, scale: number): number {
  return Math.round(weight / scale) | 0;
}
