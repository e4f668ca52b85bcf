/** seq2vec: a series of numbers → a label. Spoken vowels, gestures, digits by rows. */
import type { Json } from "../files/json.ts";
import {
  ClassesOutput,
  type ClassifierTask,
  type ClassOptions,
  classesOutput,
  classifierTask,
} from "./classes.ts";
import { checkSome, codingsFromJson, type TrainingExamples } from "./coding.ts";
import { SeriesCoding, type SeriesInput, type SeriesOptions, seriesCoding } from "./series.ts";

const KIND = "sequence-classification";

export interface SequenceClassificationOptions extends SeriesOptions, ClassOptions {}

export type SequenceClassificationTask = ClassifierTask<typeof KIND, SeriesInput>;

/**
 * @param examples Of the training part alone.
 * @throws CellstateError `data`: no examples, series of different widths, an infinite number, targets that can be no labels.
 */
export function fitSequenceClassificationTask(
  examples: TrainingExamples<SeriesInput, string>,
  options: SequenceClassificationOptions = {},
): SequenceClassificationTask {
  checkSome(examples, "example");
  const output = ClassesOutput.fit(examples, "example", options);
  return classifierTask(KIND, SeriesCoding.fit(examples.inputs, options, examples.name), output);
}

/** @throws CellstateError `file-format` */
export function sequenceClassificationTaskFromJson(
  json: Json,
  name: string,
): SequenceClassificationTask {
  const checks = { input: seriesCoding, output: classesOutput };
  const { input, output } = codingsFromJson(json, name, KIND, checks);
  return classifierTask(KIND, input, output);
}
