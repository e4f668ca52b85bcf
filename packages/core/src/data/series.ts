/**
 * A table with a column of times as a regular series: one row a step, with rows where the table has gaps; and its parts by time, such that
 * nothing of a later part is known in an earlier one.
 */
import { CellstateError } from "../errors.ts";
import { shown } from "../files/shown.ts";
import type { Values } from "./examples.ts";
import { spelt } from "./labels.ts";
import {
  calendarTime,
  DAY,
  daysInMonth,
  rowOfTime,
  showTime,
  stepWords,
  type TimeGrid,
  type TimeStep,
  timeOfRow,
} from "./seriesTime.ts";
import type { Table, TimeColumn } from "./table.ts";

/** More rows in gaps than this, and ten times more than there are rows: that is another step, or a wrong date. */
const MOST_FILLED = 100_000;

/** Rows of a series in a table: a stretch without a gap. */
interface Stretch {
  /** The stretch's first row in the series. */
  readonly row: number;
  /** The same row in the table. */
  readonly tableRow: number;
  readonly rows: number;
}

export class Series {
  readonly table: Table;
  readonly timeName: string;
  readonly grid: TimeGrid;
  /** With those of gaps. */
  readonly rows: number;
  /** Rows that the table does not have: all their values are missing. */
  readonly gapRows: number;
  readonly #stretches: readonly Stretch[];
  /** Rows are mostly read one after the other. */
  #last = 0;

  /** For `regularSeries`. */
  constructor(table: Table, timeName: string, grid: TimeGrid, stretches: readonly Stretch[]) {
    const end = stretches[stretches.length - 1];
    this.table = table;
    this.timeName = timeName;
    this.grid = grid;
    this.rows = end.row + end.rows;
    this.gapRows = this.rows - table.rows;
    this.#stretches = stretches;
  }

  /** Seconds; of rows beyond the last, too. */
  timeOf(row: number): number {
    return timeOfRow(this.grid, row);
  }

  /** The table's row, or −1 for a row of a gap. */
  tableRow(row: number): number {
    const stretches = this.#stretches;
    let at = this.#last;
    if (row < stretches[at].row) at = this.#search(row);
    else if (at + 1 < stretches.length && row >= stretches[at + 1].row) {
      at++;
      if (at + 1 < stretches.length && row >= stretches[at + 1].row) at = this.#search(row);
    }
    this.#last = at;
    const into = row - stretches[at].row;
    return into < stretches[at].rows ? stretches[at].tableRow + into : -1;
  }

  /** The last stretch that begins at or before a row. */
  #search(row: number): number {
    let low = 0;
    let high = this.#stretches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#stretches[middle].row <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

export interface SeriesOptions {
  /** The name of the column of times. @default the only one, or the first */
  readonly time?: string;
  /** What the rows' step is taken for where a table has a single row. */
  readonly step?: TimeStep;
}

/**
 * The series of a table: its step is the most common difference of two times that follow one another, or, where all times keep to one day of their
 * months, the most common number of months. The times are read twice, and nothing else.
 *
 * @throws CellstateError `data` where there is no column of times, or a row has none, is out of order, stands twice or lies between steps.
 */
export function regularSeries(table: Table, options: SeriesOptions = {}): Series {
  const { name, values } = timeColumn(table, options.time);
  const step = findStep(table, values, options.step);
  const day = step.unit === "months" ? latestDay(values) : 1;
  const grid = { step, start: timeAt(table, values, 0), day };
  const stretches: Stretch[] = [];
  const most = table.rows + Math.max(MOST_FILLED, 10 * table.rows);
  let current = { row: 0, tableRow: 0, rows: 0 };
  for (let i = 0; i < table.rows; i++) {
    const time = timeAt(table, values, i);
    const row = rowOfTime(grid, time);
    if (Number.isNaN(row)) {
      throw refusal(
        table,
        `row ${spelt(i + 1)} (${showTime(time)}) lies between the steps from ${showTime(grid.start)} on (${stepWords(step)}); bring the rows to regular times`,
      );
    }
    if (row >= most) {
      throw refusal(
        table,
        `row ${spelt(i + 1)} (${showTime(time)}) would be step ${spelt(row + 1)} from ${showTime(grid.start)} on (${stepWords(step)}); too long a gap, give the rows after it alone`,
      );
    }
    const next = current.row + current.rows;
    if (row < next) {
      throw refusal(
        table,
        `rows ${spelt(i)} and ${spelt(i + 1)} are both of ${showTime(timeOfRow(grid, row))}; keep one`,
      );
    }
    if (row > next) {
      if (current.rows > 0) stretches.push(current);
      current = { row, tableRow: i, rows: 0 };
    }
    current.rows++;
  }
  stretches.push(current);
  return new Series(table, name, grid, stretches);
}

function refusal(table: Table, message: string): CellstateError {
  return new CellstateError("data", `${shown(table.name)}: ${message}`);
}

function timeColumn(table: Table, wanted: string | undefined): TimeColumn {
  if (table.rows === 0) throw refusal(table, "no rows; a series needs some");
  for (const column of table.columns) {
    if (column.kind === "time" && (wanted === undefined || column.name === wanted)) return column;
  }
  throw refusal(
    table,
    wanted === undefined
      ? "no column of times; a series needs one, such as 2024-05-01 13:00"
      : `no column of times "${shown(wanted)}"; a series needs one, such as 2024-05-01 13:00`,
  );
}

function timeAt(table: Table, times: Values<number>, row: number): number {
  const time = times.at(row);
  if (time !== undefined && Number.isFinite(time)) return time;
  throw refusal(table, `row ${spelt(row + 1)} has no time; fill it in or leave the row out`);
}

/** Differences are told apart to the microsecond, and counted so many at most. */
const FINEST = 1e6;
const MOST_DIFFERENCES = 10_000;

function findStep(table: Table, times: Values<number>, alone: TimeStep | undefined): TimeStep {
  const counts = new Map<number, number>();
  let before = timeAt(table, times, 0);
  for (let i = 1; i < table.rows; i++) {
    const time = timeAt(table, times, i);
    if (time === before) {
      throw refusal(
        table,
        `rows ${spelt(i)} and ${spelt(i + 1)} are both of ${showTime(time)}; keep one`,
      );
    }
    if (time < before) {
      throw refusal(
        table,
        `row ${spelt(i + 1)} (${showTime(time)}) comes after row ${spelt(i)} (${showTime(before)}); sort the rows by time`,
      );
    }
    const difference = Math.round((time - before) * FINEST) / FINEST;
    const count = counts.get(difference);
    if (count !== undefined || counts.size < MOST_DIFFERENCES) {
      counts.set(difference, (count ?? 0) + 1);
    }
    before = time;
  }
  if (counts.size === 0) {
    if (alone !== undefined) return alone;
    throw refusal(table, "a single row has no time step; a series needs more of them");
  }
  const seconds = mostCommon(counts);
  const months = seconds >= 28 * DAY ? findMonths(times) : null;
  return months === null ? { unit: "seconds", count: seconds } : { unit: "months", count: months };
}

/** The most common number of months from one time to the next, or null where times do not keep to one day and hour of their months. */
function findMonths(times: Values<number>): number | null {
  const day = latestDay(times);
  const counts = new Map<number, number>();
  const { month: first, second } = calendarTime(times.at(0) ?? 0);
  let before = first;
  for (let i = 0; i < times.length; i++) {
    const time = calendarTime(times.at(i) ?? 0);
    if (time.second !== second || time.day !== Math.min(day, daysInMonth(time.month))) return null;
    const months = time.month - before;
    if (i > 0) counts.set(months, (counts.get(months) ?? 0) + 1);
    before = time.month;
  }
  return mostCommon(counts);
}

function latestDay(times: Values<number>): number {
  let day = 1;
  for (let i = 0; i < times.length; i++) day = Math.max(day, calendarTime(times.at(i) ?? 0).day);
  return day;
}

/** Of several that are as common, the smallest. */
function mostCommon(counts: ReadonlyMap<number, number>): number {
  let best = Number.NaN;
  let most = 0;
  for (const [value, count] of counts) {
    if (count > most || (count === most && value < best)) {
      best = value;
      most = count;
    }
  }
  return best;
}

/** Rows [from, to) of a series. */
export interface SeriesPart {
  readonly from: number;
  readonly to: number;
}

export interface SeriesParts {
  readonly training: SeriesPart;
  readonly validation: SeriesPart;
  readonly test: SeriesPart;
}

/**
 * A series split by time: training first, then validation, test at the end.
 *
 * @param shares Of the rows, each 0 or more and below 1 together.
 */
export function splitSeries(
  rows: number,
  shares: { readonly validation: number; readonly test: number },
): SeriesParts {
  const { validation, test } = shares;
  if (!(validation >= 0 && test >= 0 && validation + test < 1)) {
    throw new RangeError(
      `shares of ${validation} to validate on and ${test} to test on; expected 0 or more, below 1 together`,
    );
  }
  const testFrom = rows - Math.round(rows * test);
  const validationFrom = Math.max(0, testFrom - Math.round(rows * validation));
  return {
    training: { from: 0, to: validationFrom },
    validation: { from: validationFrom, to: testFrom },
    test: { from: testFrom, to: rows },
  };
}
