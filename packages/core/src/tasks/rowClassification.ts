/** vec2vec: a row of numbers and words → a label. No sequence is in it: the plain feed-forward case. */
import type { Row } from "../data/columns.ts";
import type { Json } from "../files/json.ts";
import {
  ClassesOutput,
  type ClassifierTask,
  type ClassOptions,
  classesOutput,
  classifierTask,
} from "./classes.ts";
import { checkSome, codingsFromJson, type TrainingExamples } from "./coding.ts";
import { RowInput, type RowOptions, rowInput } from "./rows.ts";

const KIND = "row-classification";

export interface RowClassificationOptions extends RowOptions, ClassOptions {}

export type RowClassificationTask = ClassifierTask<typeof KIND, Row>;

/**
 * @param examples Of the training part alone.
 * @throws CellstateError `data`: no rows, a column that cannot be read, targets that can be no labels.
 */
export function fitRowClassificationTask(
  examples: TrainingExamples<Row, string>,
  options: RowClassificationOptions = {},
): RowClassificationTask {
  checkSome(examples, "row");
  const output = ClassesOutput.fit(examples, "row", options);
  return classifierTask(KIND, RowInput.fit(examples, options), output);
}

/** @throws CellstateError `file-format` */
export function rowClassificationTaskFromJson(json: Json, name: string): RowClassificationTask {
  const checks = { input: rowInput, output: classesOutput };
  const { input, output } = codingsFromJson(json, name, KIND, checks);
  return classifierTask(KIND, input, output);
}
