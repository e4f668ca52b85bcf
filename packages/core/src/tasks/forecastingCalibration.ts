/**
 * What validation teaches about forecasts: how far the quantiles must be moved to cover what they promise, and what the exponential of a mean
 * logarithm lacks.
 *
 * Each quantile of each step is moved by that quantile of the errors it made (conformalized quantile regression, Y. Romano, E. Patterson and
 * E. J. Candès, 2019, each side by itself). A mean logarithm's exponential is multiplied by the mean exponential of its errors (N. Duan,
 * Smearing Estimate, J. American Statistical Association 78, 1983).
 */
import type { NetworkOutput, Values } from "../data/examples.ts";
import { exp } from "../numbers/portable.ts";
import type { ForecastingTask } from "./forecasting.ts";
import type { Calibration } from "./forecastingConfig.ts";
import type { ForecastWindow } from "./forecastingSeries.ts";

/**
 * @param windows Of the validation part.
 * @param outputs What the network answers to each, in order.
 * @throws RangeError where there are not as many answers as windows.
 */
export function calibrateForecasts(
  task: ForecastingTask,
  windows: Values<ForecastWindow>,
  outputs: Iterable<NetworkOutput>,
): Calibration {
  const { horizon, quantiles, scale, log } = task.config;
  const errors = Array.from({ length: horizon }, () => quantiles.map((): number[] => []));
  const smears = Array.from({ length: horizon }, () => ({ sum: 0, count: 0 }));
  let index = 0;
  for (const output of outputs) {
    const window = windows.at(index++);
    if (window === undefined) throw new RangeError(`more answers than ${windows.length} windows`);
    const truth = task.scaled(window, window.series.truth(window.origin));
    const written = task.quantilesOf(output);
    for (let h = 0; h < horizon; h++) {
      if (Number.isNaN(truth[h])) continue;
      for (let q = 0; q < quantiles.length; q++) errors[h][q].push(truth[h] - written[h][q]);
      smears[h].sum += exp(scale.deviation[h] * (truth[h] - output.heads[0][h]));
      smears[h].count++;
    }
  }
  if (index !== windows.length) {
    throw new RangeError(`${index} answers to ${windows.length} windows`);
  }
  return {
    offsets: errors.map((step) => step.map((each, q) => conformalOffset(each, quantiles[q]))),
    smearing: smears.map(({ sum, count }) =>
      log && count > 0 && Number.isFinite(sum) ? sum / count : 1,
    ),
  };
}

/**
 * What moves a quantile so that the share of truths at or below it is its level, within one in as many as there are errors: the error of rank
 * level · (n + 1), rounded away from the middle so that bands do not become too narrow. 0 without any.
 */
function conformalOffset(errors: number[], level: number): number {
  if (errors.length === 0) return 0;
  errors.sort((a, b) => a - b);
  const rank = level * (errors.length + 1);
  // The tolerance undoes what 0.9 · 10 has too much: 9.000000000000002 is rank 9.
  const whole = level < 0.5 ? Math.floor(rank + 1e-9) : Math.ceil(rank - 1e-9);
  return errors[Math.min(errors.length, Math.max(1, whole)) - 1];
}
