/** What a table with named columns is for: a series to forecast, texts to label, pairs, or rows with a target. */
import { CellstateError, type TableColumn, type TimeColumn } from "@cellstate/core";
import { shownPath } from "../files/fileError.ts";
import { dataError } from "./bytes.ts";
import {
  countClasses,
  findColumns,
  findPairColumns,
  findSeriesTarget,
  findTarget,
  mustHave,
} from "./findColumns.ts";
import { type LabelledTexts, readLabelledTexts } from "./labelledTexts.ts";
import type { Looked, LookedRows, LookedSeriesTable, LookOptions } from "./looked.ts";
import { countOf, withCommas } from "./numbers.ts";
import { readPairs } from "./pairs.ts";
import { readTable, type TableFile } from "./readTable.ts";
import { findTimeStep, nearlyAscends, type TimeStep } from "./timeStep.ts";

/** Whole numbers with no more different values than this are classes … */
const MOST_NUMBER_CLASSES = 20;
/** … where each stands so many times. */
const CLASS_REPEATS = 5;
/** Words with more different values are no classes. */
const MOST_WORD_CLASSES = 1000;

/** @throws CellstateError as `readTable` does; `option` where a named column is not there; `data` where nothing can be learnt from the table. */
export async function lookAtTable(path: string, options: LookOptions): Promise<Looked> {
  const table = await readTable(path, options);
  if (options.time !== undefined) return seriesTable(path, table, options);
  const time = table.columns.find((column): column is TimeColumn => column.kind === "time");
  const step = time ? findTimeStep(time.values) : null;
  const even = step !== null && step.name !== "at irregular times";
  const wantsLabel = options.text !== undefined || options.label !== undefined;
  if (!wantsLabel && even && hasNumbers(table)) return seriesTable(path, table, options);
  const found = findColumns(table, { ...options, label: options.label ?? options.target });
  if (
    found !== null &&
    (wantsLabel || options.target === undefined || options.target === found.label)
  ) {
    return labelled(
      path,
      await readLabelledTexts(path, { ...options, ...found }),
      "text-classification",
    );
  }
  if (options.text === undefined && options.label !== undefined) {
    return rows(path, table, { ...options, task: "row-classification", target: options.label });
  }
  const pair = options.target === undefined ? findPairColumns(table) : null;
  if (pair !== null) {
    return pairColumns(path, pair, "transduction", options);
  }
  const ascends = step !== null || (time !== undefined && nearlyAscends(time.values));
  if (ascends && hasNumbers(table)) return seriesTable(path, table, options);
  const looked = rows(path, table, options);
  if (time === undefined) return looked;
  const note = `\`${time.name}\` does not ascend from row to row: the rows are taken for no series`;
  return { ...looked, notes: [...looked.notes, note] };
}

/** Two columns as pairs of texts, as they are written. */
export async function pairColumns(
  path: string,
  pair: { readonly source: string; readonly target: string },
  task: "transduction" | "tagging",
  options: LookOptions,
): Promise<Looked> {
  const data = await readPairs(path, { ...options, columns: pair });
  const reason = `${countOf(data.sources.length, "row")}, from \`${pair.source}\` to \`${pair.target}\``;
  return { kind: "pairs", task, paths: [path], data, reason, notes: data.notes };
}

function hasNumbers(table: TableFile): boolean {
  return table.columns.some(({ kind }) => kind === "number");
}

export function seriesTable(
  path: string,
  table: TableFile,
  options: LookOptions,
): LookedSeriesTable {
  const named = options.time === undefined ? undefined : mustHave(table, options.time);
  const time = named ?? table.columns.find(({ kind }) => kind === "time") ?? null;
  if (time !== null && time.kind !== "time") {
    throw new CellstateError(
      "option",
      `${shownPath(path)}: column \`${time.name}\` holds ${holds(time)}, not times; name another for --time`,
    );
  }
  const target =
    options.target === undefined ? findSeriesTarget(table) : mustHave(table, options.target);
  if (target === null || target.kind !== "number") {
    throw dataError(
      path,
      target === null
        ? "has no column of numbers to forecast"
        : `column \`${target.name}\` holds ${holds(target)}; forecasts are of numbers, name another --target`,
    );
  }
  const step: TimeStep | null = time === null ? null : findTimeStep(time.values);
  const reason = [
    countOf(table.rows, "row"),
    step?.name ?? (time === null ? "without times" : "not in the order of time"),
    `target ${target.name}`,
  ].join(", ");
  return {
    ...{ kind: "table", task: "forecasting", paths: [path], table, step, reason },
    ...{ time: time?.name ?? null, target: target.name, notes: table.notes.lines },
  };
}

export function rows(path: string, table: TableFile, options: LookOptions): LookedRows {
  const target = options.target === undefined ? findTarget(table) : mustHave(table, options.target);
  if (target === null || table.columns.length < 2) {
    throw dataError(
      path,
      "has one column; give one to learn from and one to predict, or --task language-model",
    );
  }
  const task =
    options.task === "row-classification" || options.task === "row-regression"
      ? options.task
      : taskOf(target, table.rows);
  if (task === "row-regression" && target.kind !== "number") {
    throw dataError(
      path,
      `column \`${target.name}\` holds ${holds(target)}, a regression's target numbers; name another --target`,
    );
  }
  const classes = countClasses(target, MOST_WORD_CLASSES);
  const most =
    classes > MOST_WORD_CLASSES ? `over ${withCommas(MOST_WORD_CLASSES)}` : withCommas(classes);
  const what =
    task === "row-regression" ? "a number" : classes === 1 ? "1 class" : `${most} classes`;
  return {
    ...{ kind: "rows", task, paths: [path], table, target: target.name, notes: table.notes.lines },
    reason: `${countOf(table.rows, "row")} of ${countOf(table.columns.length, "column")}, target ${target.name}: ${what}`,
  };
}

function taskOf(target: TableColumn, count: number): "row-classification" | "row-regression" {
  if (target.kind !== "number") return "row-classification";
  const classes = countClasses(target, MOST_NUMBER_CLASSES);
  const few = classes <= MOST_NUMBER_CLASSES && classes * CLASS_REPEATS <= count;
  return few ? "row-classification" : "row-regression";
}

function holds({ kind }: TableColumn): string {
  return kind === "text" ? "words" : kind === "time" ? "times" : "numbers";
}

/** Texts with labels: from text to label, or the other way. */
export function labelled(
  path: string,
  data: LabelledTexts,
  task: "text-classification" | "generation",
): Looked {
  const { columns, texts } = data;
  const labels = countClasses({ kind: "text", name: "", values: data.labels }, MOST_WORD_CLASSES);
  const most =
    labels > MOST_WORD_CLASSES ? `over ${withCommas(MOST_WORD_CLASSES)}` : withCommas(labels);
  const reason =
    columns === null
      ? `${withCommas(texts.length)} texts, ${most} labels`
      : `${withCommas(texts.length)} texts in \`${columns.text}\`, ${most} labels in \`${columns.label}\``;
  return { kind: "labelled-texts", task, paths: [path], data, reason, notes: data.notes };
}
