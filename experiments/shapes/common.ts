/** What the experiments on the four shapes have in common: what each is asked to do, and what it answers. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { valueAt } from "../../packages/core/src/data/splits.ts";
import type {
  Engine,
  Estimate,
  Shape,
  TrainingEvent,
  Values,
} from "../../packages/core/src/index.ts";

export interface ShapeExperiment {
  /** As `--only` and the file of its results have it. */
  readonly name: string;
  /** One line, with the minutes that it takes. */
  readonly about: string;
  /** Files or folders of `../shared/data` that it reads. */
  readonly data: readonly string[];
  /**
   * "auto" takes the machine's own matrix products where there are some: for what would take hours otherwise. Figures then differ a little from
   * machine to machine. @default "wasm": the same bits on every machine, for any number of threads
   */
  readonly engine?: "auto";
  run(options: ShapeRun): Promise<ShapeResult>;
}

export interface ShapeRun {
  readonly engine: Engine;
  /** A small part of the data and of the training: shows in seconds that it runs, and nothing else. */
  readonly quick: boolean;
  /** Progress, a line each. */
  tell(line: string): void;
}

/** Plain JSON. */
export interface ShapeResult {
  /** Of the table: one, or several where it was judged more than once. */
  readonly rows: readonly ShapeRow[];
  /** How the settings were chosen, and on what: with how many tries. */
  readonly choice: string;
  /** What stands under the table: rules, samples, what would change the figures. Lines of Markdown. */
  readonly notes?: readonly string[];
  /** All that was measured, for whoever wants to look further. */
  readonly details: object;
}

export interface ShapeRow {
  readonly shape: Shape;
  /** What was learnt from and what judged by, with counts. */
  readonly data: string;
  /** What is learnt, in a few words: "the speaker of a vowel". */
  readonly task: string;
  /** "accuracy, mean of 5 seeds" */
  readonly measure: string;
  readonly ours: Figure;
  /** Measured on the same test data by the same measure, or `source` says where it is from. */
  readonly beside: readonly Beside[];
  /** What the row had to reach, and whether it did; null for rows that are shown for comparison alone. */
  readonly limit: { readonly text: string; readonly met: boolean } | null;
  readonly seeds: readonly number[];
  /** Of training and judging, all seeds together; 0 where the row above has them. */
  readonly seconds: number;
  /** Of one network. */
  readonly parameters: number;
  /** The network and its training in one line. */
  readonly settings: string;
}

export interface Figure {
  readonly value: number;
  /** Of a bootstrap, or the least and the most of several seeds: `range` says which. */
  readonly low?: number;
  readonly high?: number;
  /** @default "95 %": the interval of a bootstrap over test examples */
  readonly range?: "95 %" | "seeds";
  /** @default "number" */
  readonly unit?: Unit;
}

export interface Beside extends Figure {
  readonly name: string;
  /** Where a figure that was not measured in this run comes from. */
  readonly source?: string;
}

/** A share is stored as 0 to 1 and shown in per cent. */
export type Unit = "share" | "number";

const DATA = new URL("../../../shared/data/", import.meta.url);

/** The path of a file or folder of `../shared/data`. */
export function dataPath(name: string): string {
  return fileURLToPath(new URL(name, DATA));
}

/** Those that are not there. */
export function missingData(names: readonly string[]): string[] {
  return names.filter((name) => !existsSync(dataPath(name)));
}

/** The mean over seeds, with the least and the most. */
export function overSeeds(values: readonly number[], unit: Unit = "share"): Figure {
  const value = mean(values);
  return { value, low: Math.min(...values), high: Math.max(...values), range: "seeds", unit };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @returns `estimate` as a figure of the table. */
export function figureOf({ value, low, high }: Estimate, unit: Unit = "number"): Figure {
  return { value, low, high, unit };
}

/** Values as an array: what lies in a file is read once. */
export function toArray<T>(values: Values<T>): T[] {
  return Array.from({ length: values.length }, (_, index) => valueAt(values, index));
}

/** The items at some indices. */
export function pick<T>(items: readonly T[], indices: Iterable<number>): T[] {
  return Array.from(indices, (index) => items[index]);
}

/** Follows a training run to its end, telling of every validation; where there are none, of every epoch. */
export async function follow(
  run: AsyncIterable<TrainingEvent>,
  what: string,
  tell: (line: string) => void,
): Promise<{ readonly seconds: number; readonly steps: number; readonly bestLoss: number | null }> {
  const start = performance.now();
  let steps = 0;
  let epoch = 0;
  let bestLoss: number | null = null;
  const since = () => `${((performance.now() - start) / 1000).toFixed(0)} s`;
  for await (const event of run) {
    steps = event.progress.step;
    bestLoss = event.progress.bestLoss;
    if (event.kind === "validation") {
      const mark = event.best ? " *" : "";
      tell(
        `${what}: epoch ${event.progress.epoch}, validation ${event.loss.toFixed(4)}${mark}, ${since()}`,
      );
    } else if (event.progress.epoch > epoch && event.progress.epochLoss !== null) {
      epoch = event.progress.epoch;
      tell(`${what}: epoch ${epoch}, loss ${event.progress.epochLoss.toFixed(4)}, ${since()}`);
    }
  }
  return { seconds: (performance.now() - start) / 1000, steps, bestLoss };
}
