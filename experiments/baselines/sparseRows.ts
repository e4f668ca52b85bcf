/** Rows of numbers that are mostly zero: the others, with their columns. */

export interface SparseRows {
  readonly count: number;
  readonly columns: number;
  /** Row i has the entries starts[i] to below starts[i + 1]. */
  readonly starts: Int32Array;
  /** The column of each entry. */
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** @param rows The entries of each row: column and value. */
export function sparseRows(
  rows: readonly (readonly (readonly [column: number, value: number])[])[],
  columns: number,
): SparseRows {
  const entries = rows.flat();
  const starts = new Int32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) starts[i + 1] = starts[i] + row.length;
  return {
    count: rows.length,
    columns,
    starts,
    indices: Int32Array.from(entries, ([column]) => column),
    values: Float64Array.from(entries, ([, value]) => value),
  };
}

/** Some of the rows, in the order of `chosen`. */
export function chooseRows(rows: SparseRows, chosen: ArrayLike<number>): SparseRows {
  const { columns, starts } = rows;
  const kept = new Int32Array(chosen.length + 1);
  for (let i = 0; i < chosen.length; i++) {
    kept[i + 1] = kept[i] + starts[chosen[i] + 1] - starts[chosen[i]];
  }
  const indices = new Int32Array(kept[chosen.length]);
  const values = new Float64Array(kept[chosen.length]);
  for (let i = 0; i < chosen.length; i++) {
    const [from, to] = [starts[chosen[i]], starts[chosen[i] + 1]];
    indices.set(rows.indices.subarray(from, to), kept[i]);
    values.set(rows.values.subarray(from, to), kept[i]);
  }
  return { count: chosen.length, columns, starts: kept, indices, values };
}
