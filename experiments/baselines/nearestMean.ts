/**
 * Classification by the nearest class mean, columns scaled by their standard deviation within classes, so that each counts by how well it
 * tells classes apart.
 */

/**
 * @param rows To learn from, of equal length.
 * @param labels Class of each row, 0 to below `classes`; every class occurs.
 * @returns What tells the class of a row; of equally near ones the first.
 */
export function nearestMean(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  classes: number,
): (row: readonly number[]) => number {
  const width = rows[0].length;
  const counts = Array<number>(classes).fill(0);
  const means = Array.from({ length: classes }, () => Array<number>(width).fill(0));
  for (const [i, row] of rows.entries()) {
    counts[labels[i]]++;
    for (let j = 0; j < width; j++) means[labels[i]][j] += row[j];
  }
  for (const [k, mean] of means.entries()) {
    for (let j = 0; j < width; j++) mean[j] /= counts[k];
  }
  const variances = Array<number>(width).fill(0);
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j < width; j++)
      variances[j] += (row[j] - means[labels[i]][j]) ** 2 / rows.length;
  }
  // A column that is constant within all classes is left in its own unit.
  const scales = variances.map((variance) => (variance > 0 ? variance : 1));
  return (row) => {
    const distances = means.map((mean) =>
      mean.reduce((sum, value, j) => sum + (row[j] - value) ** 2 / scales[j], 0),
    );
    return distances.indexOf(Math.min(...distances));
  };
}
