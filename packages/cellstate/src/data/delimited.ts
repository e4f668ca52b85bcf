/**
 * CSV and its kin: fields between commas, semicolons or tabs, a line of names above.
 *
 * Between commas and semicolons a field may stand in quotation marks, and then hold anything, line breaks too (RFC 4180). Between tabs it
 * holds no tab and no line break; marks around a whole field are taken off, all others are letters like any other.
 */
import { CsvError, parse } from "csv-parse";
import { dataError, readBeginning, readTextBytes } from "./bytes.ts";
import { countOf, parseNumber } from "./numbers.ts";
import type { PushField, TableSource } from "./tableSource.ts";
import { parseTime } from "./times.ts";

export type Delimiter = "," | ";" | "\t";

const DELIMITERS: readonly Delimiter[] = [",", ";", "\t"];
/** A record this long is a quotation mark that was never closed. */
const LONGEST_RECORD = 16 * 2 ** 20;
/** Rows that are looked at to tell a line of names from a row. */
const SAMPLE = 50;

const FIELD_NAMES: Readonly<Record<Delimiter, string>> = { ",": '","', ";": '";"', "\t": "a tab" };

/** The one that stands most often in the first line, outside quotation marks. */
export async function findDelimiter(path: string): Promise<Delimiter> {
  const text = await readBeginning(path);
  const line = text.split(/\r\n|\n|\r/, 20).find((candidate) => candidate.trim() !== "") ?? "";
  const bare = line.replaceAll(/"[^"]*"/g, "");
  const count = (delimiter: string): number => bare.split(delimiter).length;
  return DELIMITERS.reduce((best, next) => (count(next) > count(best) ? next : best));
}

/**
 * @param each Gets every record and the line on which it ends; false ends the reading.
 * @throws CellstateError as `readTextBytes` does; `data` for quotation marks out of place.
 */
export async function readRecords(
  path: string,
  delimiter: Delimiter,
  each: (fields: readonly string[], line: number) => boolean,
): Promise<void> {
  let stopped = false;
  let failure: unknown = null;
  let lastLine = 0;
  const quoted = delimiter !== "\t";
  const parser = parse({
    delimiter,
    quote: quoted ? '"' : null,
    trim: quoted,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
    on_record: (fields: string[], { lines }) => {
      if (stopped || failure !== null) return null;
      try {
        lastLine = lines;
        stopped = !each(quoted ? fields : fields.map(unquoted), lines);
      } catch (error) {
        failure = error;
      }
      return null;
    },
  });
  const ended = new Promise<void>((resolve) => {
    parser.on("error", (error) => {
      failure ??= error;
      resolve();
    });
    parser.on("end", resolve);
  });
  parser.resume();
  for await (const chunk of readTextBytes(path)) {
    if (!parser.write(chunk)) await new Promise((resolve) => setImmediate(resolve));
    if (stopped || failure !== null) break;
  }
  if (!stopped && failure === null) {
    parser.end();
    await ended;
  } else parser.destroy();
  if (failure !== null) throw quotationError(path, failure, lastLine + 1);
}

/** A field of a tab-separated row: the marks around the whole of it are a writer's. */
export function unquoted(field: string): string {
  const text = field.trim();
  if (!/^"(?:[^"]|"")*"$/.test(text)) return text;
  return text.slice(1, -1).replaceAll('""', '"').trim();
}

function quotationError(path: string, error: unknown, line: number): unknown {
  if (!(error instanceof CsvError)) return error;
  if (error.code === "CSV_QUOTE_NOT_CLOSED" || error.code === "CSV_MAX_RECORD_SIZE") {
    return dataError(
      path,
      `line ${line}: a quotation mark is opened here or later and never closed; ` +
        'close it, or write "" for a mark within a field',
    );
  }
  const at = typeof error.lines === "number" ? error.lines : line;
  return dataError(
    path,
    `line ${at}: a quotation mark within a field; put the whole field in marks and write "" for this one`,
  );
}

/** @throws CellstateError `data` where there are no names above the columns, or no rows below them. */
export async function openDelimited(path: string, delimiter: Delimiter): Promise<TableSource> {
  const sample: (readonly string[])[] = [];
  let firstLine = 1;
  await readRecords(path, delimiter, (fields, line) => {
    if (sample.push(fields) === 1) firstLine = line;
    return sample.length <= SAMPLE;
  });
  const [names, ...rows] = sample;
  if (names === undefined) throw dataError(path, "has no rows; name a file with something in it");
  const value = findValue(names, rows);
  if (value >= 0) {
    throw dataError(
      path,
      `line ${firstLine} should name the columns, but looks like a row ` +
        `(${JSON.stringify(names[value])} in column ${value + 1}); put a line of names above it`,
    );
  }
  if (rows.length === 0) throw dataError(path, "has a line of column names and no rows below it");
  return {
    columns: names,
    placeName: "line",
    decimalComma: delimiter === "," ? "never" : delimiter === ";" ? "likely" : "perhaps",
    async read(push: PushField) {
      const width = names.length;
      let above = true;
      await readRecords(path, delimiter, (fields, line) => {
        if (above) {
          above = false;
          return true;
        }
        if (fields.length !== width) throw ragged(path, fields.length, width, line, delimiter);
        for (let i = 0; i < width; i++) push(i, fields[i], line);
        return true;
      });
    },
  };
}

function ragged(
  path: string,
  got: number,
  wanted: number,
  line: number,
  delimiter: Delimiter,
): Error {
  const advice =
    got < wanted
      ? "complete or remove the line"
      : delimiter === "\t"
        ? "remove what is too much"
        : `remove what is too much, or put a field with ${FIELD_NAMES[delimiter]} in it in quotation marks`;
  return dataError(
    path,
    `line ${line}: ${countOf(got, "field")}, the line of names has ${wanted}; ${advice}`,
  );
}

/**
 * Which of the names is a value instead: a number over numbers, a time over times, or a word that stands below itself; −1 where none
 * is. Years in a row (1960, 1961 …) are names.
 */
export function findValue(names: readonly string[], rows: readonly (readonly string[])[]): number {
  const numbers = names.map(parseNumber).filter((value) => value !== undefined);
  const counting =
    numbers.length > 2 && numbers.every((value, i) => i === 0 || value === numbers[i - 1] + 1);
  return names.findIndex((name, column) => {
    const below = rows.map((row) => row[column] ?? "").filter((field) => field !== "");
    if (parseNumber(name) !== undefined) {
      const count = below.filter((field) => parseNumber(field) !== undefined).length;
      return !counting && (below.length === 0 || count > below.length / 2);
    }
    if (parseTime(name, "yearFirst") !== undefined) {
      return below.length === 0 || below.some((f) => parseTime(f, "yearFirst") !== undefined);
    }
    return name !== "" && below.includes(name);
  });
}
