/** Rows of a table to learn from: which columns are read, which rows have a target, and their times where they have some. */
import { CellstateError, type Row, rowsOf, type Values, valuesAt } from "@cellstate/core";
import type { LookedRows } from "../data/looked.ts";
import { isComputable } from "../data/numbers.ts";
import { shownPath } from "../files/fileError.ts";
import { grouped } from "../terminal/text.ts";
import { listOf, type ShapeSettings } from "./shape.ts";

export interface RowsToLearn {
  readonly rows: Values<Row>;
  readonly columns: readonly string[];
  readonly target: { readonly numbers: Values<number>; readonly labels: Values<string> };
  /** Seconds; null where there is no column of times. */
  readonly times: Values<number> | null;
  readonly notes: readonly string[];
}

/** Words that differ from row to row say nothing of others. */
const MANY_WORDS = 200;
const MANY_SHARE = 0.1;

export function rowsToLearn(looked: LookedRows, settings: ShapeSettings): RowsToLearn {
  const { table, target } = looked;
  const path = shownPath(looked.paths[0]);
  const notes: string[] = [];
  const asked = listOf(settings.columns);
  if (asked?.includes(target)) {
    throw new CellstateError("option", `--columns: \`${target}\` is the target; leave it out`);
  }
  const columns =
    asked ??
    table.columns.flatMap((column) => {
      if (column.name === target) return [];
      if (column.kind === "number") return [column.name];
      const why = column.kind === "time" ? "it holds times" : whyNoCategories(column.values);
      if (why === null) return [column.name];
      notes.push(`\`${column.name}\` is left out: ${why}`);
      return [];
    });
  if (columns.length === 0) {
    throw new CellstateError("data", `${path}: no column to learn from beside \`${target}\``);
  }
  const column = table.columns.find(({ name }) => name === target);
  if (column === undefined) throw new CellstateError("data", `${path}: no column \`${target}\``);
  const { values } = column;
  const known: number[] = [];
  for (let row = 0; row < values.length; row++) {
    const value = values.at(row);
    if (value !== "" && !Number.isNaN(value)) known.push(row);
  }
  const without = table.rows - known.length;
  if (without > 0) notes.push(`${grouped(without)} rows without \`${target}\` are left out`);
  const which = Int32Array.from(known);
  const time = table.columns.find(({ kind }) => kind === "time");
  if (time) notes.push(`rows are held out by \`${time.name}\`: the last ones`);
  const { numbers, labels } = targetOf(values);
  return {
    rows: valuesAt(rowsOf(table, columns), which),
    columns,
    target: { numbers: valuesAt(numbers, which), labels: valuesAt(labels, which) },
    times: time?.kind === "time" ? valuesAt(time.values, which) : null,
    notes,
  };
}

/** A column as numbers and as labels; NaN and "" where it is missing. */
export function targetOf(values: Values<number | string>): {
  readonly numbers: Values<number>;
  readonly labels: Values<string>;
} {
  const { length } = values;
  return {
    numbers: {
      length,
      at: (row) => {
        const value = values.at(row);
        return typeof value === "string" ? (value === "" ? Number.NaN : Number(value)) : value;
      },
    },
    labels: {
      length,
      at: (row) => {
        const value = values.at(row);
        return value === undefined ? undefined : Number.isNaN(value) ? "" : String(value);
      },
    },
  };
}

/**
 * The labels of sequences as numbers.
 *
 * @throws CellstateError `data` for the first that is none, by its place in the whole file.
 */
export function numbersOf(labels: Values<string>, name: string): Values<number> {
  const numbers = new Float64Array(labels.length);
  for (let index = 0; index < labels.length; index++) {
    const label = labels.at(index)?.trim() ?? "";
    const number = label === "" ? Number.NaN : Number(label);
    if (!isComputable(number)) {
      throw new CellstateError(
        "data",
        `${shownPath(name)}: example ${index + 1}: expected a number as its label, got ${JSON.stringify(label)}; correct it or take the example out`,
      );
    }
    numbers[index] = number;
  }
  return numbers;
}

function whyNoCategories(values: Values<string>): string | null {
  const seen = new Set<string>();
  const most = Math.max(MANY_WORDS, values.length * MANY_SHARE);
  for (let row = 0; row < values.length && seen.size <= most; row++) seen.add(values.at(row) ?? "");
  const few = seen.size <= Math.min(most, 2000) && (seen.size < values.length || values.length < 8);
  return few ? null : "its words are different in too many rows";
}
