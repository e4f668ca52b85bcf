/**
 * How far predicted numbers are from true ones. e = prediction − truth, means over all known truths:
 *
 *   RMSE = √mean e²    MAE = mean |e|    R² = 1 − Σ e² / Σ (truth − mean truth)²
 *
 * A truth of NaN is missing: skipped, and counted. Errors are kept by example as `Sums`, so that intervals can be had by bootstrap:
 * `regressionScores(total(errorSums(predicted, truth)))`.
 */
import type { Sums } from "./sums.ts";

/** What `errorSums` adds up, in this order. */
const KNOWN = 0;
const MISSING = 1;
const SQUARED = 2;
const ABSOLUTE = 3;
const TRUTH = 4;
const TRUTH_SQUARED = 5;
const ERROR_SUMS = 6;

export interface RegressionScores {
  /** Numbers that were judged. */
  readonly count: number;
  /** Numbers whose truth is not known. */
  readonly missing: number;
  /** In the target's unit; NaN where no truth is known, as are all that follow. */
  readonly rmse: number;
  /** In the target's unit. */
  readonly mae: number;
  /** 1 at best, 0 for the mean of the truths, below for worse. Where all truths are equal: 1 without error, else 0, as in scikit-learn. */
  readonly r2: number;
}

/**
 * The errors of each example, for `total` and `bootstrapSums`, to be read by `regressionScores`.
 *
 * @param predicted [examples, width], row by row.
 * @param truth As many; NaN is missing.
 * @param width Numbers an example: the steps of a forecast, say.
 * @throws RangeError where lengths differ or are no multiple of `width`; where a prediction is needed and not a number.
 */
export function errorSums(predicted: ArrayLike<number>, truth: ArrayLike<number>, width = 1): Sums {
  // Sums of squares lose no figures when taken about a number near the truths; R² does not depend on it.
  const middle = meanOfKnown(truth);
  return sumsOver("errorSums", truth, width, ERROR_SUMS, [predicted], (into, at, i) => {
    const error = predicted[i] - truth[i];
    const deviation = truth[i] - middle;
    into[at + SQUARED] += error * error;
    into[at + ABSOLUTE] += Math.abs(error);
    into[at + TRUTH] += deviation;
    into[at + TRUTH_SQUARED] += deviation * deviation;
  });
}

/** @param sums Of `errorSums`, added over examples. */
export function regressionScores(sums: ArrayLike<number>): RegressionScores {
  const count = sums[KNOWN];
  const spread = sums[TRUTH_SQUARED] - (sums[TRUTH] * sums[TRUTH]) / count;
  const squared = sums[SQUARED];
  // A spread within rounding of the sums it is the difference of is none.
  const constant = spread <= sums[TRUTH_SQUARED] * 1e-12;
  return {
    count,
    missing: sums[MISSING],
    rmse: Math.sqrt(squared / count),
    mae: sums[ABSOLUTE] / count,
    r2: count === 0 ? Number.NaN : constant ? (squared === 0 ? 1 : 0) : 1 - squared / spread,
  };
}

/**
 * The mean absolute error, within the training series, of the forecast "as one season ago": the unit in which MASE is told.
 * R. J. Hyndman and A. B. Koehler, Another look at measures of forecast accuracy, International Journal of Forecasting 22, 2006.
 *
 * @param series The training part in the order of time; a step whose number or whose season-old number is NaN is skipped.
 * @param season Steps in a season; 1 where there is none.
 * @returns NaN where no step can be compared.
 * @throws RangeError where `season` is no positive integer.
 */
export function seasonalNaiveError(series: ArrayLike<number>, season: number): number {
  if (!(Number.isInteger(season) && season > 0)) {
    throw new RangeError(`seasonalNaiveError: season is ${season}, wanted a positive integer`);
  }
  let sum = 0;
  let count = 0;
  for (let t = season; t < series.length; t++) {
    const error = Math.abs(series[t] - series[t - season]);
    if (Number.isNaN(error)) continue;
    sum += error;
    count++;
  }
  return sum / count;
}

/**
 * MASE: the mean absolute error in units of the seasonal naive forecast's error in training. Below 1 is better than that.
 *
 * @param mae Of the forecasts, in the series' unit.
 * @param series The training part, which sets the unit.
 */
export function mase(mae: number, series: ArrayLike<number>, season: number): number {
  return mae / seasonalNaiveError(series, season);
}

/**
 * The pinball loss of a predicted quantile by example, to be read by `meanOf`: q·(truth − prediction) above the prediction,
 * (1 − q)·(prediction − truth) below. R. Koenker and G. Bassett, Regression Quantiles, Econometrica 46, 1978.
 *
 * @param predicted The quantile, [examples, width].
 * @param level q, above 0 and below 1.
 * @throws RangeError as `errorSums`, and for other levels.
 */
export function pinballSums(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  level: number,
  width = 1,
): Sums {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`pinballSums: level is ${level}, wanted above 0 and below 1`);
  }
  return sumsOver("pinballSums", truth, width, MEAN_SUMS, [predicted], (into, at, i) => {
    const error = truth[i] - predicted[i];
    into[at + VALUE] += Math.max(level * error, (level - 1) * error);
  });
}

/**
 * Which truths lie within a band, its borders included, by example, to be read by `meanOf`: the band's coverage.
 *
 * @param low [examples, width]. @param high As many.
 * @throws RangeError as `errorSums`.
 */
export function coverageSums(
  low: ArrayLike<number>,
  high: ArrayLike<number>,
  truth: ArrayLike<number>,
  width = 1,
): Sums {
  return sumsOver("coverageSums", truth, width, MEAN_SUMS, [low, high], (into, at, i) => {
    if (low[i] <= truth[i] && truth[i] <= high[i]) into[at + VALUE]++;
  });
}

/** After KNOWN and MISSING. */
const VALUE = 2;
const MEAN_SUMS = 3;

/** @param sums Of `pinballSums` or `coverageSums`, added over examples. @returns NaN where no truth is known. */
export function meanOf(sums: ArrayLike<number>): number {
  return sums[VALUE] / sums[KNOWN];
}

/** Counts known and missing truths of each example, and calls `add` for the known ones. */
function sumsOver(
  where: string,
  truth: ArrayLike<number>,
  width: number,
  kept: number,
  predictions: readonly ArrayLike<number>[],
  add: (into: Float64Array, at: number, i: number) => void,
): Sums {
  for (const { length } of predictions) {
    if (length !== truth.length) {
      throw new RangeError(
        `${where}: ${truth.length} truths need as many predictions, got ${length}`,
      );
    }
  }
  const count = truth.length / width;
  if (!Number.isInteger(count)) {
    throw new RangeError(`${where}: ${truth.length} numbers are no whole rows of ${width}`);
  }
  const values = new Float64Array(count * kept);
  for (let i = 0; i < truth.length; i++) {
    const at = Math.floor(i / width) * kept;
    if (Number.isNaN(truth[i])) {
      values[at + MISSING]++;
      continue;
    }
    for (const prediction of predictions) {
      if (Number.isNaN(prediction[i])) {
        throw new RangeError(`${where}: prediction ${i} is NaN where the truth is ${truth[i]}`);
      }
    }
    values[at + KNOWN]++;
    add(values, at, i);
  }
  return { count, width: kept, values };
}

function meanOfKnown(values: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i];
    count++;
  }
  return count === 0 ? 0 : sum / count;
}
