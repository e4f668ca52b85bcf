/** A table from a file, whatever its format: CSV, TSV, JSON Lines or Parquet, packed with gzip or not. */
import { basename } from "node:path";
import type { NumberColumn, Table, TableColumn, TimeColumn } from "@cellstate/core";
import { dataError, isGzip, nameWithin, readBeginning, readMagic } from "./bytes.ts";
import { joinTime, readEpoch } from "./calendar.ts";
import { ColumnReader } from "./columnReader.ts";
import { findDelimiter, openDelimited } from "./delimited.ts";
import { openJsonLines } from "./jsonLines.ts";
import { withCommas } from "./numbers.ts";
import { isParquet, openParquet } from "./parquet.ts";
import type { Refusal } from "./reading.ts";
import { Spool, type SpoolOptions } from "./spool.ts";
import { reverseValues } from "./stores.ts";
import type { TableSource } from "./tableSource.ts";

export interface ReadTableOptions extends SpoolOptions {
  /** `text` takes every field as it stands: no numbers, no times, nothing joined, dropped or turned. @default "inferred" */
  readonly columns?: "inferred" | "text";
  /**
   * What columns are, by their names, where that is settled: the table a model predicts from has the kinds of the one it was trained with,
   * whatever its few rows look like. A name that the table has not is passed over.
   */
  readonly kinds?: Readonly<Record<string, TableColumn["kind"]>>;
  /** Keeps columns that only number the rows. @default false */
  readonly keepRowNumbers?: boolean;
  /** Whether row numbers are dropped, parts of times joined and a table that begins with the newest row turned. @default true */
  readonly tidy?: boolean;
}

export interface TableNotes {
  /** Columns with missing values, and how many of the rows that is. */
  readonly missing: readonly { readonly column: string; readonly count: number }[];
  /** Columns that only number the rows. */
  readonly dropped: readonly string[];
  /** Columns that became the column `time`. */
  readonly joined: readonly string[];
  /** All that was assumed, a line each, for people: what was dropped and joined is in it. */
  readonly lines: readonly string[];
}

/** A table, and what was assumed in reading it. */
export interface TableFile extends Table {
  readonly notes: TableNotes;
  /** Bytes that did not fit in memory and lie in a temporary file. */
  readonly spooled: number;
}

/**
 * Reads a table. Columns are what all their rows say: numbers (empty, NA, NaN, null, ? and the like are missing), times (as seconds since 1970,
 * UTC where no zone is named), else words.
 *
 * @throws CellstateError `file-access` where the file cannot be read; `data`, one line that names the line and the column: no line of names, a
 * row with too few or too many fields, a word or an infinity among numbers, a file that is no text.
 */
export async function readTable(path: string, options: ReadTableOptions = {}): Promise<TableFile> {
  const { columns: how = "inferred", kinds = {}, tidy = true, keepRowNumbers = false } = options;
  const source = await openTable(path);
  const names = nameColumns(source.columns, path);
  const spool = new Spool(options);
  const asText = how === "text";
  const settled = new Map(Object.entries(kinds));
  const readers = names.map(
    (name) =>
      new ColumnReader(name, spool, source.decimalComma, asText ? "asItStands" : settled.get(name)),
  );
  await source.read(
    (column, field, place) => readers[column].push(field, place),
    () => true,
  );
  const lines: string[] = [];
  if (!asText) await settle(path, source, readers, lines);
  const table = tableOf(path, readers);
  const file =
    asText || !tidy
      ? { ...table, notes: notesOf(readers, [], [], lines) }
      : tidied(table, readers, spool, lines, keepRowNumbers);
  return { ...file, spooled: spool.spooled };
}

/** Opens a file by its first bytes and its name. */
export async function openTable(path: string): Promise<TableSource> {
  const magic = readMagic(path, 4);
  if (isParquet(magic)) return openParquet(path);
  const name = nameWithin(path).toLowerCase();
  if (/\.(?:jsonl|ndjson)$/.test(name)) return openJsonLines(path);
  if (/\.parquet$/.test(name)) {
    const what = isGzip(magic) ? "gzip around Parquet; unpack it" : "not Parquet; write it again";
    throw dataError(path, `is ${what}`);
  }
  if ((await readBeginning(path)).trimStart().startsWith("{")) return openJsonLines(path);
  const tabs = /\.(?:tsv|tab)$/.test(name);
  return openDelimited(path, tabs ? "\t" : await findDelimiter(path));
}

/** @throws CellstateError `data` where two columns have one name. */
function nameColumns(columns: readonly string[], path: string): string[] {
  const names = columns.map((name, index) => name.trim() || `column ${index + 1}`);
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  if (twice >= 0) {
    const first = names.indexOf(names[twice]) + 1;
    throw dataError(
      path,
      `columns ${first} and ${twice + 1} are both named \`${names[twice]}\`; give each its own name`,
    );
  }
  return names;
}

/** Decides what each column is; reads those again whose first rows have misled. */
async function settle(
  path: string,
  source: TableSource,
  readers: readonly ColumnReader[],
  lines: string[],
): Promise<void> {
  const again = new Set<number>();
  for (const [column, reader] of readers.entries()) {
    const settled = reader.settle();
    if (settled.again) again.add(column);
    const { refusal, ambiguous, reading } = settled.verdict;
    if (refusal !== null) throw refusalError(path, source, reader, refusal);
    const { name, tally } = reader;
    if (ambiguous) {
      const text = tally.firstNotNumber?.text;
      lines.push(
        `\`${name}\` is left as words: "${text}" may begin with a day or a month; write it as 2014-01-31`,
      );
    } else if (reading.kind === "number" && reading.decimal === ",") {
      lines.push(`\`${name}\` has decimal commas`);
    } else if (reading.kind === "time") {
      if (reading.order !== "yearFirst") {
        const which = reading.order === "dayFirst" ? "day" : "month";
        lines.push(`\`${name}\` is read as dates with the ${which} first`);
      }
      if (tally.zoneless > 0) lines.push(`\`${name}\` names no time zone and is read as UTC`);
    }
  }
  if (again.size === 0) return;
  await source.read(
    (column, field, place) => {
      if (again.has(column)) readers[column].push(field, place);
    },
    (column) => again.has(column),
  );
}

function refusalError(
  path: string,
  { placeName }: TableSource,
  { name, tally }: ColumnReader,
  { spot, wanted, count, advice }: Refusal,
): Error {
  const got = JSON.stringify(spot.text.length > 60 ? `${spot.text.slice(0, 60)}…` : spot.text);
  const such = count === 1 ? "" : `; ${withCommas(count)} such of ${withCommas(tally.rows)}`;
  const advised =
    count === 1 ? advice : advice.replace("it or", "them or").replace("field", "fields");
  return dataError(
    path,
    `column \`${name}\`, ${placeName} ${spot.place}: expected ${wanted}, got ${got}${such}; ${advised}`,
  );
}

function tableOf(path: string, readers: readonly ColumnReader[]): Table {
  const columns = readers.map(({ name, reading, numbers, texts }): TableColumn => {
    if (reading.kind === "text") return { kind: "text", name, values: texts };
    return { kind: reading.kind, name, values: numbers };
  });
  return { name: basename(path), rows: columns[0]?.values.length ?? 0, columns };
}

/** Names under which people and programs number their rows. */
const ROW_NUMBER =
  /^(?:no\.?|nr\.?|#|id|idx|index|row|row ?(?:no|nr|num|number|id|names?)|obs|observation|unnamed: 0|column 1)$/i;

function tidied(
  table: Table,
  readers: readonly ColumnReader[],
  spool: Spool,
  lines: string[],
  keepRowNumbers: boolean,
): Table & { readonly notes: TableNotes } {
  const tallies = new Map(readers.map(({ name, tally }) => [name, tally]));
  const numbersRows = ({ kind, name }: TableColumn): boolean =>
    !keepRowNumbers &&
    kind === "number" &&
    tallies.get(name)?.counts === true &&
    ROW_NUMBER.test(name.replaceAll("_", " "));
  const dropped = table.columns.filter(numbersRows).map(({ name }) => name);
  if (dropped.length === table.columns.length) dropped.pop();
  for (const name of dropped) lines.push(`\`${name}\` only numbers the rows and is left out`);
  let columns = table.columns.filter(({ name }) => !dropped.includes(name));

  columns = columns.map((column): TableColumn => {
    const tally = tallies.get(column.name);
    if (column.kind !== "number" || tally === undefined) return column;
    const epoch = readEpoch(column, tally.smallest, tally.largest);
    if (epoch === null) return column;
    lines.push(`\`${column.name}\` is read as ${epoch.unit} since 1970`);
    return { kind: "time", name: column.name, values: epoch.values };
  });

  let joined: string[] = [];
  if (!columns.some(({ kind, name }) => kind === "time" || name === "time")) {
    const numbers = columns.filter((column): column is NumberColumn => column.kind === "number");
    const time = joinTime(numbers, spool);
    if (time !== null) {
      joined = time.from.map(({ name }) => name);
      const at = columns.findIndex(({ name }) => joined.includes(name));
      const column: TimeColumn = { kind: "time", name: "time", values: time.values };
      columns = columns.filter(({ name }) => !joined.includes(name)).toSpliced(at, 0, column);
      lines.push(`${list(joined)} ${joined.length === 1 ? "is" : "are joined as"} \`time\``);
    }
  }

  const times = columns.filter(({ kind }) => kind === "time");
  if (times.length === 1 && times[0].kind === "time" && descends(times[0])) {
    columns = columns.map(reversed);
    lines.push(`the newest row stood first: rows are read from the last to the first`);
  }
  return { ...table, columns, notes: notesOf(readers, dropped, joined, lines) };
}

function reversed(column: TableColumn): TableColumn {
  return column.kind === "text"
    ? { ...column, values: reverseValues(column.values) }
    : { ...column, values: reverseValues(column.values) };
}

function descends({ values }: TimeColumn): boolean {
  for (let row = 1; row < values.length; row++) {
    if (!((values.at(row) ?? 0) < (values.at(row - 1) ?? 0))) return false;
  }
  return values.length > 1;
}

function notesOf(
  readers: readonly ColumnReader[],
  dropped: readonly string[],
  joined: readonly string[],
  lines: readonly string[],
): TableNotes {
  const missing = readers
    .filter((reader) => reader.missing > 0)
    .map((reader) => ({ column: reader.name, count: reader.missing }));
  return { missing, dropped, joined, lines };
}

/** `a`, `b` and `c`. */
function list(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return [quoted.slice(0, -1).join(", "), ...quoted.slice(-1)].filter(Boolean).join(" and ");
}
