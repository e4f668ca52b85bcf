/** Fits a forecaster's view of a table: which columns it reads, how they are scaled and what differences to expect, all from the training part alone. */
import { Moments, tooFarApart } from "../data/columns.ts";
import { spelt } from "../data/labels.ts";
import { regularSeries, type Series, type SeriesParts, splitSeries } from "../data/series.ts";
import { guessSeason } from "../data/seriesTime.ts";
import type { NumberColumn, Table, TableColumn, TextColumn } from "../data/table.ts";
import { CellstateError } from "../errors.ts";
import { shown } from "../files/shown.ts";
import { log as logarithm } from "../numbers/portable.ts";
import { ForecastingTask } from "./forecasting.ts";
import { type CalendarFeature, usefulFeatures } from "./forecastingCalendar.ts";
import {
  ascending,
  type ForecastForm,
  type ForecastingConfig,
  MOST_HISTORY,
  MOST_QUANTILES,
  MOST_STEPS,
  type SeriesInput,
} from "./forecastingConfig.ts";
import { type ForecastSeries, findColumn, numberReader } from "./forecastingSeries.ts";

export interface ForecastingOptions {
  /** The column to forecast. */
  readonly target: string;
  /** Steps ahead. */
  readonly horizon: number;
  /** Rows that a forecast looks back. */
  readonly history: number;
  /** Levels of the bands, ascending. @default [0.1, 0.5, 0.9] */
  readonly quantiles?: readonly number[];
  /** All steps at once, or one after the other by a decoder that knows how far ahead each is, and its calendar. @default "seq2vec" */
  readonly form?: ForecastForm;
  /**
   * Other columns to read. @default all of numbers and of a few words, but for those that the training part shows to be of no use: constant,
   * or only ever rising as a row's number does
   */
  readonly inputs?: readonly string[];
  /** @default what the training part holds two rounds of */
  readonly calendar?: readonly CalendarFeature[];
  /** Learn differences from the last known value. @default true */
  readonly relative?: boolean;
  /**
   * Learn log(1 + value), for a target of 0 or more whose ups and downs grow with it. A forecast's mean is then the exponential of a mean
   * logarithm, which lies below the mean until it is calibrated. @default false
   */
  readonly log?: boolean;
  /** What the target is measured in. */
  readonly unit?: string;
  /** The column of times. @default the only one, or the first */
  readonly time?: string;
  /** Steps after which the series comes round. @default guessed from the time step */
  readonly season?: number;
  /** Shares of the rows: validation before test, test at the end. @default 0.1, 0.2 */
  readonly validation?: number;
  readonly test?: number;
}

export interface FittedForecasting {
  readonly task: ForecastingTask;
  /** The whole table as the task reads it; `series.windows(parts.training)` is what to learn from. */
  readonly series: ForecastSeries;
  readonly parts: SeriesParts;
  /** Columns that are not read, and why. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

/** A column of words is read where it has no more different ones than this. */
const MOST_CATEGORIES = 64;

/**
 * @throws CellstateError `data` for a table that cannot be forecast: no times, no such column, words for a target, too few rows, no values.
 * @throws RangeError for options out of range.
 */
export function fitForecasting(table: Table, options: ForecastingOptions): FittedForecasting {
  const { target, horizon, history, log = false, relative = true } = options;
  const { quantiles = [0.1, 0.5, 0.9] } = options;
  checkOptions(options, quantiles);
  const series = regularSeries(table, { time: options.time });
  const parts = splitSeries(series.rows, {
    validation: options.validation ?? 0.1,
    test: options.test ?? 0.2,
  });
  checkLength(series, parts, horizon, history);
  const rows = parts.training.to;
  const { inputs, leftOut } = fitInputs(series, rows, options);
  const config: ForecastingConfig = {
    form: options.form ?? "seq2vec",
    target,
    unit: options.unit ?? null,
    horizon,
    history,
    quantiles,
    timeName: series.timeName,
    step: series.grid.step,
    season: options.season ?? guessSeason(series.grid.step),
    calendar: options.calendar ?? usefulFeatures(series.grid.step, rows),
    inputs,
    log,
    relative,
    scale: fitScale(series, rows, inputs[0], horizon, log, relative),
    calibration: null,
  };
  const task = new ForecastingTask(config);
  return { task, series: task.series(table), parts, leftOut };
}

function checkOptions(options: ForecastingOptions, quantiles: readonly number[]): void {
  const whole = (name: string, value: number, most: number): void => {
    if (Number.isInteger(value) && value >= 1 && value <= most) return;
    throw new RangeError(`${name} ${value}; expected a whole number from 1 to ${most}`);
  };
  whole("horizon", options.horizon, MOST_STEPS);
  whole("history", options.history, MOST_HISTORY);
  whole("season", options.season ?? 1, Number.MAX_SAFE_INTEGER);
  if (quantiles.length > MOST_QUANTILES || !ascending(quantiles)) {
    throw new RangeError(
      `quantiles ${quantiles.slice(0, 10).join(", ")}; expected ascending numbers between 0 and 1, ${MOST_QUANTILES} at most`,
    );
  }
}

function checkLength(series: Series, parts: SeriesParts, horizon: number, history: number): void {
  const name = shown(series.table.name);
  const { training, validation, test } = parts;
  if (training.to < history + horizon) {
    const of = training.to === series.rows ? "" : ` of ${spelt(series.rows)} to train on`;
    const longer = horizon > history ? "horizon" : "history";
    throw new CellstateError(
      "data",
      `${name}: ${spelt(training.to)} rows${of} are too few for a history of ${spelt(history)} and a horizon of ${spelt(horizon)}; give a longer series, or a shorter ${longer}`,
    );
  }
  for (const [what, { from, to }] of Object.entries({ validation, test })) {
    if (to > from && to - from < horizon) {
      throw new CellstateError(
        "data",
        `${name}: ${spelt(to - from)} of ${spelt(series.rows)} rows are too few for ${what} over a horizon of ${spelt(horizon)}; give a longer series, a shorter horizon, or a larger share to ${what}`,
      );
    }
  }
}

interface Fitted {
  readonly input: SeriesInput;
  /** Why the column is better not read; null for one that may be of use. */
  readonly why: string | null;
  /** True where there is nothing that could be read. */
  readonly isEmpty: boolean;
}

/** @param rows Of the training part: none after them is read. */
function fitInputs(
  series: Series,
  rows: number,
  { target, inputs: wanted, log = false }: ForecastingOptions,
): { readonly inputs: SeriesInput[]; readonly leftOut: { name: string; why: string }[] } {
  const { table } = series;
  const column = findColumn(table, target);
  if (column.kind !== "number") {
    throw new CellstateError(
      "data",
      `${shown(table.name)}: target column "${shown(target)}" holds ${column.kind === "time" ? "times" : "words"}; a forecast is of numbers`,
    );
  }
  const fitted = fitNumbers(series, rows, column, log);
  if (fitted.isEmpty) {
    throw new CellstateError(
      "data",
      `${shown(table.name)}: target column "${shown(target)}" has no value in the ${spelt(rows)} rows to train on; choose another target or give a longer series`,
    );
  }
  const inputs = [fitted.input];
  const leftOut: { name: string; why: string }[] = [];
  for (const name of wanted ?? table.columns.map((each) => each.name)) {
    if (inputs.some((input) => input.name === name)) continue;
    const other = findColumn(table, name);
    if (other.kind === "time" && wanted === undefined) {
      if (name !== series.timeName) leftOut.push({ name, why: "it holds times" });
      continue;
    }
    const { input, why, isEmpty } = fitInput(series, rows, other);
    if (isEmpty && wanted !== undefined) {
      throw new CellstateError(
        "data",
        `${shown(table.name)}: column "${shown(name)}" cannot be read as an input: ${why}; leave it out`,
      );
    }
    if (why !== null && wanted === undefined) leftOut.push({ name, why });
    else inputs.push(input);
  }
  return { inputs, leftOut };
}

function fitInput(series: Series, rows: number, column: TableColumn): Fitted {
  if (column.kind === "number") return fitNumbers(series, rows, column, false);
  if (column.kind === "text") return fitCategories(series, rows, column);
  const { name } = column;
  const input = { name, ...CATEGORY, categories: [], indicator: false };
  return { input, why: "it holds times", isEmpty: true };
}

/** Categories are not scaled. */
const CATEGORY = { kind: "category", mean: 0, deviation: 1 } as const;

/** Mean and deviation of the known values, of their logarithms for the target where it is learnt so. */
function fitNumbers(
  series: Series,
  rows: number,
  column: NumberColumn,
  isTargetLog: boolean,
): Fitted {
  const read = numberReader(series, column, isTargetLog);
  const moments = new Moments();
  let rises = true;
  let varies = false;
  let before = Number.NaN;
  for (let row = 0; row < rows; row++) {
    const value = read(row);
    moments.add(isTargetLog ? logarithm(1 + value) : value);
    if (Number.isNaN(value)) continue;
    rises &&= !(value < before);
    varies ||= value < before || value > before;
    before = value;
  }
  if (!moments.isFinite) throw tooFarApart(series.table.name, column.name);
  const { count, missing, mean, deviation } = moments;
  const why =
    count === 0 ? "it is empty" : !varies ? "it is constant" : rises ? "it only ever rises" : null;
  const input: SeriesInput = {
    name: column.name,
    kind: "number",
    mean,
    deviation,
    categories: [],
    indicator: missing > 0,
  };
  return { input, why, isEmpty: count === 0 };
}

function fitCategories(series: Series, rows: number, { name, values }: TextColumn): Fitted {
  const known = new Set<string>();
  let missing = 0;
  for (let row = 0; row < rows && known.size <= MOST_CATEGORIES; row++) {
    const at = series.tableRow(row);
    const text = at < 0 ? "" : (values.at(at) ?? "");
    if (text === "") missing++;
    else known.add(text);
  }
  const few = known.size <= MOST_CATEGORIES;
  const input: SeriesInput = {
    name,
    ...CATEGORY,
    categories: few ? [...known].sort() : [],
    indicator: missing > 0,
  };
  const constant = known.size === 1 && missing === 0;
  const why =
    known.size === 0
      ? "it is empty"
      : constant
        ? "it is constant"
        : few
          ? null
          : `it has more than ${MOST_CATEGORIES} different words`;
  return { input, why, isEmpty: input.categories.length === 0 };
}

/** Differences are measured at so many pairs of rows at most, spread over the training part. */
const MOST_PAIRS = 20_000_000;

/**
 * The mean and deviation of each step's targets. Differences from the last known value grow with the steps ahead, so each step has its own: all
 * are then of one size to the network, and the near ones are learnt as well as the far.
 */
function fitScale(
  series: Series,
  rows: number,
  target: SeriesInput,
  horizon: number,
  log: boolean,
  relative: boolean,
): ForecastingConfig["scale"] {
  if (!relative) {
    return {
      mean: new Array<number>(horizon).fill(target.mean),
      deviation: new Array<number>(horizon).fill(target.deviation),
    };
  }
  const column = findColumn(series.table, target.name);
  const read = column.kind === "number" ? numberReader(series, column, log) : () => Number.NaN;
  const stride = Math.ceil((rows * horizon) / MOST_PAIRS);
  const moments = Array.from({ length: horizon }, () => new Moments());
  /** What was the last known value at each of the last `horizon` rows. */
  const bases = new Float64Array(horizon).fill(Number.NaN);
  let base = Number.NaN;
  for (let row = 0; row < rows; row++) {
    const value = read(row);
    const known = log ? logarithm(1 + value) : value;
    if (!Number.isNaN(known) && row % stride === 0) {
      for (let h = 1; h <= Math.min(horizon, row); h++) {
        const difference = known - bases[(row - h) % horizon];
        if (!Number.isNaN(difference)) moments[h - 1].add(difference);
      }
    }
    if (!Number.isNaN(known)) base = known;
    bases[row % horizon] = base;
  }
  return {
    mean: moments.map(({ mean }) => mean),
    // Steps by which a training part always rises or falls alike have no deviation but rounding; others need not be so.
    deviation: moments.map(({ count, deviation }) =>
      count > 1 && deviation > 1e-9 * target.deviation ? deviation : target.deviation,
    ),
  };
}
