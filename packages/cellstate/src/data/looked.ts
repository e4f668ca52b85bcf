/** What a person's data are taken for: the task, why, and the data as they were read. */
import type { Shape } from "@cellstate/core";
import type { LabelledTexts } from "./labelledTexts.ts";
import type { Pairs } from "./pairs.ts";
import type { TableFile } from "./readTable.ts";
import type { SeriesFile } from "./seriesText.ts";
import type { TimeStep } from "./timeStep.ts";

export const DATA_TASKS = [
  "language-model",
  "forecasting",
  "text-classification",
  "sequence-classification",
  "sequence-regression",
  "row-classification",
  "row-regression",
  "transduction",
  "tagging",
  "generation",
] as const;

export type DataTask = (typeof DATA_TASKS)[number];

/** The shapes of networks: each stands for the tasks that have it, and the data say which of them. */
export const TASKS_OF_SHAPES = {
  vec2vec: ["row-classification", "row-regression"],
  vec2seq: ["generation"],
  seq2vec: ["text-classification", "sequence-classification", "sequence-regression", "forecasting"],
  seq2seq: ["transduction", "tagging", "forecasting"],
} as const satisfies Record<Shape, readonly DataTask[]>;

export const TASK_NAMES = [
  ...DATA_TASKS,
  "vec2vec",
  "vec2seq",
  "seq2vec",
  "seq2seq",
] as const satisfies readonly (DataTask | Shape)[];

export function isShape(name: string): name is Shape {
  return Object.hasOwn(TASKS_OF_SHAPES, name);
}

interface Common {
  /** As given. */
  readonly paths: readonly string[];
  /** Why, in a few words that follow a file's name: `43,824 rows, hourly, target pm2.5`. */
  readonly reason: string;
  /** What was assumed in reading, a line each. */
  readonly notes: readonly string[];
}

/** Text is not read here: a language model's files are read whole, by their own reader. */
export interface LookedText extends Common {
  readonly kind: "text";
  readonly task: "language-model";
}

export interface LookedSeriesTable extends Common {
  readonly kind: "table";
  readonly task: "forecasting";
  readonly table: TableFile;
  /** The column of times; null where there is none and rows stand in their order. */
  readonly time: string | null;
  readonly step: TimeStep | null;
  readonly target: string;
}

export interface LookedRows extends Common {
  readonly kind: "rows";
  readonly task: "row-classification" | "row-regression";
  readonly table: TableFile;
  readonly target: string;
}

export interface LookedTexts extends Common {
  readonly kind: "labelled-texts";
  /** From a text to its label, or from a label to a text. */
  readonly task: "text-classification" | "generation";
  readonly data: LabelledTexts;
}

export interface LookedSeries extends Common {
  readonly kind: "series";
  readonly task: "sequence-classification" | "sequence-regression";
  /** The file beside it that its makers keep to test on. @default none */
  readonly test?: string;
  readonly data: SeriesFile;
}

export interface LookedPairs extends Common {
  readonly kind: "pairs";
  readonly task: "transduction" | "tagging";
  readonly data: Pairs;
}

export type Looked =
  | LookedText
  | LookedSeriesTable
  | LookedRows
  | LookedTexts
  | LookedSeries
  | LookedPairs;

/** What a person has settled beforehand; all else is found. */
export interface LookOptions {
  readonly task?: DataTask | Shape;
  /** Columns by their names. */
  readonly time?: string;
  readonly target?: string;
  readonly text?: string;
  readonly label?: string;
  /** Bytes of a table that stay in memory. @default 256 MiB */
  readonly budget?: number;
  /** Where what does not fit in memory goes. @default the system's temporary directory */
  readonly folder?: string;
}
