/**
 * A folder of CSV files, each a sequence: a row a step, a column a channel. Its label is the name of the folder within the folder in which it
 * lies, or stands in a file labels.csv beside the files: name, label.
 */
import { basename, extname, join, relative } from "node:path";
import type { Table } from "@cellstate/core";
import { accessError } from "../files/fileError.ts";
import { dataError } from "./bytes.ts";
import { isFolder, listFilesWith, listNames } from "./folders.ts";
import { countOf } from "./numbers.ts";
import { readTable } from "./readTable.ts";
import type { SeriesFile } from "./seriesText.ts";
import { Spool, type SpoolOptions } from "./spool.ts";
import { type SeriesInput, SeriesStore, TextStore } from "./stores.ts";

const TABLES = /\.(?:csv|tsv)(?:\.gz)?$/i;
const LABELS = /^labels\.csv$/i;

/** A file and its label, null where nothing says it. */
interface LabelledFile {
  readonly path: string;
  readonly label: string | null;
}

/**
 * @throws CellstateError as `readTable` does; `data` where a file lacks a column that the first one has, has words, or has no label;
 * `file-access` where there are no files.
 */
export async function readSeriesFolder(
  path: string,
  options: SpoolOptions = {},
): Promise<SeriesFile> {
  const files = await labelledFiles(path);
  if (files.length === 0)
    throw accessError(path, "a folder without CSV files; name one that has some");
  const labelled = files.filter(({ label }) => label !== null).length;
  if (labelled > 0 && labelled < files.length) {
    const bare = files.find(({ label }) => label === null)?.path ?? path;
    throw dataError(bare, "has no label; name it in labels.csv, or put it into its label's folder");
  }
  const first = await readTable(files[0].path);
  const columns = first.columns.filter(({ kind }) => kind === "number").map(({ name }) => name);
  if (columns.length === 0) throw dataError(files[0].path, "has no column of numbers");
  const kinds = Object.fromEntries(columns.map((name) => [name, "number" as const]));
  const spool = new Spool(options);
  const series = new SeriesStore(spool, columns.length);
  const labels = new TextStore(spool);
  for (const file of files) {
    const table = await readTable(file.path, { tidy: false, kinds });
    series.append(seriesOf(file.path, table, columns, basename(files[0].path)));
    if (file.label !== null) labels.append(file.label);
  }
  const words = first.columns
    .filter(({ kind }) => kind === "text")
    .map(({ name }) => `\`${name}\``);
  const notes = [...first.notes.lines];
  if (words.length > 0) notes.push(`${words.join(", ")}: words, left out`);
  const names = files.map((file) => relative(path, file.path));
  return { columns, series, names, labels: labelled > 0 ? labels : null, notes };
}

/**
 * A file of its own as one sequence.
 *
 * @param columns What a model reads: columns of these names, else as many columns of numbers.
 * @throws CellstateError `data` where the file has neither.
 */
export async function readOneSeries(path: string, columns: readonly string[]): Promise<SeriesFile> {
  const kinds = Object.fromEntries(columns.map((name) => [name, "number" as const]));
  const table = await readTable(path, { tidy: false, kinds });
  const numbers = table.columns.filter(({ kind }) => kind === "number").map(({ name }) => name);
  const named = columns.every((name) => numbers.includes(name));
  if (!named && numbers.length !== columns.length) {
    throw dataError(
      path,
      `is no sequence of ${countOf(columns.length, "channel")}, it has ${countOf(numbers.length, "column")} of numbers; give a folder of CSV files, a .ts file or a CSV file with a column for each channel`,
    );
  }
  const series = [seriesOf(path, table, named ? columns : numbers, basename(path))];
  return { columns, series, labels: null, notes: table.notes.lines };
}

function seriesOf(
  path: string,
  { columns, rows }: Table,
  names: readonly string[],
  first: string,
): SeriesInput {
  const values = new Float32Array(rows * names.length);
  names.forEach((name, at) => {
    const column = columns.find((candidate) => candidate.name === name);
    if (column?.kind !== "number") {
      throw dataError(path, `no column \`${name}\`, which ${first} has; give all files the same`);
    }
    for (let row = 0; row < rows; row++) {
      values[row * names.length + at] = column.values.at(row) ?? Number.NaN;
    }
  });
  return { steps: rows, values };
}

async function labelledFiles(path: string): Promise<LabelledFile[]> {
  const folders = listNames(path).filter((name) => isFolder(join(path, name)));
  const within = folders.flatMap((label) =>
    listFilesWith(join(path, label), TABLES).map((file) => ({ path: file, label })),
  );
  const here = listFilesWith(path, TABLES);
  const list = here.find((file) => LABELS.test(basename(file)));
  const beside = here.filter((file) => file !== list);
  if (list === undefined)
    return [...beside.map((file) => ({ path: file, label: null })), ...within];
  const labels = await readLabelList(list);
  const named = beside.map((file) => {
    const name = basename(file);
    return { path: file, label: labels.get(name) ?? labels.get(withoutEnding(name)) ?? null };
  });
  return [...named, ...within];
}

function withoutEnding(name: string): string {
  const unpacked = name.replace(/\.gz$/i, "");
  return basename(unpacked, extname(unpacked));
}

async function readLabelList(path: string): Promise<Map<string, string>> {
  const { columns, rows } = await readTable(path, { columns: "text" });
  const [names, labels] = columns;
  if (columns.length !== 2) {
    throw dataError(path, `${columns.length} columns; give two, the files' names and their labels`);
  }
  const list = new Map<string, string>();
  for (let row = 0; row < rows; row++)
    list.set(String(names.values.at(row)), String(labels.values.at(row)));
  return list;
}
