/** vec2vec: a row of numbers and words → a number. No sequence is in it: the plain feed-forward case. */
import type { Row } from "../data/columns.ts";
import type { Json } from "../files/json.ts";
import {
  checkSome,
  codedTask,
  codingsFromJson,
  type FittedTask,
  type TrainingExamples,
} from "./coding.ts";
import {
  NumberOutput,
  type NumberPrediction,
  numberOutput,
  type RegressionOptions,
} from "./numbers.ts";
import { RowInput, type RowOptions, rowInput } from "./rows.ts";

const KIND = "row-regression";

export interface RowRegressionOptions extends RowOptions, RegressionOptions {}

export type RowRegressionTask = FittedTask<typeof KIND, Row, number, NumberPrediction>;

/**
 * @param examples Of the training part alone.
 * @throws CellstateError `data`: no rows, a column that cannot be read, a target that is missing, infinite or the same everywhere.
 */
export function fitRowRegressionTask(
  examples: TrainingExamples<Row, number>,
  options: RowRegressionOptions = {},
): RowRegressionTask {
  checkSome(examples, "row");
  const output = NumberOutput.fit(examples, "row", options);
  return codedTask(KIND, RowInput.fit(examples, options), output);
}

/** @throws CellstateError `file-format` */
export function rowRegressionTaskFromJson(json: Json, name: string): RowRegressionTask {
  const checks = { input: rowInput, output: numberOutput };
  const { input, output } = codingsFromJson(json, name, KIND, checks);
  return codedTask(KIND, input, output);
}
