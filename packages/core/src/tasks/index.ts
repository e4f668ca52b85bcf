/** All kinds of tasks, and how one comes out of a model's file. */
import type { Json } from "../files/json.ts";
import { object, oneOf } from "../files/schema.ts";
import { checkedJson } from "./coding.ts";
import { ForecastingTask } from "./forecasting.ts";
import { type GenerationTask, generationTaskFromJson } from "./generation.ts";
import { type RowClassificationTask, rowClassificationTaskFromJson } from "./rowClassification.ts";
import { type RowRegressionTask, rowRegressionTaskFromJson } from "./rowRegression.ts";
import {
  type SequenceClassificationTask,
  sequenceClassificationTaskFromJson,
} from "./sequenceClassification.ts";
import {
  type SequenceRegressionTask,
  sequenceRegressionTaskFromJson,
} from "./sequenceRegression.ts";
import { type TaggingTask, taggingTaskFromJson } from "./tagging.ts";
import {
  type TextClassificationTask,
  textClassificationTaskFromJson,
} from "./textClassification.ts";
import { type TransductionTask, transductionTaskFromJson } from "./transduction.ts";

export type AnyTask =
  | TextClassificationTask
  | SequenceClassificationTask
  | SequenceRegressionTask
  | RowClassificationTask
  | RowRegressionTask
  | TransductionTask
  | TaggingTask
  | GenerationTask
  | ForecastingTask;

export type TaskKind = AnyTask["kind"];

/** The task of a kind: `TaskOf<"tagging">`. */
export type TaskOf<Kind extends TaskKind> = Extract<AnyTask, { readonly kind: Kind }>;

const READERS: { readonly [K in TaskKind]: (json: Json, name: string) => TaskOf<K> } = {
  "text-classification": textClassificationTaskFromJson,
  "sequence-classification": sequenceClassificationTaskFromJson,
  "sequence-regression": sequenceRegressionTaskFromJson,
  "row-classification": rowClassificationTaskFromJson,
  "row-regression": rowRegressionTaskFromJson,
  transduction: transductionTaskFromJson,
  tagging: taggingTaskFromJson,
  generation: generationTaskFromJson,
  forecasting: (json, name) =>
    checkedJson((value, path) => ForecastingTask.fromJson(value, path), json, name),
};

function isTaskKind(kind: string): kind is TaskKind {
  return Object.hasOwn(READERS, kind);
}

export const TASK_KINDS: readonly TaskKind[] = Object.keys(READERS).filter(isTaskKind);

/**
 * A task as `toJson` gave it.
 *
 * @param name The file's name, for messages.
 * @throws CellstateError `file-format`: which value is wrong, what was expected, what came.
 */
export function taskFromJson(json: Json, name: string): AnyTask {
  const checks = object<{ readonly kind: TaskKind }>({ kind: oneOf(...TASK_KINDS) });
  const { kind } = checkedJson(checks, json, name);
  return READERS[kind](json, name);
}
