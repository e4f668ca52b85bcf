/** seq2vec: a text → a label. Sentiment, language, topic, the country of a name. */
import type { Json } from "../files/json.ts";
import {
  ClassesOutput,
  type ClassifierTask,
  type ClassOptions,
  classesOutput,
  classifierTask,
} from "./classes.ts";
import { checkSome, codingsFromJson, type TrainingExamples } from "./coding.ts";
import { MOST_STEPS, TextInput, textInput } from "./texts.ts";
import { TextTokens, type TokenOptions } from "./textTokens.ts";

const KIND = "text-classification";

export interface TextClassificationOptions extends TokenOptions, ClassOptions {
  /** Marks before the first and after the last token: what a name ends in says much. @default true */
  readonly boundaries?: boolean;
  /** Tokens of a text that are read; longer ones are cut at their end, and `survey` counts them. @default 1000 */
  readonly mostSteps?: number;
}

export type TextClassificationTask = ClassifierTask<typeof KIND, string>;

/**
 * @param examples Of the training part alone.
 * @throws CellstateError `data`: no examples, only empty texts, targets that can be no labels.
 */
export function fitTextClassificationTask(
  examples: TrainingExamples<string, string>,
  options: TextClassificationOptions = {},
): TextClassificationTask {
  checkSome(examples, "row");
  const { boundaries = true, mostSteps = MOST_STEPS } = options;
  const output = ClassesOutput.fit(examples, "row", options);
  const tokens = TextTokens.fit(examples.inputs, options, "input", examples.name);
  return classifierTask(
    KIND,
    new TextInput(tokens, { start: boundaries, end: boundaries }, mostSteps),
    output,
  );
}

/** @throws CellstateError `file-format` */
export function textClassificationTaskFromJson(json: Json, name: string): TextClassificationTask {
  const checks = { input: textInput, output: classesOutput };
  const { input, output } = codingsFromJson(json, name, KIND, checks);
  return classifierTask(KIND, input, output);
}
