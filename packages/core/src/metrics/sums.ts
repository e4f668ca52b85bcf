/**
 * Sums over examples. Most metrics are a formula over sums: RMSE = √(Σ e² / Σ 1), BLEU a formula over counted n-grams. Kept by
 * example, the sums of any choice of examples are had by adding, which is what a bootstrap does a thousand times.
 */

/** A few numbers an example. */
export interface Sums {
  /** Examples. */
  readonly count: number;
  /** Numbers an example. */
  readonly width: number;
  /** [count, width], row by row. */
  readonly values: Float64Array;
}

/** @returns The sums over all examples: `width` numbers. */
export function total({ count, width, values }: Sums): Float64Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) sums[j] += values[i * width + j];
  }
  return sums;
}

/** Rows of equal width, one an example, as `Sums`. @throws RangeError where a row has another width. */
export function sumsOf(rows: readonly ArrayLike<number>[], width: number): Sums {
  const values = new Float64Array(rows.length * width);
  for (const [i, row] of rows.entries()) {
    if (row.length !== width) {
      throw new RangeError(`sums: row ${i} has ${row.length} numbers, wanted ${width}`);
    }
    values.set(row, i * width);
  }
  return { count: rows.length, width, values };
}
