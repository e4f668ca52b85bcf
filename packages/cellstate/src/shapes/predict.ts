/** Predictions as rows that a person reads and a program goes on with, one after the other as they come. */
import type {
  Engine,
  LabelPrediction,
  Network,
  NumberPrediction,
  Task,
  Tokens,
  Transduced,
  Values,
} from "@cellstate/core";
import { predictions } from "./answers.ts";
import { type CodedData, dataRecordOf } from "./taskData.ts";

export interface PredictionRow {
  readonly cells: readonly (string | number)[];
  readonly json: Readonly<Record<string, unknown>>;
}

export interface PredictionRows {
  readonly columns: readonly string[];
  readonly rows: Iterable<PredictionRow>;
}

export function predictionRows(data: CodedData, network: Network, engine: Engine): PredictionRows {
  const { name } = data;
  const { target } = dataRecordOf(network.training);
  switch (data.kind) {
    case "text-classification":
      return labels(data.task, network, engine, data.inputs, name, "text", (text) => text);
    case "sequence-classification":
      return labels(data.task, network, engine, data.inputs, name, "sequence", named(data.names));
    case "row-classification":
      return called(
        labels(data.task, network, engine, data.inputs, name, "row", numbered()),
        target,
      );
    case "sequence-regression":
      return numbers(data.task, network, engine, data.inputs, name, "sequence", data.names);
    case "row-regression":
      return called(numbers(data.task, network, engine, data.inputs, name, "row"), target);
    case "transduction":
      return {
        columns: ["input", "output", "probability"],
        rows: mapped(
          predictions(data.task, network, engine, data.inputs, name),
          ({ input, prediction: { text, probability, attention } }) => ({
            cells: [input, text, rounded(probability)],
            json: {
              ...{ input, output: text, probability: rounded(probability) },
              ...(attention === null ? {} : { attention: attentionJson(attention) }),
            },
          }),
        ),
      };
    case "generation":
      return {
        columns: ["from", "text", "probability"],
        rows: mapped(
          predictions(data.task, network, engine, data.inputs, name),
          ({ input, prediction: { text, probability } }) => ({
            cells: [
              typeof input === "string" ? input : JSON.stringify(input),
              text,
              rounded(probability),
            ],
            json: { from: input, text, probability: rounded(probability) },
          }),
        ),
      };
    case "tagging":
      return {
        columns: ["input", "tags"],
        rows: mapped(
          predictions(data.task, network, engine, data.inputs, name),
          ({ input, prediction: { tags, probabilities } }) => ({
            cells: [joined(input), tags.join(typeof input === "string" ? "" : " ")],
            json: { input, tags, probabilities: Array.from(probabilities, rounded) },
          }),
        ),
      };
  }
}

/** The weights as a list for each token that was written, a weight for each that was read. */
function attentionJson({ source, target, weights }: NonNullable<Transduced["attention"]>) {
  const row = (at: number): number[] =>
    Array.from(weights.subarray(at * source.length, (at + 1) * source.length), rounded);
  return { source, target, weights: target.map((_, at) => row(at)) };
}

/** What is answered is a column of the same name as that which was learnt, unless another has it. JSON is the same for every model. */
function called({ columns, rows }: PredictionRows, target: string | null): PredictionRows {
  if (target === null || columns.includes(target)) return { columns, rows };
  const [of, _, ...more] = columns;
  return { columns: [of, target, ...more], rows };
}

/** A name for each input: its number, from 1. */
function numbered(): (input: unknown) => number {
  let number = 0;
  return () => ++number;
}

/** By the names of inputs, where they have some. */
function named(names: readonly string[] | undefined): (input: unknown) => string | number {
  const number = numbered();
  return (input) => {
    const at = number(input);
    return names?.[at - 1] ?? at;
  };
}

function joined(tokens: Tokens): string {
  return typeof tokens === "string" ? tokens : tokens.join(" ");
}

function labels<Input>(
  task: Task<string, Input, string, LabelPrediction>,
  network: Network,
  engine: Engine,
  inputs: Values<Input>,
  name: string,
  column: string,
  shown: (input: Input) => string | number,
): PredictionRows {
  return {
    columns: [column, "label", "probability"],
    rows: mapped(predictions(task, network, engine, inputs, name), ({ input, prediction }) => {
      const { label, probability, probabilities } = prediction;
      const of = shown(input);
      const all = Object.fromEntries(
        Array.from(probabilities, ([each, share]) => [each, rounded(share)]),
      );
      return {
        cells: [of, label, rounded(probability)],
        json: { [column]: of, label, probability: rounded(probability), probabilities: all },
      };
    }),
  };
}

function numbers<Input>(
  task: Task<string, Input, number, NumberPrediction>,
  network: Network,
  engine: Engine,
  inputs: Values<Input>,
  name: string,
  column: string,
  names?: readonly string[],
): PredictionRows {
  const number = named(names);
  return {
    columns: [column, "value"],
    rows: mapped(predictions(task, network, engine, inputs, name), ({ input, prediction }) => {
      const of = number(input);
      const value = Number(prediction.value.toPrecision(7));
      return { cells: [of, value], json: { [column]: of, value } };
    }),
  };
}

function* mapped<From, To>(values: Iterable<From>, change: (value: From) => To): Generator<To> {
  for (const value of values) yield change(value);
}

/** float32 has no more figures that mean something. */
function rounded(share: number): number {
  return Number(share.toPrecision(6));
}
