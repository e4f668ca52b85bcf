/**
 * A series as a forecaster reads it: columns found and checked by name, values scaled, what is missing carried forward from the last known value
 * and marked. Windows over it are cut when they are asked for.
 */
import { notFinite } from "../data/columns.ts";
import type { Cells, Values } from "../data/examples.ts";
import { spelt } from "../data/labels.ts";
import { regularSeries, type Series, type SeriesPart } from "../data/series.ts";
import { sameStep, stepWords } from "../data/seriesTime.ts";
import type { NumberColumn, Table, TableColumn, TextColumn } from "../data/table.ts";
import { CellstateError } from "../errors.ts";
import { shown } from "../files/shown.ts";
import { log } from "../numbers/portable.ts";
import { writeCalendar } from "./forecastingCalendar.ts";
import type { ForecastingConfig, SeriesInput } from "./forecastingConfig.ts";

/** Series of more numbers than this (256 MB) are not encoded at once but window by window, from their columns. */
const MOST_NUMBERS = 64 * 1024 * 1024;

/** A window of a series: its history is the rows before `origin`, its targets are those from there on. */
export interface ForecastWindow {
  readonly series: ForecastSeries;
  /** The row of the first step ahead; the number of rows where that is the future. */
  readonly origin: number;
}

/** A column and how it is read: a number, or the number of a category; NaN where it is missing, −1 for a category that is not known. */
interface Reader {
  readonly input: SeriesInput;
  read(row: number): number;
}

/** Numbers that an input takes in a vector. */
function inputWidth({ categories, kind, indicator }: SeriesInput): number {
  return (kind === "number" ? 1 : categories.length) + (indicator ? 1 : 0);
}

/**
 * Numbers of a history's step: the inputs, each with its indicator; the calendar; and where targets are differences from the last known
 * value, the target's own as such a difference.
 */
export function stepWidth({ inputs, calendar, relative }: ForecastingConfig): number {
  const columns = inputs.reduce((sum, input) => sum + inputWidth(input), 0);
  return columns + 2 * calendar.length + (relative ? 1 : 0);
}

export class ForecastSeries {
  readonly config: ForecastingConfig;
  readonly series: Series;
  /** Rows of the table without a value, by column; rows of gaps are in `series.gapRows`. */
  readonly missing: ReadonlyMap<string, number>;
  /** Rows with a category that the training part did not have, by column. */
  readonly unknown: ReadonlyMap<string, number>;
  readonly #readers: readonly Reader[];
  readonly #target: Reader;
  /** Numbers of a row, without the difference from the last known value, which each window has its own of. */
  readonly #width: number;
  readonly #encoded: Float32Array | null;

  /**
   * @param mostNumbers Above this, rows are encoded when they are read. @default 64 Mi
   * @throws CellstateError `data` for a table that the forecaster was not made for: a column that is missing or of another kind, another
   * time step, times that are no series.
   */
  constructor(config: ForecastingConfig, table: Table, mostNumbers = MOST_NUMBERS) {
    const { inputs, step, timeName } = config;
    const series = regularSeries(table, { time: seriesTime(table, timeName), step });
    if (!sameStep(series.grid.step, step)) {
      const [theirs, ours] = [stepWords(series.grid.step), stepWords(step)];
      throw new CellstateError(
        "data",
        `${shown(table.name)}: the time step is ${theirs}, but the model was trained on ${ours}; give rows that come ${ours}`,
      );
    }
    this.config = config;
    this.series = series;
    this.#readers = inputs.map((input) => columnReader(series, input, config));
    this.#target = this.#readers[0];
    this.#width = stepWidth(config) - (config.relative ? 1 : 0);
    const { rows } = series;
    const missing = new Map<string, number>();
    const unknown = new Map<string, number>();
    for (const { input, read } of this.#readers) {
      let none = 0;
      let other = 0;
      for (let row = 0; row < rows; row++) {
        const value = read(row);
        if (Number.isNaN(value)) none++;
        else if (value === -1 && input.kind === "category") other++;
      }
      missing.set(input.name, none - series.gapRows);
      unknown.set(input.name, other);
    }
    this.missing = missing;
    this.unknown = unknown;
    this.#encoded = null;
    if (rows * this.#width <= mostNumbers) {
      const encoded = new Float32Array(rows * this.#width);
      this.#encode(0, rows, encoded, 0, this.#width);
      this.#encoded = encoded;
    }
  }

  get rows(): number {
    return this.series.rows;
  }

  /** The target as the table has it, NaN where it is missing or in the future. */
  valueAt(row: number): number {
    return row < this.rows ? this.#target.read(row) : Number.NaN;
  }

  /** The target's values in a part: what errors are measured against. */
  values({ from, to }: SeriesPart): Float64Array {
    return Float64Array.from({ length: to - from }, (_, row) => this.valueAt(from + row));
  }

  /** The last known value of the target before a row, NaN where there is none. */
  lastKnown(origin: number): number {
    return lastKnown(this.#target, origin);
  }

  /** The targets of a window as the table has them, NaN where they are missing. */
  truth(origin: number): Float64Array {
    return Float64Array.from({ length: this.config.horizon }, (_, h) => this.valueAt(origin + h));
  }

  /**
   * The windows whose targets lie wholly in a part, but those of which no target is known, or nothing before them. Their histories may reach
   * back before it.
   *
   * @param stride From one window to the next, rows: 1 to train on, 1 or the horizon to evaluate.
   */
  windows(part: SeriesPart, stride = 1): Values<ForecastWindow> {
    if (!(Number.isInteger(stride) && stride >= 1)) {
      throw new RangeError(`windows: stride ${stride}; expected a whole number of 1 or more`);
    }
    const { horizon, history } = this.config;
    const last = Math.min(part.to, this.rows) - horizon;
    const first = Math.max(part.from, history);
    const origins = new Int32Array(Math.max(0, Math.floor((last - first) / stride) + 1));
    let count = 0;
    let firstKnown = 0;
    while (firstKnown < last && Number.isNaN(this.valueAt(firstKnown))) firstKnown++;
    /** The last row before the window's end with a known target. */
    let known = -1;
    let read = first;
    for (let origin = first; origin <= last; origin += stride) {
      for (; read < origin + horizon; read++) if (!Number.isNaN(this.valueAt(read))) known = read;
      if (origin > firstKnown && known >= origin) origins[count++] = origin;
    }
    return {
      length: count,
      at: (index) =>
        index >= 0 && index < count ? { series: this, origin: origins[index] } : undefined,
    };
  }

  /** The window after the last row: the future. */
  future(): ForecastWindow {
    return { series: this, origin: this.rows };
  }

  /**
   * Writes a history's steps: step t to into[at + t · stride …].
   *
   * @throws CellstateError `data` for a number that is too far from those of training to compute with.
   */
  copyHistory(origin: number, into: Cells, at: number, stride: number): void {
    const { history, relative } = this.config;
    const width = this.#width;
    const from = origin - history;
    if (this.#encoded) {
      for (let t = 0; t < history; t++) {
        const start = (from + t) * width;
        for (let i = 0; i < width; i++) into[at + t * stride + i] = this.#encoded[start + i];
      }
    } else {
      this.#encode(from, history, into, at, stride);
    }
    for (let t = 0; t < history; t++) {
      for (let i = at + t * stride; i < at + t * stride + width; i++) {
        if (Math.abs(Math.fround(into[i])) === Infinity) this.#refuse(from + t);
      }
    }
    if (!relative) return;
    const last = into[at + (history - 1) * stride];
    for (let t = 0; t < history; t++) into[at + t * stride + width] = into[at + t * stride] - last;
  }

  /** For a row whose numbers are not all finite as the network reads them. */
  #refuse(row: number): never {
    const { table } = this.series;
    for (const { input, read } of this.#readers) {
      let known = row;
      while (known > 0 && Number.isNaN(read(known))) known--;
      const value = read(known);
      const scaled = (this.#transform(input, value) - input.mean) / input.deviation;
      if (Math.abs(Math.fround(scaled)) !== Infinity) continue;
      const at = `${shown(table.name)}: row ${spelt(this.series.tableRow(known) + 1)}`;
      throw notFinite(at, input.name, value);
    }
    throw new RangeError(`row ${row}: a number that is not finite`);
  }

  /** Writes the rows [from, from + count). The target is the first number of each. */
  #encode(from: number, count: number, into: Cells, at: number, stride: number): void {
    let place = at;
    for (const { input, read } of this.#readers) {
      const { kind, mean, deviation, categories, indicator } = input;
      let carried = lastKnown({ read }, from);
      for (let i = 0; i < count; i++) {
        const value = read(from + i);
        const isMissing = Number.isNaN(value);
        if (!isMissing) carried = value;
        const start = place + i * stride;
        if (kind === "number") {
          const scaled = this.#transform(input, carried);
          into[start] = Number.isNaN(scaled) ? 0 : (scaled - mean) / deviation;
        } else {
          for (let c = 0; c < categories.length; c++) into[start + c] = c === carried ? 1 : 0;
        }
        if (indicator) into[start + inputWidth(input) - 1] = isMissing ? 1 : 0;
      }
      place += inputWidth(input);
    }
    for (let i = 0; i < count; i++) {
      writeCalendar(this.config.calendar, this.series.timeOf(from + i), into, place + i * stride);
    }
  }

  #transform(input: SeriesInput, value: number): number {
    return this.config.log && input === this.#target.input ? log(1 + value) : value;
  }
}

function lastKnown({ read }: Pick<Reader, "read">, before: number): number {
  for (let row = before - 1; row >= 0; row--) {
    const value = read(row);
    if (!Number.isNaN(value)) return value;
  }
  return Number.NaN;
}

/** A prediction's table need not call its times as the training's did, where there is but one column of them. */
function seriesTime(table: Table, name: string): string | undefined {
  const times = table.columns.filter(({ kind }) => kind === "time");
  return times.length > 1 ? name : undefined;
}

function columnReader(series: Series, input: SeriesInput, config: ForecastingConfig): Reader {
  const { table } = series;
  if (input.kind === "number") {
    const positive = config.log && input.name === config.target;
    return { input, read: numberReader(series, numberColumn(table, input.name), positive) };
  }
  const { values } = textColumn(table, input.name);
  const numbers = new Map(input.categories.map((category, index) => [category, index]));
  const read = (row: number): number => {
    const at = series.tableRow(row);
    const text = at < 0 ? "" : (values.at(at) ?? "");
    return text === "" ? Number.NaN : (numbers.get(text) ?? -1);
  };
  return { input, read };
}

/** @param positive Whether values below 0 are refused. */
export function numberReader(
  series: Series,
  { name, values }: NumberColumn,
  positive: boolean,
): (row: number) => number {
  return (row) => {
    const at = series.tableRow(row);
    const value = at < 0 ? Number.NaN : (values.at(at) ?? Number.NaN);
    if (positive && value < 0) {
      throw new CellstateError(
        "data",
        `${shown(series.table.name)}: row ${spelt(at + 1)} has "${shown(name)}" ${value}; logarithms need 0 or more, train without them`,
      );
    }
    return Number.isFinite(value) ? value : Number.NaN;
  };
}

/** @throws CellstateError `data` where there is none of this name. */
export function findColumn(table: Table, name: string): TableColumn {
  const column = table.columns.find((each) => each.name === name);
  if (column) return column;
  const names = table.columns.slice(0, 10).map((each) => `"${shown(each.name)}"`);
  if (table.columns.length > 10) names.push(`${table.columns.length - 10} more`);
  throw new CellstateError(
    "data",
    `${shown(table.name)}: no column "${shown(name)}"; there are ${names.join(", ")}`,
  );
}

function numberColumn(table: Table, name: string): NumberColumn {
  const column = findColumn(table, name);
  if (column.kind === "number") return column;
  throw otherKind(table, column, "numbers");
}

function textColumn(table: Table, name: string): TextColumn {
  const column = findColumn(table, name);
  if (column.kind === "text") return column;
  throw otherKind(table, column, "words");
}

const HOLDS = { number: "numbers", text: "words", time: "times" } as const;

function otherKind(table: Table, { name, kind }: TableColumn, wanted: string): CellstateError {
  return new CellstateError(
    "data",
    `${shown(table.name)}: column "${shown(name)}" holds ${HOLDS[kind]}, the model was trained on ${wanted}; give ${wanted} there`,
  );
}
