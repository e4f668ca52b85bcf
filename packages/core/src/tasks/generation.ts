/** vec2seq: a label, or a row of attributes → a text. A name for a country, a sentence for what it shall say. */
import type { Row } from "../data/columns.ts";
import type { InputPort, Values } from "../data/examples.ts";
import { checkLabels, countLabels, MOST_LABELS } from "../data/labels.ts";
import { valueAt } from "../data/splits.ts";
import type { Json } from "../files/json.ts";
import { type Check, distinct, list, object, oneOf, string } from "../files/schema.ts";
import { shown } from "../files/shown.ts";
import { unknownLabel } from "./classes.ts";
import {
  checkSome,
  codedTask,
  codingsFromJson,
  emptySurvey,
  type FittedTask,
  type InputCoding,
  type Survey,
  type TrainingExamples,
} from "./coding.ts";
import { RowInput, type RowOptions, rowInput } from "./rows.ts";
import { MOST_STEPS, TextOutput, textOutput, type WrittenText } from "./texts.ts";
import { TextTokens, type TokenOptions } from "./textTokens.ts";

const KIND = "generation";

/** What a text is generated from: a label, or attributes by their columns. */
export type Condition = string | Row;

export interface GenerationOptions extends TokenOptions, RowOptions {
  /** What messages call a condition that is a label. @default "label" */
  readonly condition?: string;
  /** Keeps the condition from the network: the baseline that shows what the condition is worth. @default false */
  readonly unconditional?: boolean;
  /** Tokens of a text; longer ones are cut at their end. @default 1000 */
  readonly mostSteps?: number;
}

export interface GenerationTask extends FittedTask<typeof KIND, Condition, string, WrittenText> {
  /** The labels that a text can be generated from; null where the condition is a row or none. */
  readonly labels: readonly string[] | null;
  /** Steps of the longest text in training, the end included. */
  readonly longestTarget: number;
  /** What of some texts is cut or unknown. */
  surveyTargets(targets: Values<string>): Survey;
}

/**
 * @param examples Of the training part alone; the inputs are all labels or all rows.
 * @throws CellstateError `data`: no examples, only empty texts, conditions that can be no labels or columns that cannot be read.
 */
export function fitGenerationTask(
  examples: TrainingExamples<Condition, string>,
  options: GenerationOptions = {},
): GenerationTask {
  checkSome(examples, "row");
  const { targets, name } = examples;
  const tokens = TextTokens.fit(targets, options, "output", name);
  const output = TextOutput.fit(tokens, options.mostSteps ?? MOST_STEPS, targets);
  return build(fitCondition(examples, options), output);
}

/** @throws CellstateError `file-format` */
export function generationTaskFromJson(json: Json, name: string): GenerationTask {
  const checks = { input: conditionInput, output: textOutput };
  const { input, output } = codingsFromJson(json, name, KIND, checks);
  return build(input, output);
}

function build(input: ConditionInput, output: TextOutput): GenerationTask {
  return {
    ...codedTask(KIND, input, output),
    labels: input.labels,
    longestTarget: output.longest,
    surveyTargets: (targets) => output.survey(targets),
  };
}

type ConditionInput = InputCoding<Condition> & { readonly labels: readonly string[] | null };

type LabelJson = {
  readonly kind: "label";
  readonly column: string;
  readonly labels: readonly string[];
};

function fitCondition(
  { inputs, name, target }: TrainingExamples<Condition, string>,
  { unconditional = false, condition: column = "label", ...options }: GenerationOptions,
): ConditionInput {
  if (unconditional) return NO_CONDITION;
  if (typeof inputs.at(0) !== "string")
    return rowCondition(RowInput.fit({ name, inputs: rows(inputs), target }, options));
  const place = { name, column, unit: "row" } as const;
  const counts = countLabels(labelsOf(inputs), place);
  checkLabels(counts, place, "allowed");
  return labelCondition({ kind: "label", column, labels: counts.labels });
}

/** A 1 in the label's place. */
function labelCondition(json: LabelJson): ConditionInput {
  const { column, labels } = json;
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const port: InputPort = { kind: "vector", width: labels.length };
  return {
    labels,
    port,
    encode: (inputs, name) => ({
      kind: "vectors",
      width: port.width,
      steps: () => 1,
      copy: (example, into, at) => {
        const label = valueAt(labelsOf(inputs), example);
        const number = numbers.get(label);
        if (number === undefined) {
          throw unknownLabel(`${shown(name)}: row ${example + 1}`, column, label, labels);
        }
        into.fill(0, at, at + port.width);
        into[at + number] = 1;
      },
    }),
    survey: (inputs) => emptySurvey(inputs.length),
    toJson: () => json,
  };
}

function rowCondition(input: RowInput): ConditionInput {
  return {
    labels: null,
    port: input.port,
    encode: (inputs, name) => input.encode(rows(inputs), name),
    survey: (inputs, name) => input.survey(rows(inputs), name),
    toJson: () => ({ kind: "row", ...input.toJson() }),
  };
}

/** A vector that is always the same. */
const NO_CONDITION: ConditionInput = {
  labels: null,
  port: { kind: "vector", width: 1 },
  encode: () => ({
    kind: "vectors",
    width: 1,
    steps: () => 1,
    copy: (_, into, at) => {
      into[at] = 1;
    },
  }),
  survey: (inputs) => emptySurvey(inputs.length),
  toJson: () => ({ kind: "none" }),
};

const LONGEST_LABEL = 65_536;

const labelJson = object<LabelJson>({
  kind: oneOf("label"),
  column: string(LONGEST_LABEL),
  labels: distinct(list(string(LONGEST_LABEL, 1), 2, MOST_LABELS), (label) => label),
});

const kindOfCondition = object<{ readonly kind: "label" | "row" | "none" }>({
  kind: oneOf("label", "row", "none"),
});

const conditionInput: Check<ConditionInput> = (value, path) => {
  const { kind } = kindOfCondition(value, path);
  if (kind === "label") return labelCondition(labelJson(value, path));
  return kind === "row" ? rowCondition(rowInput(value, path)) : NO_CONDITION;
};

/** @throws TypeError for a row among labels. */
function labelsOf(inputs: Values<Condition>): Values<string> {
  const at = (index: number): string | undefined => {
    const input = inputs.at(index);
    if (input === undefined || typeof input === "string") return input;
    throw new TypeError(`inputs: expected a label as in training at ${index}, got a row`);
  };
  return { length: inputs.length, at };
}

/** @throws TypeError for a label among rows. */
function rows(inputs: Values<Condition>): Values<Row> {
  const at = (index: number): Row | undefined => {
    const input = inputs.at(index);
    if (typeof input !== "string") return input;
    throw new TypeError(`inputs: expected a row as in training at ${index}, got a label`);
  };
  return { length: inputs.length, at };
}
