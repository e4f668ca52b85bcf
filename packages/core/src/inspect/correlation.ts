/**
 * How far a value follows a label. Pearson's r: 1 and −1 for a straight line, 0 where one says nothing linear about the
 * other. For labels of 0 and 1 also the area under the ROC curve: how often a step that is labelled 1 has the higher value
 * of two steps, one of each label. J. A. Hanley and B. J. McNeil, The Meaning and Use of the Area under a Receiver Operating
 * Characteristic (ROC) Curve, Radiology 143, 1982.
 */

/** A spread that is within rounding of the squares it is the difference of is none. */
const ROUNDING = 1e-12;

/**
 * r from sums over n pairs; NaN where either is constant.
 *
 * @param products Σ a·(b − mean b)
 * @param sum Σ a. Sums of a may be about any point near its values: r does not depend on it, its rounding does.
 * @param squares Σ a²
 * @param spread Σ (b − mean b)²
 */
export function correlationFromSums(
  n: number,
  products: number,
  sum: number,
  squares: number,
  spread: number,
): number {
  const own = squares - (sum * sum) / n;
  if (!(own > ROUNDING * squares && spread > 0)) return Number.NaN;
  return Math.max(-1, Math.min(1, products / Math.sqrt(own * spread)));
}

/** Numbers whose squares can be held: as they are, or where they are too large or too small for that, as parts of the largest. */
export function squarable(values: ArrayLike<number>): ArrayLike<number> {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (size > largest) largest = size;
  }
  const isFit = largest === 0 || largest === Number.POSITIVE_INFINITY;
  if (isFit || (largest > 1e-100 && largest < 1e100)) return values;
  return Float64Array.from(values, (value) => value / largest);
}

/** Pearson's r over the pairs of which neither is NaN; NaN where one of the two is constant. */
export function correlation(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [a, b] = [squarable(first), squarable(second)];
  const isPair = (i: number): boolean => !Number.isNaN(a[i]) && !Number.isNaN(b[i]);
  let n = 0;
  let meanA = 0;
  let meanB = 0;
  for (let i = 0; i < a.length; i++) {
    if (!isPair(i)) continue;
    n++;
    meanA += a[i];
    meanB += b[i];
  }
  meanA /= n;
  meanB /= n;
  let products = 0;
  let ofA = 0;
  let ofB = 0;
  for (let i = 0; i < a.length; i++) {
    if (!isPair(i)) continue;
    products += (a[i] - meanA) * (b[i] - meanB);
    ofA += (a[i] - meanA) * (a[i] - meanA);
    ofB += (b[i] - meanB) * (b[i] - meanB);
  }
  // A constant's mean may be off by a rounding.
  const isConstant = (spread: number, mean: number): boolean =>
    !(spread > n * mean * mean * ROUNDING * ROUNDING && spread > 0);
  if (isConstant(ofA, meanA) || isConstant(ofB, meanB)) return Number.NaN;
  return Math.max(-1, Math.min(1, products / Math.sqrt(ofA * ofB)));
}

/**
 * The area under the ROC curve, ties counted half; by Mann and Whitney's ranks, n log n. NaN where one label is missing.
 *
 * @param labels 1 or 0; a pair whose label is NaN is left out.
 */
export function areaUnderCurve(values: ArrayLike<number>, labels: ArrayLike<number>): number {
  const known: number[] = [];
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(labels[i])) known.push(i);
  const order = Uint32Array.from(known).sort((i, j) => values[i] - values[j]);
  let positives = 0;
  let ranks = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    // Equal values share the mean of their ranks, which count from 1.
    const rank = (from + 1 + to) / 2;
    for (let k = from; k < to; k++) {
      if (labels[order[k]] !== 1) continue;
      positives++;
      ranks += rank;
    }
    from = Math.max(to, from + 1);
  }
  const negatives = order.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}
