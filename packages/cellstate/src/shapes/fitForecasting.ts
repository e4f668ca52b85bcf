/** A table with times becomes a forecaster's windows, split by time. */
import {
  CellstateError,
  calibrateForecasts,
  ENOUGH_TO_CALIBRATE,
  type Engine,
  type ForecastingTask,
  fitForecasting,
  guessSeason,
  type Network,
  regularSeries,
  type Series,
  seasonalNaiveError,
  stepWords,
} from "@cellstate/core";
import type { LookedSeriesTable } from "../data/looked.ts";
import { shownPath } from "../files/fileError.ts";
import { grouped } from "../terminal/text.ts";
import { UsageError } from "../usageError.ts";
import { numberAnswers } from "./answers.ts";
import { judgeForecasts } from "./judgeNumbers.ts";
import { listOf, type Shaped, type ShapeSettings } from "./shape.ts";
import { NO_RECORD } from "./taskData.ts";

/** Where nobody says how far, one season; where the step suggests none, so many steps. */
const DEFAULT_HORIZON = 12;
const LONGEST_DEFAULT = 96;
/** Seasons that are looked back, where nobody says. */
const SEASONS_BACK = 2;

export function fitForecast(looked: LookedSeriesTable, settings: ShapeSettings): Shaped {
  const { table } = looked;
  if (looked.time === null) {
    throw new CellstateError(
      "data",
      `${shownPath(looked.paths[0])}: no column of times to forecast along; name one with --time, or choose another --task`,
    );
  }
  const series = regularSeries(table, { time: looked.time });
  const { horizon, history } = reachOf(series, settings);
  const target = settings.target ?? looked.target;
  const inputs = listOf(settings.columns)?.filter((name) => name !== target);
  const levels = quantilesOf(settings.quantiles);
  const {
    task,
    series: read,
    parts,
    leftOut,
  } = fitForecasting(table, {
    ...{ target, horizon, history, inputs, form: settings.form, time: looked.time },
    ...(levels === undefined ? {} : { quantiles: levels }),
    ...{ validation: settings.validation, test: settings.test },
  });
  const { season, step } = task.config;
  const unit = seasonalNaiveError(read.values(parts.training), season);
  const windows = {
    training: read.windows(parts.training),
    validation: read.windows(parts.validation),
    test: read.windows(parts.test),
  };
  const seasonalError = unit > 0 ? unit : null;
  let calibrated: { readonly by: Network["weights"]; readonly task: ForecastingTask } | null = null;
  const finish = (network: Network, engine: Engine): ForecastingTask => {
    if (windows.validation.length < ENOUGH_TO_CALIBRATE) return task;
    if (calibrated?.by !== network.weights) {
      const outputs = numberAnswers(network, engine, task.examples(windows.validation));
      const calibration = calibrateForecasts(task, windows.validation, outputs);
      calibrated = { by: network.weights, task: task.calibrated(calibration) };
    }
    return calibrated.task;
  };
  return {
    task,
    training: task.examples(windows.training),
    validation: windows.validation.length > 0 ? task.examples(windows.validation) : null,
    testCount: windows.test.length,
    unit: "windows",
    notes: [
      `${horizon} ${horizon === 1 ? "step" : "steps"} ahead from ${history} back, ${stepWords(step)}; reads ${task.config.inputs.map(({ name }) => name).join(", ")}`,
      ...leftOut.map(({ name, why }) => `\`${name}\` is left out: ${why}`),
      ...bandNote(task.config.quantiles.length, windows.validation.length),
      ...missingNote(read.missing, series.gapRows, read.rows),
    ],
    record: { ...NO_RECORD, target, seasonalError },
    finish,
    judgeTest: (network, engine) =>
      windows.test.length === 0
        ? null
        : judgeForecasts(finish(network, engine), network, engine, windows.test, { seasonalError }),
  };
}

/** How far ahead and back: what was asked for, else what suits the step and the number of rows. */
function reachOf(
  { grid, rows }: Series,
  { horizon: asked, history: back, validation, test }: ShapeSettings,
): { readonly horizon: number; readonly history: number } {
  const season = guessSeason(grid.step);
  // Of a short series, what its smallest held out part has room for.
  const shares = [validation, test].filter((share) => share > 0);
  const room = Math.max(1, Math.floor(rows * Math.min(1, ...shares)));
  const usual = season > 1 && season <= LONGEST_DEFAULT ? season : DEFAULT_HORIZON;
  const horizon = asked ?? Math.min(usual, room);
  const learnt = Math.floor(rows * (1 - validation - test));
  const wanted = Math.max(SEASONS_BACK * usual, horizon);
  const history = back ?? Math.max(1, Math.min(wanted, Math.floor((learnt - horizon) / 2)));
  return { horizon, history };
}

/** @throws UsageError */
export function quantilesOf(text: string | null): readonly number[] | undefined {
  const levels = listOf(text)?.map(Number);
  const fits = levels?.every((level, q) => level > (levels[q - 1] ?? 0) && level < 1) ?? true;
  if (fits) return levels;
  throw new UsageError(
    `--quantiles ${text}: expected ascending numbers above 0 and below 1, such as 0.1,0.5,0.9`,
  );
}

function bandNote(bands: number, windows: number): readonly string[] {
  if (bands === 0 || windows >= ENOUGH_TO_CALIBRATE) return [];
  return [
    `the bands are not calibrated: that takes ${ENOUGH_TO_CALIBRATE} windows to choose the best by, and here are ${grouped(windows)}; trust them less`,
  ];
}

function missingNote(
  missing: ReadonlyMap<string, number>,
  gaps: number,
  rows: number,
): readonly string[] {
  const some = [...missing].filter(([, count]) => count > 0);
  const parts = [
    ...some.map(([name, count]) => `${grouped(count)} of \`${name}\``),
    ...(gaps > 0 ? [`${grouped(gaps)} whole ${gaps === 1 ? "row" : "rows"}`] : []),
  ];
  if (parts.length === 0) return [];
  return [
    `missing of ${grouped(rows)} steps: ${parts.join(", ")}; the model is told so, reads the last known value, and is not judged there`,
  ];
}
