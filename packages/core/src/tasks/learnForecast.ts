/** A forecaster in one call: learnt from the training part, chosen and calibrated by the validation part, the test part untouched. */
import { NetworkRunner } from "../models/networkRunner.ts";
import { trainNetwork } from "../training/trainNetwork.ts";
import type { ForecastingTask } from "./forecasting.ts";
import { calibrateForecasts } from "./forecastingCalibration.ts";
import type { FittedForecasting } from "./forecastingFit.ts";
import { type LearnOptions, TASK_TRAINING } from "./learn.ts";
import { createTaskModel, type TaskModel } from "./taskModel.ts";

/** A quantile of fewer errors is one of them by chance. */
export const ENOUGH_TO_CALIBRATE = 50;

export interface LearnForecastOptions extends Omit<LearnOptions, "validation"> {
  /** Steps from one training window to the next. @default 1 */
  readonly stride?: number;
}

/**
 * A trained forecaster, its bands calibrated where validation has 50 windows or more.
 *
 * @example
 * const fitted = fitForecasting(table, { target: "load", horizon: 24, history: 168 });
 * const model = await learnForecast(fitted, { engine, length: { epochs: 8 } });
 * new Predictor(model, engine).predictOne(newestRows).bands;
 */
export async function learnForecast(
  { task, series, parts }: Pick<FittedForecasting, "task" | "series" | "parts">,
  { model: sizes, stride = 1, ...options }: LearnForecastOptions,
): Promise<TaskModel<ForecastingTask>> {
  const { engine, seed = 1 } = options;
  const { network } = createTaskModel(task, { seed, precision: engine.precision, ...sizes });
  const validation = series.windows(parts.validation);
  const heldOut = task.examples(validation);
  const run = trainNetwork(network, {
    ...TASK_TRAINING,
    ...options,
    examples: task.examples(series.windows(parts.training, stride)),
    validation: heldOut,
  });
  for await (const _ of run);
  if (validation.length < ENOUGH_TO_CALIBRATE) return { task, network };
  const answers = new NetworkRunner(network, engine).outputs(heldOut);
  return { task: task.calibrated(calibrateForecasts(task, validation, answers)), network };
}
