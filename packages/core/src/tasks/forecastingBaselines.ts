/**
 * Forecasts that need no model, over the same windows as a model's: the last known value, and the value one season before. A model that does not
 * beat them is none. Both and the model's come as arrays, row by row, as metrics take them.
 */
import type { NetworkOutput, Values } from "../data/examples.ts";
import type { ForecastingTask } from "./forecasting.ts";
import type { ForecastWindow } from "./forecastingSeries.ts";

/** The last known value at every step; NaN where nothing was known before. */
export function persistence({ series, origin }: ForecastWindow): Float64Array {
  return new Float64Array(series.config.horizon).fill(series.lastKnown(origin));
}

/**
 * At each step the last known value that lies whole seasons before it; where there is none, the last known value.
 *
 * @param season Steps. @default the forecaster's
 */
export function seasonalNaive(
  { series, origin }: ForecastWindow,
  season = series.config.season,
): Float64Array {
  return Float64Array.from({ length: series.config.horizon }, (_, h) => {
    for (let row = origin + h - season * Math.ceil((h + 1) / season); row >= 0; row -= season) {
      const value = series.valueAt(row);
      if (!Number.isNaN(value)) return value;
    }
    return series.lastKnown(origin);
  });
}

/** Rows of windows one after the other, [windows, horizon]: what metrics judge. */
export interface BaselineForecasts {
  /** NaN where missing: such steps do not count. */
  readonly truth: Float64Array;
  readonly persistence: Float64Array;
  readonly seasonal: Float64Array;
}

export function baselineForecasts(
  windows: Values<ForecastWindow>,
  season?: number,
): BaselineForecasts {
  const horizon = windows.at(0)?.series.config.horizon ?? 0;
  const size = windows.length * horizon;
  const all = {
    truth: new Float64Array(size),
    persistence: new Float64Array(size),
    seasonal: new Float64Array(size),
  };
  for (let index = 0; index < windows.length; index++) {
    const window = windows.at(index);
    if (window === undefined) continue;
    const { series, origin } = window;
    all.truth.set(series.truth(origin), index * horizon);
    all.persistence.set(persistence(window), index * horizon);
    all.seasonal.set(seasonalNaive(window, season), index * horizon);
  }
  return all;
}

/** Rows of windows one after the other, [windows, horizon]. */
export interface CollectedForecasts {
  /** NaN where missing. */
  readonly truth: Float64Array;
  readonly values: Float64Array;
  readonly bands: readonly { readonly level: number; readonly values: Float64Array }[];
}

/**
 * @param outputs What the network answers to each window, in order.
 * @throws RangeError where there are not as many answers as windows.
 */
export function collectForecasts(
  task: ForecastingTask,
  windows: Values<ForecastWindow>,
  outputs: Iterable<NetworkOutput>,
): CollectedForecasts {
  const { horizon, quantiles } = task.config;
  const size = windows.length * horizon;
  const all = {
    truth: new Float64Array(size),
    values: new Float64Array(size),
    bands: quantiles.map((level) => ({ level, values: new Float64Array(size) })),
  };
  let index = 0;
  for (const output of outputs) {
    const window = windows.at(index);
    if (window === undefined) throw new RangeError(`more answers than ${windows.length} windows`);
    const { values, bands } = task.decode(output, window);
    const at = horizon * index++;
    all.truth.set(window.series.truth(window.origin), at);
    all.values.set(values, at);
    for (const [q, band] of bands.entries()) all.bands[q].values.set(band.values, at);
  }
  if (index !== windows.length) {
    throw new RangeError(`${index} answers to ${windows.length} windows`);
  }
  return all;
}
