/** Labels as outputs: one of so many, with a probability each. */
import type { NetworkOutput, OutputPort, Values, WrittenOutput } from "../data/examples.ts";
import {
  type ClassWeights,
  checkLabels,
  classWeights,
  countLabels,
  MOST_LABELS,
  type Place,
} from "../data/labels.ts";
import { valueAt } from "../data/splits.ts";
import { CellstateError } from "../errors.ts";
import {
  type Check,
  distinct,
  list,
  nullable,
  object,
  oneOf,
  positive,
  SchemaError,
  string,
} from "../files/schema.ts";
import { shown } from "../files/shown.ts";
import {
  answered,
  codedTask,
  type FittedTask,
  type InputCoding,
  type OutputCoding,
  singleTokens,
  type TrainingExamples,
} from "./coding.ts";

export interface LabelPrediction {
  readonly label: string;
  /** Of `label`, 0 to 1. */
  readonly probability: number;
  /** Of every label, the most probable first. */
  readonly probabilities: ReadonlyMap<string, number>;
}

export interface ClassOptions {
  /** How much the examples of rare and frequent labels count. @default "none" */
  readonly classWeights?: ClassWeights;
}

type ClassesJson = {
  readonly column: string;
  readonly unit: "row" | "example";
  readonly labels: readonly string[];
  readonly weights: readonly number[] | null;
};

const LONGEST_LABEL = 65_536;

const classesJson = object<ClassesJson>({
  column: string(LONGEST_LABEL),
  unit: oneOf("row", "example"),
  labels: distinct(list(string(LONGEST_LABEL, 1), 2, MOST_LABELS), (label) => label),
  weights: nullable(list(positive, 2, MOST_LABELS)),
});

export const classesOutput: Check<ClassesOutput> = (value, path) => {
  const json = classesJson(value, path);
  if (json.weights !== null && json.weights.length !== json.labels.length) {
    throw new SchemaError(
      `${path}.weights: expected ${json.labels.length} items, one a label, got ${json.weights.length}`,
    );
  }
  return new ClassesOutput(json);
};

export class ClassesOutput implements OutputCoding<string, LabelPrediction> {
  readonly labels: readonly string[];
  readonly #json: ClassesJson;
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(json: ClassesJson) {
    this.labels = json.labels;
    this.#json = json;
    this.#numbers = new Map(json.labels.map((label, number) => [label, number]));
  }

  /** @throws CellstateError `data` where the targets can be no labels: see `countLabels` and `checkLabels`. */
  static fit(
    { name, targets, target = "label" }: Omit<TrainingExamples<never, string>, "inputs">,
    unit: "row" | "example",
    { classWeights: weighting = "none" }: ClassOptions,
  ): ClassesOutput {
    const place: Place = { name, column: target, unit };
    const counts = countLabels(targets, place);
    checkLabels(counts, place, "allowed");
    return new ClassesOutput({
      column: target,
      unit,
      labels: counts.labels,
      weights: weighting === "none" ? null : classWeights(counts, weighting),
    });
  }

  get port(): OutputPort {
    return { kind: "classes", size: this.labels.length, each: "sequence" };
  }

  encode(targets: Values<string>, name: string) {
    const { column, unit, weights } = this.#json;
    const classes = new Int32Array(targets.length);
    for (let index = 0; index < targets.length; index++) {
      const label = valueAt(targets, index);
      const number = this.#numbers.get(label);
      if (number === undefined) {
        throw unknownLabel(`${shown(name)}: ${unit} ${index + 1}`, column, label, this.labels);
      }
      classes[index] = number;
    }
    return {
      target: singleTokens(classes, this.labels.length),
      ...(weights === null ? {} : { weight: (example: number) => weights[classes[example]] }),
    };
  }

  decode(output: NetworkOutput | WrittenOutput): LabelPrediction {
    const [probabilities] = answered(output).heads;
    const order = this.labels.map((_, number) => number);
    order.sort((a, b) => probabilities[b] - probabilities[a] || a - b);
    return {
      label: this.labels[order[0]],
      probability: probabilities[order[0]],
      probabilities: new Map(order.map((number) => [this.labels[number], probabilities[number]])),
    };
  }

  toJson(): ClassesJson {
    return this.#json;
  }
}

/** @param at Where it stands, as a message begins. */
export function unknownLabel(
  at: string,
  column: string,
  label: string,
  labels: readonly string[],
): CellstateError {
  const MOST = 8;
  const known = labels.slice(0, MOST).map((each) => `"${shown(each)}"`);
  const more = labels.length > MOST ? ` and ${labels.length - MOST} more` : "";
  return new CellstateError(
    "data",
    `${at}: \`${shown(column)}\` is "${shown(label)}", which the model was not trained on; it knows ${known.join(", ")}${more}`,
  );
}

/** A task whose answers are labels, whatever it reads. */
export interface ClassifierTask<Kind extends string, Input>
  extends FittedTask<Kind, Input, string, LabelPrediction> {
  readonly labels: readonly string[];
}

export function classifierTask<Kind extends string, Input>(
  kind: Kind,
  input: InputCoding<Input>,
  output: ClassesOutput,
): ClassifierTask<Kind, Input> {
  return { ...codedTask(kind, input, output), labels: output.labels };
}
