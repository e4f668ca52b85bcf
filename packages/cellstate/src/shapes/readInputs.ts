/** Reads what a trained model is to predict from or to be judged by: a file such as it was trained on, with what is right in it or without. */
import { basename } from "node:path";
import {
  type AnyTask,
  CellstateError,
  type GenerationTask,
  type Row,
  rowsOf,
  type TextClassificationTask,
  type Values,
} from "@cellstate/core";
import { findColumns } from "../data/findColumns.ts";
import { isFolder } from "../data/folders.ts";
import { readLabelledTexts } from "../data/labelledTexts.ts";
import { readLines } from "../data/lines.ts";
import { lookAt } from "../data/lookAt.ts";
import { readSeriesFile } from "../data/readSeries.ts";
import { readTable, type TableFile } from "../data/readTable.ts";
import { shownPath } from "../files/fileError.ts";
import { numbersOf, targetOf } from "./fitRows.ts";
import { tokensOf } from "./pairsAsTags.ts";
import type { DataRecord, TaskData } from "./taskData.ts";

/** @throws CellstateError as the readers do; `data` where a column that the model reads is missing. */
export async function readInputs(
  task: AnyTask,
  path: string,
  record: DataRecord,
): Promise<TaskData> {
  const name = basename(path);
  switch (task.kind) {
    case "forecasting":
      return { kind: task.kind, task, name, table: await readTable(path) };
    case "row-classification":
    case "row-regression":
      return readRows(task, path, record);
    case "sequence-classification":
    case "sequence-regression": {
      const { series, labels } = await readSeriesFile(path);
      if (task.kind === "sequence-classification") {
        return { kind: task.kind, task, name, inputs: series, targets: labels };
      }
      return {
        kind: task.kind,
        task,
        name,
        inputs: series,
        targets: labels && numbersOf(labels, name),
      };
    }
    case "text-classification": {
      const { texts, labels } = await textsAndLabels(task, path, record);
      return { kind: task.kind, task, name, inputs: texts, targets: labels };
    }
    case "generation": {
      const { texts, labels } = await textsAndLabels(task, path, record);
      // Lines by themselves are labels to write from.
      return labels === null
        ? { kind: task.kind, task, name, inputs: texts, targets: null }
        : { kind: task.kind, task, name, inputs: labels, targets: texts };
    }
    case "transduction": {
      const { texts, others } = await pairsOf(path);
      return { kind: task.kind, task, name, inputs: texts, targets: others };
    }
    case "tagging": {
      const { texts, others } = await pairsOf(path);
      const words = readsWords(task.toJson(), texts);
      const inputs = tokensOf(texts, words);
      return { kind: task.kind, task, name, inputs, targets: others && tokensOf(others, words) };
    }
  }
}

async function readRows(
  task: Extract<AnyTask, { kind: "row-classification" | "row-regression" }>,
  path: string,
  record: DataRecord,
): Promise<TaskData> {
  const table = await readTable(path);
  const name = basename(path);
  const columns = columnsRead(task);
  const inputs: Values<Row> = rowsOf(table, columns);
  const target = table.columns.find((column) => column.name === record.target);
  const targets = target ? targetOf(target.values) : null;
  if (task.kind === "row-classification") {
    return { kind: task.kind, task, name, inputs, targets: targets?.labels ?? null };
  }
  return { kind: task.kind, task, name, inputs, targets: targets?.numbers ?? null };
}

/** What a task's file says of the columns it reads. */
export function columnsRead(task: AnyTask): string[] {
  const { input } = task.toJson();
  const columns: unknown = Reflect.get(Object(input), "columns");
  if (!Array.isArray(columns)) return [];
  return columns.map((column) => String(Reflect.get(Object(column), "name")));
}

/** Whether a tagger's tokens are words: some of its items have more than one character. */
function readsWords({ input }: ReturnType<AnyTask["toJson"]>, texts: Values<string>): boolean {
  const items: unknown = Reflect.get(Object(input), "items");
  const long = Array.isArray(items) && items.some((item) => Array.from(String(item)).length > 1);
  return long && texts.length > 0;
}

const BARE = /\.(?:txt|text)(?:\.gz)?$/i;
const TABLES = /\.(?:csv|jsonl|ndjson|parquet)(?:\.gz)?$/i;

interface TextsAndLabels {
  readonly texts: Values<string>;
  readonly labels: Values<string> | null;
}

async function textsAndLabels(
  task: TextClassificationTask | GenerationTask,
  path: string,
  record: DataRecord,
): Promise<TextsAndLabels> {
  if (isFolder(path)) return readLabelledTexts(path);
  const known = new Set(task.labels ?? []);
  const hasNames = record.text !== null && !BARE.test(path);
  if (!hasNames && !TABLES.test(path)) return splitLines(path, (field) => known.has(field));
  const table = await readTable(path, { columns: "text" });
  // A model that learnt from files without names takes what looks like texts and labels.
  const found = record.text === null ? findColumns(table, {}) : record;
  const { text: textName = null, label: labelName = null } = found ?? {};
  // A model that writes is told labels; the texts are there where it is judged.
  const [wanted, other] =
    task.kind === "generation" ? [labelName, textName] : [textName, labelName];
  const read = column(table, wanted, path);
  const beside = table.columns.find(({ name }) => name === other && name !== null);
  const second = beside?.kind === "text" ? beside.values : null;
  if (task.kind === "generation") {
    return second === null ? { texts: read, labels: null } : { texts: second, labels: read };
  }
  return { texts: read, labels: second };
}

/** A column by its name; where none is known, the only one of words. */
function column(table: TableFile, name: string | null, path: string): Values<string> {
  const words = table.columns.flatMap((each) => (each.kind === "text" ? [each] : []));
  const found =
    name === null && words.length === 1 ? words[0] : words.find((each) => each.name === name);
  if (found) return found.values;
  const there = words.slice(0, 8).map((each) => `\`${each.name}\``);
  throw new CellstateError(
    "data",
    `${shownPath(path)}: column \`${name ?? "text"}\` is missing, there ${there.length === 1 ? "is" : "are"} ${there.join(", ")}; the model reads \`${name ?? "text"}\``,
  );
}

/** Lines of texts, or of a text and a label with a tab between, whichever side the label is. */
async function splitLines(
  path: string,
  isLabel: (field: string) => boolean,
): Promise<TextsAndLabels> {
  const { texts, others } = await pairsOf(path);
  if (others === null) return { texts, labels: null };
  let first = 0;
  let second = 0;
  for (let index = 0; index < texts.length; index++) {
    if (isLabel(texts.at(index) ?? "")) first++;
    if (isLabel(others.at(index) ?? "")) second++;
  }
  return first > second ? { texts: others, labels: texts } : { texts, labels: others };
}

/** One text a line, or two with a tab between; the columns of a table with names. */
async function pairsOf(
  path: string,
): Promise<{ readonly texts: Values<string>; readonly others: Values<string> | null }> {
  if (TABLES.test(path)) {
    const looked = await lookAt([path], { task: "transduction" });
    if (looked.kind === "pairs") return { texts: looked.data.sources, others: looked.data.targets };
  }
  const texts: string[] = [];
  const others: string[] = [];
  await readLines(path, (line, number) => {
    if (line.trim() === "") return;
    const [text, other] = line.split("\t").map((field) => field.trim());
    if (texts.length > 0 && (other === undefined) !== (others.length === 0)) {
      const have = other === undefined ? "has one field" : "has two fields";
      throw new CellstateError(
        "data",
        `${shownPath(path)}: line ${number} ${have}, those before it have not; give all lines alike`,
      );
    }
    texts.push(text);
    if (other !== undefined) others.push(other);
  });
  return { texts, others: others.length > 0 ? others : null };
}
