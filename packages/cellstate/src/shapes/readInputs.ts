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
import { nameWithin } from "../data/bytes.ts";
import { type Delimiter, findDelimiter, readRecords } from "../data/delimited.ts";
import { findColumns } from "../data/findColumns.ts";
import { isFolder } from "../data/folders.ts";
import { readLabelledTexts } from "../data/labelledTexts.ts";
import { readLines } from "../data/lines.ts";
import { isColumnName } from "../data/lookAt.ts";
import { findSeries, readSeriesFile } from "../data/readSeries.ts";
import { readTable, type TableFile } from "../data/readTable.ts";
import { readOneSeries } from "../data/seriesFolder.ts";
import { shownPath } from "../files/fileError.ts";
import { numbersOf, targetOf } from "./fitRows.ts";
import { learntWords, tokensOf } from "./pairsAsTags.ts";
import { type DataRecord, NO_RECORD, type TaskData } from "./taskData.ts";

/**
 * @param say Told what else than the named file is read.
 * @throws CellstateError as the readers do; `data` where a column that the model reads is missing.
 */
export async function readInputs(
  task: AnyTask,
  path: string,
  record: DataRecord,
  say: (note: string) => void = () => {},
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
      const { series, labels, names } = await readSequences(task, path, say);
      if (task.kind === "sequence-classification") {
        return { kind: task.kind, task, name, inputs: series, targets: labels, names };
      }
      return {
        kind: task.kind,
        task,
        name,
        inputs: series,
        names,
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
      const { texts, others } = await pairsOf(path, record);
      return { kind: task.kind, task, name, inputs: texts, targets: others };
    }
    case "tagging": {
      const { texts, others } = await pairsOf(path, record);
      const words = learntWords(task);
      const inputs = tokensOf(texts, words);
      return { kind: task.kind, task, name, inputs, targets: others && tokensOf(others, words) };
    }
  }
}

/** Of a folder with data to learn from and data to test on, the latter; a table by itself is one sequence. */
async function readSequences(task: AnyTask, path: string, say: (note: string) => void) {
  if (isFolder(path)) {
    const test = findSeries(path)?.test ?? null;
    if (test === null) return readSeriesFile(path);
    say(`${shownPath(path)}: reading ${basename(test)}, what is there to test on`);
    return readSeriesFile(test);
  }
  if (!/\.(?:csv|tsv)$/i.test(nameWithin(path))) return readSeriesFile(path);
  return readOneSeries(path, columnsRead(task));
}

async function readRows(
  task: Extract<AnyTask, { kind: "row-classification" | "row-regression" }>,
  path: string,
  record: DataRecord,
): Promise<TaskData> {
  const table = await readTable(path);
  const name = basename(path);
  const columns = columnsRead(task);
  const inputs: Values<Row> = rowsOf(table, columns, columns);
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

interface TextPairs {
  readonly texts: Values<string>;
  readonly others: Values<string> | null;
}

/** One text a line, or two with a tab between; the columns of a table, with names above them or a single one without. */
async function pairsOf(path: string, record: DataRecord = NO_RECORD): Promise<TextPairs> {
  const name = nameWithin(path);
  const tabs = /\.(?:tsv|tab)$/i.test(name);
  if (/\.csv$/i.test(name) || (tabs && record.text !== null)) {
    return pairsOfColumns(path, tabs ? "\t" : await findDelimiter(path), record);
  }
  if (TABLES.test(path)) {
    const { columns } = await readTable(path, { columns: "text" });
    const of = (wanted: string | null, at: number): Values<string> | null => {
      const found = columns.find((each) => each.name === wanted) ?? columns[at];
      return found?.kind === "text" ? found.values : null;
    };
    const texts = of(record.text, 0);
    if (texts !== null) return { texts, others: of(record.label, 1) };
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

async function pairsOfColumns(
  path: string,
  delimiter: Delimiter,
  record: DataRecord,
): Promise<TextPairs> {
  const texts: string[] = [];
  const others: string[] = [];
  let width = 0;
  let from = 0;
  let to = 1;
  await readRecords(path, delimiter, (fields, line) => {
    if (width === 0) {
      width = fields.length;
      const known = record.text === null ? -1 : fields.indexOf(record.text);
      if (known >= 0) {
        from = known;
        to = record.label === null ? -1 : fields.indexOf(record.label);
        return true;
      }
      if (width > 2) {
        const wanted = record.text === null ? "" : ` named \`${record.text}\``;
        throw new CellstateError(
          "data",
          `${shownPath(path)}: ${width} columns and none${wanted} to read from; give that one, or the only one`,
        );
      }
      // Two columns have names above them; a single one need not.
      if (width === 2 || isColumnName(fields[0])) return true;
    }
    if (fields.length !== width) {
      throw new CellstateError(
        "data",
        `${shownPath(path)}: line ${line}: ${fields.length} fields, the first line has ${width}; put a text with "${delimiter}" in it in quotation marks`,
      );
    }
    texts.push(fields[from]);
    if (to >= 0 && to < width) others.push(fields[to]);
    return true;
  });
  return { texts, others: others.length > 0 ? others : null };
}
