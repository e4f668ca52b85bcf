/** A small table that was typed or dropped: a line of names, then a row a line, between commas, semicolons or tabs. */
import { CellstateError, type Table, type TableColumn } from "@cellstate/core";
import { type DateOrder, isMissing, parseNumber, parseTime } from "cellstate/fields";
import { parse } from "csv-parse/browser/esm/sync";

/** What is read of it: by its name, what a column holds. */
export type ColumnKinds = Readonly<Record<string, TableColumn["kind"]>>;

const DELIMITERS = ["\t", ";", ","] as const;
const DATE_ORDERS: readonly DateOrder[] = ["yearFirst", "dayFirst", "monthFirst"];
/** Names of columns that a message lists. */
const MOST_NAMED = 8;

/**
 * @param kinds The columns that are wanted; others are passed over.
 * @throws CellstateError `data`: no rows, a wanted column that is missing, a field that is not of its kind.
 */
export function tableFrom(text: string, kinds: ColumnKinds): Table {
  const records = recordsOf(text);
  const [names = [], ...rows] = records;
  const wanted = Object.keys(kinds);
  if (rows.length === 0) {
    throw new CellstateError(
      "data",
      `the table: expected a line of names (${wanted.slice(0, MOST_NAMED).join(", ")}) and rows below it; there are ${records.length} lines`,
    );
  }
  const ragged = rows.findIndex((row) => row.length !== names.length);
  if (ragged >= 0) {
    throw new CellstateError(
      "data",
      `the table: row ${ragged + 1} has ${rows[ragged].length} fields, the line of names ${names.length}`,
    );
  }
  const columns = wanted.map((name) => {
    const at = names.indexOf(name);
    if (at < 0) {
      throw new CellstateError(
        "data",
        `the table: no column "${name}" among ${names.slice(0, MOST_NAMED).join(", ")}`,
      );
    }
    return columnOf(
      name,
      kinds[name],
      rows.map((row) => row[at]),
    );
  });
  return { name: "the table", rows: rows.length, columns };
}

function recordsOf(text: string): string[][] {
  const [head = ""] = text.trimStart().split("\n", 1);
  const delimiter = DELIMITERS.find((each) => head.includes(each)) ?? ",";
  const options = { delimiter, trim: true, skip_empty_lines: true, relax_column_count: true };
  try {
    return parse(text, { ...options, bom: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CellstateError("data", `the table: ${why}`);
  }
}

function columnOf(name: string, kind: TableColumn["kind"], fields: string[]): TableColumn {
  if (kind === "text") return { kind, name, values: fields };
  const values = kind === "number" ? fields.map(numberIn) : timesIn(fields);
  const wrong = values.indexOf(undefined);
  if (wrong >= 0) {
    const what = kind === "number" ? "a number" : "a time such as 2024-01-31T12:00";
    throw new CellstateError(
      "data",
      `the table: row ${wrong + 1}, column "${name}": expected ${what}, got "${fields[wrong].slice(0, 40)}"`,
    );
  }
  return { kind, name, values: values as number[] };
}

function numberIn(field: string): number | undefined {
  return isMissing(field) ? Number.NaN : parseNumber(field);
}

/** In the order in which all are times; else in the first. */
function timesIn(fields: readonly string[]): (number | undefined)[] {
  const read = DATE_ORDERS.map((order) => fields.map((field) => parseTime(field, order)?.seconds));
  return read.find((times) => !times.includes(undefined)) ?? read[0];
}
