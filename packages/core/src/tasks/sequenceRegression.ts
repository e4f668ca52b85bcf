/** seq2vec: a series of numbers → a number. */
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
import { SeriesCoding, type SeriesInput, type SeriesOptions, seriesCoding } from "./series.ts";

const KIND = "sequence-regression";

export interface SequenceRegressionOptions extends SeriesOptions, RegressionOptions {}

export type SequenceRegressionTask = FittedTask<typeof KIND, SeriesInput, number, NumberPrediction>;

/**
 * @param examples Of the training part alone.
 * @throws CellstateError `data`: no examples, series of different widths, a target that is missing, infinite or the same everywhere.
 */
export function fitSequenceRegressionTask(
  examples: TrainingExamples<SeriesInput, number>,
  options: SequenceRegressionOptions = {},
): SequenceRegressionTask {
  checkSome(examples, "example");
  const output = NumberOutput.fit(examples, "example", options);
  return codedTask(KIND, SeriesCoding.fit(examples.inputs, options, examples.name), output);
}

/** @throws CellstateError `file-format` */
export function sequenceRegressionTaskFromJson(json: Json, name: string): SequenceRegressionTask {
  const checks = { input: seriesCoding, output: numberOutput };
  const { input, output } = codingsFromJson(json, name, KIND, checks);
  return codedTask(KIND, input, output);
}
