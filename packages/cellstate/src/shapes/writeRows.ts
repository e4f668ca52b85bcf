/** Rows of predictions into a file or onto standard output: CSV, TSV, JSON Lines, or columns for people. */

import { once } from "node:events";
import { writeTextAtomically } from "../files/atomicWrite.ts";
import type { Output } from "../terminal/terminal.ts";
import { displayWidth, padEnd, truncate, withoutControls } from "../terminal/text.ts";
import type { PredictionRows } from "./predict.ts";

export type RowFormat = "csv" | "tsv" | "jsonl";

/** Which a file's name asks for; null for none. */
export function rowFormatOf(path: string): RowFormat | null {
  if (/\.csv$/i.test(path)) return "csv";
  if (/\.(?:tsv|tab)$/i.test(path)) return "tsv";
  return /\.(?:jsonl|ndjson)$/i.test(path) ? "jsonl" : null;
}

/**
 * Writes rows as they come; the file is there when all are, or as it was before.
 *
 * @returns How many.
 * @throws CellstateError `file-access`; and whatever the rows throw.
 */
export async function writeRowFile(
  path: string,
  format: RowFormat,
  { columns, rows }: PredictionRows,
): Promise<number> {
  let count = 0;
  function* lines(): Generator<string> {
    if (format !== "jsonl") yield lineOf(columns, format);
    for (const { cells, json } of rows) {
      count++;
      yield format === "jsonl" ? `${JSON.stringify(json)}\n` : lineOf(cells, format);
    }
  }
  await writeTextAtomically(path, lines());
  return count;
}

export function lineOf(cells: readonly (string | number)[], format: "csv" | "tsv"): string {
  const [between, special] = format === "csv" ? [",", /[",\r\n]|^\s|\s$/] : ["\t", /["\t\r\n]/];
  const fields = cells.map((cell) => {
    const text = String(cell);
    return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${fields.join(between)}\n`;
}

/** Rows from which the columns' widths and kinds are taken. */
const LOOKED = 200;
const WIDEST = 60;
/** Of a column of texts that is cut. */
const NARROWEST = 8;
const BETWEEN = "  ";

/** Prints rows in columns; on a terminal what does not fit is cut: texts first, numbers last. Waits where a reader is slow. */
export async function printRows(table: PredictionRows, out: Output): Promise<void> {
  const waiting: (readonly string[])[] = [table.columns];
  const isText = table.columns.map(() => false);
  let widths: number[] | null = null;
  const print = async (row: readonly string[], of: readonly number[]): Promise<void> => {
    const line = row.map((cell, at) => {
      const shown = out.live && isText[at] ? truncate(cell, of[at]) : cell;
      return at === row.length - 1 ? shown : padEnd(shown, of[at]);
    });
    const text = line.join(BETWEEN);
    const fits = out.live ? truncate(text, out.width) : text;
    if (!out.write(`${fits}\n`)) await once(out.stream, "drain");
  };
  const flush = async (): Promise<number[]> => {
    const wanted = table.columns.map((_, at) => {
      const widest = Math.max(...waiting.map((row) => displayWidth(row[at])));
      return at === table.columns.length - 1 ? widest : Math.min(WIDEST, widest);
    });
    const of = out.live ? narrowed(wanted, isText, out.width) : wanted;
    for (const row of waiting) await print(row, of);
    return of;
  };
  for (const { cells } of table.rows) {
    if (widths === null) {
      cells.forEach((each, at) => {
        isText[at] ||= typeof each === "string";
      });
    }
    const row = cells.map((cell) => withoutControls(shownCell(cell)).replaceAll("\n", " "));
    if (widths !== null) await print(row, widths);
    else if (waiting.push(row) > LOOKED) widths = await flush();
  }
  if (widths === null) await flush();
}

/** The widest of the texts gives first. */
export function narrowed(
  wanted: readonly number[],
  isText: readonly boolean[],
  width: number,
): number[] {
  const of = wanted.map((each, at) => (isText[at] ? Math.min(each, width) : each));
  let over = of.reduce((sum, each) => sum + each, 0) + BETWEEN.length * (of.length - 1) - width;
  for (; over > 0; over--) {
    const most = Math.max(...of.filter((each, at) => isText[at] && each > NARROWEST));
    if (most === Number.NEGATIVE_INFINITY) return of;
    of[of.findIndex((each, at) => isText[at] && each === most)]--;
  }
  return of;
}

function shownCell(cell: string | number): string {
  return typeof cell === "number" && !Number.isInteger(cell)
    ? String(Number(cell.toPrecision(4)))
    : String(cell);
}
