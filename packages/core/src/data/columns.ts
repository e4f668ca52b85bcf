/**
 * Columns as numbers that a network can read: numbers less their mean, in standard deviations, with a 0 or 1 beside them that says whether the
 * value was missing; words as one number for each word that there is, 1 for the one that stands. Fitted on the training part alone.
 */
import { CellstateError } from "../errors.ts";
import {
  boolean,
  type Check,
  distinct,
  finite,
  list,
  object,
  oneOf,
  positive,
  string,
} from "../files/schema.ts";
import { shown } from "../files/shown.ts";
import type { Cells, Values } from "./examples.ts";
import { spelt } from "./labels.ts";
import { valueAt } from "./splits.ts";
import type { Table, TableColumn } from "./table.ts";

/** A row of a table by its columns' names. NaN is a missing number, "" a missing word. */
export type Row = Readonly<Record<string, number | string>>;

export type NumberFit = {
  readonly kind: "number";
  readonly name: string;
  readonly mean: number;
  /** Above 0; 1 for a column of one value. */
  readonly deviation: number;
  /** Whether values were missing in training: then a number that says so follows. A missing value is read as the mean. */
  readonly missing: boolean;
};

export type CategoryFit = {
  readonly kind: "category";
  readonly name: string;
  /** In the order of their UTF-16 units; "", which stands for a missing one, is one of them where it was seen. One that is not here is read as no category: all zeros. */
  readonly categories: readonly string[];
};

export type FittedColumn = NumberFit | CategoryFit;

/** More different words than this are no categories, … */
const MOST_CATEGORIES = 2000;
/** … nor are more than this where they are as many as this share of the rows. */
const MANY_CATEGORIES = 200;
const MANY_SHARE = 0.1;

/** What a model's file may hold. */
const MOST_COLUMNS = 65_536;
const LONGEST_NAME = 65_536;

const numberFit = object<NumberFit>({
  kind: oneOf("number"),
  name: string(LONGEST_NAME),
  mean: finite,
  deviation: positive,
  missing: boolean,
});

const categoryFit = object<CategoryFit>({
  kind: oneOf("category"),
  name: string(LONGEST_NAME),
  categories: distinct(list(string(LONGEST_NAME), 1, MOST_COLUMNS), (category) => category),
});

const kindOfFit = object<Pick<FittedColumn, "kind">>({ kind: oneOf("number", "category") });

export const fittedNumbers: Check<readonly NumberFit[]> = distinct(
  list(numberFit, 1, MOST_COLUMNS),
  ({ name }) => name,
);

export const fittedColumns: Check<readonly FittedColumn[]> = distinct(
  list<FittedColumn>(
    (value, path) =>
      kindOfFit(value, path).kind === "number" ? numberFit(value, path) : categoryFit(value, path),
    1,
    MOST_COLUMNS,
  ),
  ({ name }) => name,
);

/** Numbers that the columns become. */
export function widthOf(columns: readonly FittedColumn[]): number {
  return columns.reduce((width, column) => width + columnWidth(column), 0);
}

function columnWidth(column: FittedColumn): number {
  if (column.kind === "category") return column.categories.length;
  return column.missing ? 2 : 1;
}

/** Mean and standard deviation in one pass (B. P. Welford, Technometrics 4, 1962). */
export class Moments {
  count = 0;
  missing = 0;
  mean = 0;
  #squares = 0;

  /** @param value NaN is counted as missing. */
  add(value: number): void {
    if (Number.isNaN(value)) {
      this.missing++;
      return;
    }
    this.count++;
    const from = value - this.mean;
    this.mean += from / this.count;
    this.#squares += from * (value - this.mean);
  }

  /** Of the values themselves, not of what they are a sample of; 1 where they are all the same. */
  get deviation(): number {
    const deviation = Math.sqrt(this.#squares / Math.max(1, this.count));
    return deviation > 0 ? deviation : 1;
  }

  /** False where the values are so far apart that their squares overflow. */
  get isFinite(): boolean {
    return Number.isFinite(this.mean) && Number.isFinite(this.deviation);
  }

  fit(name: string): NumberFit {
    const { mean, deviation, missing } = this;
    return { kind: "number", name, mean, deviation, missing: missing > 0 };
  }
}

/**
 * Fits the columns of some rows, in one pass. A column is one of numbers or one of words by its first value that is not missing.
 *
 * @param names Which columns, in the order of the numbers that they become.
 * @param file What messages call the rows.
 * @throws CellstateError `data`: a column that is missing; a word among numbers, a number among words, an infinite one; too many different
 * words.
 */
export function fitColumns(
  rows: Values<Row>,
  names: readonly string[],
  file: string,
): readonly FittedColumn[] {
  if (names.length === 0) {
    throw new CellstateError("data", `${shown(file)}: no column to read; name one at least`);
  }
  checkNames(names, file);
  const fits = names.map((name) => new ColumnFit(name));
  for (let index = 0; index < rows.length; index++) {
    const row = valueAt(rows, index);
    for (const fit of fits) fit.add(cell(row, fit.name, names, { file, row: index }), file, index);
  }
  return fits.map((fit) => fit.end(file, rows.length));
}

/** @throws CellstateError `data` for a name that stands twice. */
export function checkNames(names: readonly string[], file: string): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return;
  throw new CellstateError(
    "data",
    `${shown(file)}: column \`${shown(twice)}\` stands twice; give each column its own name, once`,
  );
}

class ColumnFit {
  readonly name: string;
  readonly #moments = new Moments();
  readonly #words = new Set<string>();

  constructor(name: string) {
    this.name = name;
  }

  add(value: number | string, file: string, row: number): void {
    if (typeof value === "string" && value !== "") {
      if (this.#moments.count > 0) throw mixed(this.name, "a number", value, { file, row });
      this.#words.add(value);
      return;
    }
    const number = typeof value === "string" ? Number.NaN : value;
    if (Math.abs(number) === Infinity) throw notFinite(where({ file, row }), this.name, number);
    if (!Number.isNaN(number) && this.#words.size > 0) {
      throw mixed(this.name, "a word", number, { file, row });
    }
    this.#moments.add(number);
  }

  end(file: string, rows: number): FittedColumn {
    const { name } = this;
    if (this.#words.size === 0) {
      if (!this.#moments.isFinite) throw tooFarApart(file, name);
      return this.#moments.fit(name);
    }
    if (this.#moments.missing > 0) this.#words.add("");
    const { size } = this.#words;
    if (size > MOST_CATEGORIES || (size > MANY_CATEGORIES && size > rows * MANY_SHARE)) {
      throw new CellstateError(
        "data",
        `${shown(file)}: column \`${shown(name)}\` has ${spelt(size)} different words in ${spelt(rows)} rows, too many for categories; leave the column out or group its words`,
      );
    }
    return { kind: "category", name, categories: [...this.#words].sort() };
  }
}

/** Where a value stands: `row` counts from 0, messages from 1. */
export interface RowPlace {
  readonly file: string;
  readonly row: number;
}

/** Fitted columns, ready to turn rows into numbers. */
export class ColumnReader {
  readonly columns: readonly FittedColumn[];
  readonly width: number;
  readonly #names: readonly string[];
  readonly #categories: readonly (ReadonlyMap<string, number> | null)[];

  constructor(columns: readonly FittedColumn[]) {
    this.columns = columns;
    this.width = widthOf(columns);
    this.#names = columns.map(({ name }) => name);
    this.#categories = columns.map((column) =>
      column.kind === "category"
        ? new Map(column.categories.map((category, at) => [category, at]))
        : null,
    );
  }

  /**
   * Writes a row's numbers into into[at …].
   *
   * @throws CellstateError `data`: a column that is missing or of the other kind, a number that is not finite.
   */
  write(row: Row, into: Cells, at: number, place: RowPlace): void {
    let next = at;
    for (const [index, column] of this.columns.entries()) {
      const value = cell(row, column.name, this.#names, place);
      if (column.kind === "category") {
        if (typeof value === "number" && !Number.isNaN(value)) {
          throw mixed(column.name, "a word", value, place);
        }
        into.fill(0, next, next + column.categories.length);
        const found = this.#categories[index]?.get(wordOf(value));
        if (found !== undefined) into[next + found] = 1;
      } else {
        if (typeof value === "string" && value !== "") {
          throw mixed(column.name, "a number", value, place);
        }
        const number = typeof value === "string" ? Number.NaN : value;
        if (!writeNumber(column, number, into, next)) {
          throw notFinite(where(place), column.name, number);
        }
      }
      next += columnWidth(column);
    }
  }

  /** Columns in which the row says nothing that the network can read: a missing number, or a word that is no known category. */
  unread(row: Row, place: RowPlace): readonly string[] {
    return this.columns
      .filter((column, index) => {
        const value = cell(row, column.name, this.#names, place);
        if (column.kind === "number") return value === "" || Number.isNaN(value);
        return value === "" || !this.#categories[index]?.has(wordOf(value));
      })
      .map(({ name }) => name);
  }
}

/**
 * Writes one number, and where its column has it, whether it was missing.
 *
 * @returns False for a number that cannot be computed with: `notFinite` says so.
 */
export function writeNumber(column: NumberFit, value: number, into: Cells, at: number): boolean {
  const missing = Number.isNaN(value);
  const scaled = missing ? 0 : (value - column.mean) / column.deviation;
  into[at] = scaled;
  if (column.missing) into[at + 1] = missing ? 1 : 0;
  return Number.isFinite(Math.fround(scaled));
}

/** @param at The file and the row, as a message begins. */
export function notFinite(at: string, column: string, value: number): CellstateError {
  const came = Number.isFinite(value)
    ? `${value} is too far from the values of training to compute with; correct it`
    : `expected a number, got ${value}; correct it or leave it empty`;
  return new CellstateError("data", `${at}: column \`${shown(column)}\`: ${came}`);
}

/** Values whose deviation is more than a number can be. */
export function tooFarApart(file: string, column: string): CellstateError {
  return new CellstateError(
    "data",
    `${shown(file)}: column \`${shown(column)}\`: its numbers are too far apart to compute with; correct them or leave the column out`,
  );
}

/**
 * Rows of a table, made when they are asked for. A time is its seconds.
 *
 * @param wanted What a model reads, for the message: then there is no choice of columns.
 * @throws CellstateError `data` where the table lacks a column.
 */
export function rowsOf(
  table: Table,
  columns: readonly string[],
  wanted?: readonly string[],
): Values<Row> {
  const chosen = columns.map((name) => {
    const found = table.columns.find((column) => column.name === name);
    if (found) return found;
    throw lacking(
      name,
      table.columns.map((column) => column.name),
      shown(table.name),
      wanted,
    );
  });
  const entry = ({ name, values }: TableColumn, index: number): [string, number | string] => [
    name,
    values.at(index) ?? "",
  ];
  return {
    length: table.rows,
    at: (index) =>
      index >= 0 && index < table.rows
        ? Object.fromEntries(chosen.map((column) => entry(column, index)))
        : undefined,
  };
}

function cell(row: Row, name: string, wanted: readonly string[], place: RowPlace): number | string {
  if (!Object.hasOwn(row, name)) throw lacking(name, Object.keys(row), where(place), wanted);
  const value: unknown = row[name];
  if (typeof value === "number" || typeof value === "string") return value;
  // What came out of JSON is not always what the types say, and null would be read as 0.
  throw new CellstateError(
    "data",
    `${where(place)}: column \`${shown(name)}\`: expected a number or a word, got ${value}; give NaN or "" where a value is missing`,
  );
}

function lacking(
  name: string,
  present: readonly string[],
  at: string,
  wanted?: readonly string[],
): CellstateError {
  const there = `there ${present.length === 1 ? "is" : "are"} ${listed(present)}`;
  const reads = wanted ? `; the model reads ${listed(wanted)}` : "; name one of them";
  return new CellstateError(
    "data",
    `${at}: column \`${shown(name)}\` is missing, ${there}${reads}`,
  );
}

/** `a`, `b` and 12 more. */
function listed(names: readonly string[]): string {
  const MOST = 8;
  if (names.length === 0) return "none";
  const quoted = names.slice(0, MOST).map((name) => `\`${shown(name)}\``);
  const more = names.length - quoted.length;
  return `${quoted.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function mixed(
  name: string,
  kind: string,
  value: number | string,
  place: RowPlace,
): CellstateError {
  const came = typeof value === "string" ? `"${shown(value)}"` : String(value);
  return new CellstateError(
    "data",
    `${where(place)}: column \`${shown(name)}\`: expected ${kind} as in other rows, got ${came}; correct it or leave it empty`,
  );
}

/** A missing word may come as NaN. */
function wordOf(value: number | string): string {
  return typeof value === "number" ? "" : value;
}

function where({ file, row }: RowPlace): string {
  return `${shown(file)}: row ${row + 1}`;
}
