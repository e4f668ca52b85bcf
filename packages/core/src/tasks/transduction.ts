/** seq2seq: a text → a text, by an encoder and a decoder. Dates, translation, spelling. */
import type { Values } from "../data/examples.ts";
import type { Json } from "../files/json.ts";
import {
  checkSome,
  codedTask,
  codingsFromJson,
  type FittedTask,
  type Survey,
  type TrainingExamples,
  written,
} from "./coding.ts";
import {
  MOST_STEPS,
  TextInput,
  TextOutput,
  textInput,
  textOutput,
  type WrittenText,
} from "./texts.ts";
import { END_NAME, TextTokens, type TokenOptions } from "./textTokens.ts";

const KIND = "transduction";

export interface TransductionOptions {
  /** Of the texts that are read. */
  readonly source?: TokenOptions;
  /** Of the texts that are written. */
  readonly target?: TokenOptions;
  /** Tokens of either text; longer ones are cut at their end, and the surveys count them. @default 1000 */
  readonly mostSteps?: number;
}

export interface Transduced extends WrittenText {
  /** Where each token was looked for, null without attention. */
  readonly attention: {
    /** The input's steps: its tokens and the end. */
    readonly source: readonly string[];
    /** The tokens that were written and, unless they were cut off, the end. */
    readonly target: readonly string[];
    /** [target, source], row by row; each row sums to 1. */
    readonly weights: Float32Array;
  } | null;
}

export interface TransductionTask extends FittedTask<typeof KIND, string, string, Transduced> {
  /** Steps of the longest target in training, the end included. */
  readonly longestTarget: number;
  /** What of some targets is cut or unknown; `survey` says it of inputs. */
  surveyTargets(targets: Values<string>): Survey;
}

/**
 * @param examples Of the training part alone.
 * @throws CellstateError `data`: no examples, or a side whose texts are all empty.
 */
export function fitTransductionTask(
  examples: TrainingExamples<string, string>,
  options: TransductionOptions = {},
): TransductionTask {
  checkSome(examples, "row");
  const { name, inputs, targets } = examples;
  const { source = {}, target = {}, mostSteps = MOST_STEPS } = options;
  const read = TextTokens.fit(inputs, source, "input", name);
  const write = TextTokens.fit(targets, target, "output", name);
  return build(
    new TextInput(read, { start: false, end: true }, mostSteps),
    TextOutput.fit(write, mostSteps, targets),
  );
}

/** @throws CellstateError `file-format` */
export function transductionTaskFromJson(json: Json, name: string): TransductionTask {
  const checks = { input: textInput, output: textOutput };
  const { input, output } = codingsFromJson(json, name, KIND, checks);
  return build(input, output);
}

function build(input: TextInput, output: TextOutput): TransductionTask {
  return {
    ...codedTask(KIND, input, output),
    longestTarget: output.longest,
    surveyTargets: (targets) => output.survey(targets),
    decode: (answer, text) => {
      const { tokens, ended, attention: weights } = written(answer);
      return {
        ...output.decode(answer),
        attention: weights && {
          source: input.names(text),
          target: [...output.tokens.names(tokens), ...(ended ? [END_NAME] : [])],
          weights,
        },
      };
    },
  };
}
