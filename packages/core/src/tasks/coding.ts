/**
 * How a task is put together: what codes its inputs, what codes its targets and answers, each fitted and then plain data. Most tasks are one of
 * the first and one of the second.
 */
import type {
  Examples,
  InputPort,
  NetworkOutput,
  OutputPort,
  Sequences,
  TokenSequences,
  Values,
  WrittenOutput,
} from "../data/examples.ts";
import { valueAt } from "../data/splits.ts";
import { CellstateError } from "../errors.ts";
import type { Json, JsonObject } from "../files/json.ts";
import { type Check, object, oneOf, SchemaError } from "../files/schema.ts";
import { shown } from "../files/shown.ts";
import type { Task } from "./task.ts";

/** What a task is fitted on: the training part alone. */
export interface TrainingExamples<Input, Target> {
  /** What messages call them: a file's name. */
  readonly name: string;
  readonly inputs: Values<Input>;
  /** As many as inputs. */
  readonly targets: Values<Target>;
  /** What messages call the targets: a column's name. @default "label", "value", "tag" or "text" */
  readonly target?: string;
}

/** What a network does not get to read of its inputs, for a person to know. */
export interface Survey {
  readonly examples: number;
  /** Texts longer than the task reads: what comes after is left out. */
  readonly cut: number;
  /** What the vocabulary does not have, with how often it came. */
  readonly unknown: ReadonlyMap<string, number>;
  /** By column, values that are missing or of no known category. */
  readonly missing: ReadonlyMap<string, number>;
}

export interface FittedTask<Kind extends string, Input, Target, Prediction>
  extends Task<Kind, Input, Target, Prediction> {
  /** Reads all inputs once. @throws CellstateError as `encode` does. */
  survey(inputs: Values<Input>, name: string): Survey;
}

export interface InputCoding<Input> {
  readonly port: InputPort;
  encode(inputs: Values<Input>, name: string): Sequences;
  survey(inputs: Values<Input>, name: string): Survey;
  toJson(): JsonObject;
}

export interface OutputCoding<Target, Prediction> {
  readonly port: OutputPort;
  /** @returns As the fields of `Examples`. */
  encode(targets: Values<Target>, name: string): Pick<Examples, "target" | "weight">;
  decode(output: NetworkOutput | WrittenOutput): Prediction;
  toJson(): JsonObject;
}

/** The task of two codings. */
export function codedTask<Kind extends string, Input, Target, Prediction>(
  kind: Kind,
  input: InputCoding<Input>,
  output: OutputCoding<Target, Prediction>,
): FittedTask<Kind, Input, Target, Prediction> {
  return {
    kind,
    ports: { input: input.port, output: output.port },
    encode: (inputs, targets, name) => {
      if (targets !== null) checkPaired(inputs, targets);
      return {
        count: inputs.length,
        input: input.encode(inputs, name),
        known: null,
        ...(targets === null ? { target: null } : output.encode(targets, name)),
      };
    },
    decode: (answer) => output.decode(answer),
    survey: (inputs, name) => input.survey(inputs, name),
    toJson: () => ({ kind, input: input.toJson(), output: output.toJson() }),
  };
}

/**
 * The codings of a task that a file holds.
 *
 * @param name The file's name.
 * @throws CellstateError `file-format`: which value is wrong, what was expected, what came.
 */
export function codingsFromJson<I, O>(
  json: Json,
  name: string,
  kind: string,
  checks: { readonly input: Check<I>; readonly output: Check<O> },
): { readonly input: I; readonly output: O } {
  const fields = object<{ readonly kind: string; readonly input: I; readonly output: O }>({
    kind: oneOf(kind),
    ...checks,
  });
  return checkedJson(fields, json, name);
}

export function checkedJson<T>(check: Check<T>, json: Json, name: string): T {
  try {
    return check(json, "task");
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw new CellstateError("file-format", `${shown(name)}: ${error.message}`);
  }
}

export function checkPaired(inputs: Values<unknown>, targets: Values<unknown>): void {
  if (inputs.length === targets.length) return;
  throw new RangeError(
    `targets: expected one for each of ${inputs.length} inputs, got ${targets.length}`,
  );
}

/** @throws CellstateError `data` where there is no example. */
export function checkSome(
  { name, inputs, targets }: TrainingExamples<unknown, unknown>,
  unit: "row" | "example",
): void {
  checkPaired(inputs, targets);
  if (inputs.length > 0) return;
  throw new CellstateError("data", `${shown(name)}: no ${unit}s to learn from`);
}

/** @throws TypeError for what a decoder wrote. */
export function answered(output: NetworkOutput | WrittenOutput): NetworkOutput {
  if ("heads" in output) return output;
  throw new TypeError("output: expected the numbers of heads, got tokens that were written");
}

/** @throws TypeError for what was not written by a decoder. */
export function written(output: NetworkOutput | WrittenOutput): WrittenOutput {
  if ("tokens" in output) return output;
  throw new TypeError("output: expected tokens that were written, got the numbers of heads");
}

export function emptySurvey(examples: number): Survey {
  return { examples, cut: 0, unknown: new Map(), missing: new Map() };
}

export function countIn(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Tokens that sequences keep in memory: 64 MiB, and what is more is made anew in each pass. */
const MOST_KEPT = 2 ** 24;
/** What keeping a sequence takes beside its tokens, counted in tokens. */
const KEEPING = 32;

/** One token an example. */
export function singleTokens(tokens: Int32Array, size: number): TokenSequences {
  return {
    kind: "tokens",
    size,
    steps: () => 1,
    copy: (example, into, at) => {
      into[at] = tokens[example];
    },
  };
}

/** @param tokensOf Makes an example's tokens; called when they are first asked for. */
export function tokenSequences<T>(
  values: Values<T>,
  size: number,
  tokensOf: (value: T, example: number) => Int32Array,
): TokenSequences {
  const kept = new Map<number, Int32Array>();
  const lengths = new Int32Array(values.length).fill(-1);
  let room = MOST_KEPT;
  const get = (example: number): Int32Array => {
    const known = kept.get(example);
    if (known) return known;
    const tokens = tokensOf(valueAt(values, example), example);
    lengths[example] = tokens.length;
    if (room >= tokens.length + KEEPING) {
      room -= tokens.length + KEEPING;
      kept.set(example, tokens);
    }
    return tokens;
  };
  return {
    kind: "tokens",
    size,
    steps: (example) => (lengths[example] >= 0 ? lengths[example] : get(example).length),
    copy: (example, into, at, stride) => {
      const tokens = get(example);
      for (let t = 0; t < tokens.length; t++) into[at + t * stride] = tokens[t];
    },
  };
}
