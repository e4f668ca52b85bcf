/**
 * Sees what data are and what can be learnt from them: from the names and first bytes of files, and from all of them where that decides. What a
 * person has settled (a task, a column) is followed.
 */
import { statSync } from "node:fs";
import { basename } from "node:path";
import { CellstateError, type Shape } from "@cellstate/core";
import { shownPath } from "../files/fileError.ts";
import { dataError, isGzip, nameWithin, readBeginning, readBytesOf, readMagic } from "./bytes.ts";
import { settledPair } from "./findColumns.ts";
import { isFolder, listFilesWith } from "./folders.ts";
import { isIdx, readIdx } from "./idx.ts";
import { readLabelledTexts } from "./labelledTexts.ts";
import { labelled, lookAtTable, pairColumns, rows, seriesTable } from "./lookAtTable.ts";
import {
  type DataTask,
  isShape,
  type Looked,
  type LookOptions,
  TASKS_OF_SHAPES,
} from "./looked.ts";
import { countOf } from "./numbers.ts";
import { type Pairs, readPairs } from "./pairs.ts";
import { isParquet } from "./parquet.ts";
import { findSeries, readSeriesFile } from "./readSeries.ts";
import { readTable } from "./readTable.ts";
import type { SeriesFile } from "./seriesText.ts";

const TABLE = /\.(?:csv|tsv|tab|jsonl|ndjson|parquet)$/i;
const SERIES =
  /^@(?:problemname|timestamps|univariate|dimensions?|equallength|serieslength|classlabel|targetlabel|data)\b/im;

/**
 * @param paths A file or a folder; several only of text, or of IDX images with their labels.
 * @throws CellstateError as the readers do; `option` where a task or column does not fit the data.
 */
export async function lookAt(paths: readonly string[], options: LookOptions = {}): Promise<Looked> {
  const [path] = paths;
  if (path === undefined) throw new RangeError("lookAt: no path");
  if (options.task === "language-model") return text(paths);
  if (paths.length > 1) return lookAtSeveral(paths, options);
  if (options.task !== undefined) {
    if (!isShape(options.task)) return follow(path, options.task, options);
    return followShape(path, options.task, options);
  }
  if (isFolder(path)) return lookAtFolder(path, options);
  if (isParquet(readMagic(path, 4))) return lookAtTable(path, options);
  if (await startsAsIdx(path)) return series(path, await readIdx(path));
  const name = nameWithin(path);
  const beginning = await readBeginning(path);
  if (!TABLE.test(name) && SERIES.test(beginning))
    return series(path, await readSeriesFile(path, options));
  if (/\.(?:csv|jsonl|ndjson)$/i.test(name) || holdsObject(beginning))
    return lookAtTable(path, options);
  if (isBarePairs(beginning)) return lookAtPairs(path, options);
  return TABLE.test(name) ? lookAtTable(path, options) : text(paths);
}

async function lookAtSeveral(paths: readonly string[], { task }: LookOptions): Promise<Looked> {
  const idx = paths.filter((path) => /idx[13]/.test(basename(path)));
  const images = idx.find((path) => /idx3/.test(basename(path)));
  const labels = idx.find((path) => /idx1/.test(basename(path)));
  if (paths.length === 2 && images !== undefined && labels !== undefined) {
    return series(images, await readIdx(images, labels));
  }
  if (task === undefined && !paths.some((path) => TABLE.test(nameWithin(path)))) return text(paths);
  throw new CellstateError(
    "option",
    `${shownPath(paths[1])}: the second file of data, one at a time is read; join them, or put sequences into a folder`,
  );
}

/** A person's task decides how the data are read. */
async function follow(path: string, task: DataTask, options: LookOptions): Promise<Looked> {
  switch (task) {
    case "language-model":
      return text([path]);
    case "forecasting":
      return seriesTable(path, await readTable(path, options), options);
    case "row-classification":
    case "row-regression":
      return rows(path, await readTable(path, options), options);
    case "text-classification":
    case "generation":
      return labelled(path, await labelledTexts(path, options), task);
    case "sequence-classification":
    case "sequence-regression":
      return { ...series(path, await readSeriesFile(path, options), testIn(path)), task };
    case "transduction":
    case "tagging": {
      const named = options.text !== undefined || options.label !== undefined;
      const bare =
        !named &&
        !isParquet(readMagic(path, 4)) &&
        isBarePairs(await readBeginning(path), "anything");
      if (bare) return pairs(path, await readPairs(path, options), task);
      const table = await readTable(path, { ...options, columns: "text" });
      const pair = settledPair(table, options);
      if (pair !== null) return pairColumns(path, pair, task, options);
      const { length } = table.columns;
      throw dataError(
        path,
        length < 2
          ? "has no two columns of texts; give two fields a line with a tab between"
          : `has ${length} columns; name the two of a pair with --text and --label`,
      );
    }
  }
}

/** Of the tasks that a shape stands for, the one that the data are seen to be for, or the only one that they can be. */
async function followShape(path: string, shape: Shape, options: LookOptions): Promise<Looked> {
  if (shape === "vec2vec") return rows(path, await readTable(path, options), options);
  if (shape === "vec2seq") return follow(path, "generation", options);
  const tasks: readonly DataTask[] = TASKS_OF_SHAPES[shape];
  const looked = await lookAt([path], { ...options, task: undefined });
  if (tasks.includes(looked.task)) return looked;
  if (looked.kind === "pairs") return follow(path, "text-classification", options);
  if (looked.kind === "labelled-texts") return follow(path, "transduction", options);
  throw new CellstateError(
    "option",
    `--task ${shape}: ${shownPath(path)} is seen as ${looked.reason}, for ${looked.task}; name a task: ${tasks.join(", ")}`,
  );
}

/** Texts and labels of a table with names, or of pairs without. */
async function labelledTexts(path: string, options: LookOptions) {
  if (isFolder(path) || isParquet(readMagic(path, 4))) return readLabelledTexts(path, options);
  const named = options.text !== undefined || options.label !== undefined;
  if (named || !isBarePairs(await readBeginning(path))) return readLabelledTexts(path, options);
  const side = fewerOf(await readPairs(path, options));
  return readLabelledTexts(path, { ...options, bare: side });
}

async function lookAtFolder(path: string, options: LookOptions): Promise<Looked> {
  const found = findSeries(path);
  if (found !== null)
    return series(found.path, await readSeriesFile(found.path, options), found.test);
  const files = listFilesWith(path, /\.txt$/i);
  const names = files.length > 1 ? await Promise.all(files.map(holdsNames)) : [];
  if (names.length > 1 && names.every(Boolean)) {
    return labelled(path, await readLabelledTexts(path, options), "text-classification");
  }
  return text([path]);
}

/** Lines of one to three words with no empty ones between: names, not prose or verse. */
async function holdsNames(path: string): Promise<boolean> {
  const lines = (await readBeginning(path)).trimEnd().split("\n");
  const words = lines.map((line) => line.split(/\s+/).filter(Boolean).length);
  const sum = words.reduce((total, count) => total + count, 0);
  return lines.length > 1 && words.every((count) => count > 0) && sum <= 2 * lines.length;
}

/** Two fields a line (or more, all lines alike) with a tab between, both words, and no line of names above. */
function isBarePairs(beginning: string, of: "words" | "anything" = "words"): boolean {
  const lines = beginning
    .split("\n")
    .slice(0, -1)
    .filter((line) => line.trim() !== "");
  // A short file's last line may lack its end.
  if (!beginning.endsWith("\n") && beginning.length < 1 << 15) {
    lines.push(beginning.slice(beginning.lastIndexOf("\n") + 1));
  }
  const records = lines.map((line) => line.split("\t").map((field) => field.trim()));
  const [first] = records;
  const width = first?.length ?? 0;
  if (width < 2 || width > 3 || records.some((fields) => fields.length !== width)) return false;
  const [source, target] = [0, 1].map((side) => records.map((fields) => fields[side]));
  const words = (side: readonly string[]): boolean =>
    side.filter((field) => !/^[+-]?[\d.,]*$/.test(field)).length > side.length / 2;
  if (of === "words" && !(words(source) && words(target))) return false;
  return source.length > 0 && !isLineOfNames(source[0], target[0]);
}

const NAMES =
  /^(?:text|sentence|review|name|message|title|label|class|category|target|sentiment|country|lang|language|source|src|tgt|input|output|from|to|english|french|german|spanish|en|fr|de|es|x|y|id|question|answer)$/i;

/** Whether a field is what people call a column of texts or labels. */
export function isColumnName(field: string): boolean {
  return NAMES.test(field.trim());
}

function isLineOfNames(source: string, target: string): boolean {
  return NAMES.test(source) && NAMES.test(target);
}

async function lookAtPairs(path: string, options: LookOptions): Promise<Looked> {
  const data = await readPairs(path, options);
  const side = fewerOf(data);
  if (side !== "none") {
    const texts = await readLabelledTexts(path, { ...options, bare: side });
    return labelled(path, texts, "text-classification");
  }
  return pairs(path, data, areAligned(data) ? "tagging" : "transduction");
}

/** Labels repeat … */
const LABEL_REPEATS = 4;
/** … and are few. */
const MOST_LABELS = 200;

/** Which side of pairs is a label: the one with few different values. */
function fewerOf({ sources, targets }: Pairs): "labelFirst" | "labelSecond" | "none" {
  const [first, second] = [sources, targets].map((side) => {
    const seen = new Set<string>();
    for (let i = 0; i < side.length && seen.size <= MOST_LABELS; i++) seen.add(side.at(i) ?? "");
    return seen.size;
  });
  const isLabel = (count: number): boolean =>
    count > 1 && count <= MOST_LABELS && count * LABEL_REPEATS <= sources.length;
  if (isLabel(first) && first < second) return "labelFirst";
  return isLabel(second) && second < first ? "labelSecond" : "none";
}

/** Tags are few different ones, … */
const MOST_TAGS = 50;
/** … and in so many pairs there is one for each letter or word. */
const ENOUGH_PAIRS = 20;

function areAligned({ sources, targets }: Pairs): boolean {
  if (sources.length < ENOUGH_PAIRS) return false;
  const [letters, words] = [/(?:)/u, / /].map((between) => {
    const tags = new Set<string>();
    for (let i = 0; i < sources.length; i++) {
      const source = (sources.at(i) ?? "").split(between);
      const target = (targets.at(i) ?? "").split(between);
      if (source.length !== target.length) return false;
      for (const tag of target) tags.add(tag);
      if (tags.size > MOST_TAGS) return false;
    }
    // One word a pair tells nothing.
    return tags.size > 1 && (sources.at(0) ?? "").split(between).length > 1;
  });
  return letters || words;
}

function pairs(path: string, data: Pairs, task: "transduction" | "tagging"): Looked {
  const each =
    task === "tagging" ? ", the second side a tag for each letter or word of the first" : "";
  return {
    ...{ kind: "pairs", task, paths: [path], data, notes: data.notes },
    reason: `${countOf(data.sources.length, "pair")} of texts with a tab between${each}`,
  };
}

function testIn(path: string): string | null {
  return isFolder(path) ? (findSeries(path)?.test ?? null) : null;
}

function series(
  path: string,
  data: SeriesFile,
  test: string | null = null,
): Extract<Looked, { kind: "series" }> {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < data.series.length; i++) {
    const steps = data.series.at(i)?.steps ?? 0;
    least = Math.min(least, steps);
    most = Math.max(most, steps);
  }
  const labels = new Set<string>();
  for (let i = 0; i < (data.labels?.length ?? 0); i++) labels.add(data.labels?.at(i) ?? "");
  const { length } = data.series;
  const width = data.columns.length;
  const steps = least === most ? `${most}` : `${least}–${most}`;
  const channels = countOf(width, "channel");
  const known = data.numbers
    ? "a number for each"
    : data.labels === null
      ? "no labels"
      : countOf(labels.size, "label");
  return {
    ...{ kind: "series", paths: [path], data, notes: data.notes },
    ...(test === null ? {} : { test }),
    task: data.numbers ? "sequence-regression" : "sequence-classification",
    reason: `${countOf(length, "sequence")} of ${channels} and ${steps} steps, ${known}`,
  };
}

function text(paths: readonly string[]): Looked {
  const [path] = paths;
  if (paths.length > 1) return textOf(`${paths.length} files of text`);
  if (isFolder(path)) return textOf("a folder of text");
  return textOf(`${inBytes(statSync(path).size)} of text`);

  function textOf(reason: string): Looked {
    return { kind: "text", task: "language-model", paths, reason, notes: [] };
  }
}

function inBytes(size: number): string {
  if (size < 1000) return `${size} bytes`;
  return size < 1e6 ? `${Math.round(size / 1000)} KB` : `${(size / 1e6).toFixed(1)} MB`;
}

function holdsObject(beginning: string): boolean {
  const [line] = beginning.trimStart().split("\n", 1);
  if (!line.startsWith("{")) return false;
  try {
    return typeof JSON.parse(line) === "object";
  } catch {
    return false;
  }
}

async function startsAsIdx(path: string): Promise<boolean> {
  const magic = readMagic(path, 4);
  if (!isGzip(magic)) return isIdx(magic);
  for await (const chunk of readBytesOf(path)) return isIdx(chunk);
  return false;
}
