/** `cellstate predict` of a forecaster: the steps after the last row, as a table, a plot, a file or a picture. */
import {
  ENOUGH_TO_CALIBRATE,
  type Engine,
  type Forecast,
  type Network,
  NetworkRunner,
  showTime,
} from "@cellstate/core";
import { shownFigure } from "../shapes/judgement.ts";
import type { PredictionRows } from "../shapes/predict.ts";
import type { SeriesData } from "../shapes/taskData.ts";
import type { PlottedForecast } from "./terminalPlot.ts";

export interface MadeForecast {
  readonly forecast: Forecast;
  readonly plotted: PlottedForecast;
  readonly rows: PredictionRows;
  readonly json: Readonly<Record<string, unknown>>;
  /** What a person should know of the rows that were read, a line each. */
  readonly notes: readonly string[];
}

/** The past is shown for as long as is forecast, twice over at the least so many steps. */
const LEAST_PAST = 24;

/** @throws CellstateError `data` for a table that the model was not made for: a missing column, another step, too few rows. */
export function makeForecast(
  { task, table, name }: SeriesData,
  network: Network,
  engine: Engine,
): MadeForecast {
  const series = task.series(table);
  const window = series.future();
  const examples = task.encode([window], null, name);
  const [answer] = new NetworkRunner(network, engine).outputs(examples);
  const forecast = task.decode(answer, window);
  const { target, unit, times, values, bands } = forecast;
  const { horizon, history, calibration } = task.config;
  const shown = Math.min(series.rows, Math.max(LEAST_PAST, 2 * horizon));
  const from = series.rows - shown;
  const past = {
    times: Array.from({ length: shown }, (_, i) => series.series.timeOf(from + i)),
    values: Array.from({ length: shown }, (_, i) => series.valueAt(from + i)),
  };
  const low = bands[0];
  const high = bands[bands.length - 1];
  const band =
    bands.length < 2 ? null : { share: high.level - low.level, low: low.values, high: high.values };
  const of = unit === null ? target : `${target} (${unit})`;
  const title = `${of}, ${horizon} ${horizon === 1 ? "step" : "steps"} ahead`;
  const columns = ["time", "mean", ...bands.map(({ level }) => `q${shownFigure(100 * level)}`)];
  const rows = times.map((time, h) => {
    const numbers = [values[h], ...bands.map((each) => each.values[h])].map(rounded);
    const cells = [showTime(time), ...numbers];
    return { cells, json: Object.fromEntries(columns.map((column, at) => [column, cells[at]])) };
  });
  const missing = past.values.slice(-history).filter((value) => Number.isNaN(value)).length;
  return {
    forecast,
    plotted: { title, past, times, values, band },
    rows: { columns, rows },
    json: {
      ...{ target, unit, times: times.map(showTime), values: values.map(rounded) },
      bands: Object.fromEntries(bands.map(({ level, values: at }) => [level, at.map(rounded)])),
    },
    notes: [
      ...(missing === 0
        ? []
        : [
            `${missing} of the last ${Math.min(shown, history)} values of ${target} are missing; the last known ones are read`,
          ]),
      ...(bands.length === 0 || calibration !== null
        ? []
        : [
            `the bands are not calibrated: fewer than ${ENOUGH_TO_CALIBRATE} windows were held out to do it by; trust them less`,
          ]),
    ],
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
