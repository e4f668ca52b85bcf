/** What a person's data become for a run: a task that was fitted on the training part, and the parts encoded. */
import type {
  AnyTask,
  ClassWeights,
  Engine,
  Examples,
  ForecastForm,
  Network,
  TaskKind,
  TokenKind,
} from "@cellstate/core";
import type { Judgement } from "./judgement.ts";
import type { DataRecord } from "./taskData.ts";

/** What a person may settle about it; null is left to be found. */
export interface ShapeSettings {
  readonly task: TaskKind;
  readonly target: string | null;
  readonly text: string | null;
  readonly label: string | null;
  readonly time: string | null;
  /** Columns to read, between commas. */
  readonly columns: string | null;
  readonly horizon: number | null;
  readonly history: number | null;
  /** Levels between commas. */
  readonly quantiles: string | null;
  readonly form: ForecastForm;
  readonly tokens: TokenKind;
  readonly classWeights: ClassWeights;
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
}

export interface Shaped {
  readonly task: AnyTask;
  readonly training: Examples;
  readonly validation: Examples | null;
  /** Examples that are kept for the end. */
  readonly testCount: number;
  /** What examples are: `texts`, `windows`. */
  readonly unit: string;
  /** What was found in the data that a person should know, a line each. */
  readonly notes: readonly string[];
  readonly record: DataRecord;
  /** The task as it goes into the file: with what validation taught. */
  finish(network: Network, engine: Engine): AnyTask;
  /** Reads the test part; null where there is none. */
  judgeTest(network: Network, engine: Engine): Judgement | null;
}

/** `a, b` as a list. */
export function listOf(text: string | null): readonly string[] | undefined {
  if (text === null) return undefined;
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
