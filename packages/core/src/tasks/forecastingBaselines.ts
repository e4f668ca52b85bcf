/**
 * Forecasts that need no model, over the same windows as a model's: the last known value, and the value one season before. A model that does not
 * beat them is none.
 */
import type { Values } from "../data/examples.ts";
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
