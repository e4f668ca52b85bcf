/** seq2vec: a text → a label. Sentiment, language, topic, the country of a name. */
import type { Json } from "../files/json.ts";
import {
  ClassesOutput,
  type ClassOptions,
  classesOutput,
  type LabelPrediction,
} from "./classes.ts";
import {
  checkSome,
  codedTask,
  codingsFromJson,
  type FittedTask,
  type TrainingExamples,
} from "./coding.ts";
import { MOST_STEPS, TextInput, textInput } from "./texts.ts";
import { TextTokens, type TokenOptions } from "./textTokens.ts";

const KIND = "text-classification";

export interface TextClassificationOptions extends TokenOptions, ClassOptions {
  /** Marks before the first and after the last token: what a name ends in says much. @default true */
  readonly boundaries?: boolean;
  /** Tokens of a text that are read; longer ones are cut at their end, and `survey` counts them. @default 1000 */
  readonly mostSteps?: number;
}

export interface TextClassificationTask
  extends FittedTask<typeof KIND, string, string, LabelPrediction> {
  readonly labels: readonly string[];
}

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
  return build(new TextInput(tokens, { start: boundaries, end: boundaries }, mostSteps), output);
}

/** @throws CellstateError `file-format` */
export function textClassificationTaskFromJson(json: Json, name: string): TextClassificationTask {
  const checks = { input: textInput, output: classesOutput };
  const { input, output } = codingsFromJson(json, name, KIND, checks);
  return build(input, output);
}

function build(input: TextInput, output: ClassesOutput): TextClassificationTask {
  return { ...codedTask(KIND, input, output), labels: output.labels };
}
