/** A shared beginning and two continuations, as each family of models reads them: steps that can be compared, cut and joined. */
import type { Examples } from "../data/examples.ts";
import { CellstateError } from "../errors.ts";
import { LanguageModel } from "../models/languageModel.ts";
import { Network } from "../models/network.ts";
import { encodeText } from "./encodeText.ts";
import type { LanguageInput } from "./languageSubject.ts";
import type { ExampleInput } from "./networkSubject.ts";
import type { VectorInput } from "./recurrentSubject.ts";
import type { TracedInput } from "./signals.ts";
import { type InspectedInput, type InspectedModel, subjectOf } from "./subjects.ts";

/** Rows of numbers, one a step, as the model reads them. */
export type ContextRows = readonly (readonly number[])[];

/** What a model of each family can be given. */
export type ContextInput = LanguageInput | ExampleInput | VectorInput | ContextRows;

export interface ContextInputs<Input extends ContextInput = ContextInput> {
  /** What both have read. */
  readonly shared: Input;
  /** Goes on as before. */
  readonly first: Input;
  /** Changes the subject. */
  readonly second: Input;
}

export type ContextTexts = ContextInputs<string>;

/** One of the three, as the model reads it. */
export interface ContextPart {
  readonly input: TracedInput;
  /** One a step. */
  readonly labels: readonly string[];
}

/**
 * @param what For errors: `the shared beginning`.
 * @throws CellstateError `vocabulary` for a text that the model does not know; `data` where there is nothing. RangeError for rows
 *   of another width; TypeError for an input of another family.
 */
export function contextPart(model: InspectedModel, given: ContextInput, what: string): ContextPart {
  if (model instanceof LanguageModel) {
    const tokens = typeof given === "string" ? encodeText(model, given, what) : given;
    if (isRows(tokens)) throw new TypeError(`${what}: a language model reads a text or tokens`);
    return partOf(model, tokens, what);
  }
  if (typeof given === "string") {
    throw new TypeError(
      `${what}: got a text, which a language model reads; give rows of numbers, one a step, or the model's own input`,
    );
  }
  return partOf(model, isRows(given) ? inputOf(model, fromRows(model, given, what)) : given, what);
}

function partOf(model: InspectedModel, given: InspectedInput, what: string): ContextPart {
  if (isEmpty(given)) throw nothing(what);
  const { input, labels } = subjectOf(model, given);
  return { input, labels };
}

function isEmpty(given: InspectedInput): boolean {
  if (typeof given !== "object" || given === null) return false;
  if ("length" in given) return given.length === 0;
  if ("steps" in given) return given.steps === 0;
  const { examples, example = 0 } = given;
  return example >= 0 && example < examples.count && examples.input.steps(example) === 0;
}

function nothing(what: string): CellstateError {
  return new CellstateError("data", `${what} is empty; give at least one step`);
}

function isRows(given: ContextInput): given is ContextRows {
  return Array.isArray(given) && given.length > 0 && given.every((row) => Array.isArray(row));
}

function fromRows(
  model: Exclude<InspectedModel, LanguageModel>,
  rows: ContextRows,
  what: string,
): TracedInput {
  const width = widthOf(model, what);
  const wrong = rows.findIndex((row) => row.length !== width);
  if (wrong >= 0) {
    throw new RangeError(
      `${what}: expected rows of ${width} numbers, got ${rows[wrong].length} in row ${wrong}`,
    );
  }
  return { kind: "vectors", vectors: Float64Array.from(rows.flat()), width };
}

function widthOf(model: Exclude<InspectedModel, LanguageModel>, what: string): number {
  if (!(model instanceof Network)) return model.config.inputSize;
  const { input } = model.config.ports;
  if (input.kind !== "tokens") return input.width;
  throw new TypeError(`${what}: this network reads tokens, got rows; give { examples, example }`);
}

/** The same as a model's own input. */
export function inputOf(model: InspectedModel, input: TracedInput): InspectedInput {
  const steps = stepsOf(input);
  if (model instanceof Network) return { examples: oneExample(model, input, steps) };
  return input.kind === "tokens" ? input.tokens : { vectors: input.vectors, steps };
}

function oneExample({ config }: Network, read: TracedInput, steps: number): Examples {
  const { input: port, output } = config.ports;
  // Of a decoder nothing is looked at: it is told of one step, and nothing of that.
  const width = output.kind === "numbers" ? output.known : 0;
  const isAsked = output.kind === "numbers" && output.each === "outputStep";
  const known: Examples["known"] = isAsked
    ? {
        ...{ kind: "vectors", width, steps: () => 1 },
        copy: (_, into, at) => {
          into.fill(0, at, at + width);
        },
      }
    : null;
  const input: Examples["input"] =
    read.kind === "tokens"
      ? {
          ...{ kind: "tokens", size: port.kind === "tokens" ? port.size : 0, steps: () => steps },
          copy: (_, into, at, stride) => {
            for (let t = 0; t < steps; t++) into[at + t * stride] = read.tokens[t];
          },
        }
      : {
          ...{ kind: "vectors", width: read.width, steps: () => steps },
          copy: (_, into, at, stride) => {
            for (let t = 0; t < steps; t++) {
              into.set(
                read.vectors.subarray(t * read.width, (t + 1) * read.width),
                at + t * stride,
              );
            }
          },
        };
  return { count: 1, input, known, target: null };
}

export function stepsOf(input: TracedInput): number {
  return input.kind === "tokens" ? input.tokens.length : input.vectors.length / input.width;
}

/** Steps that both begin with. */
export function stepsAlike(first: TracedInput, second: TracedInput): number {
  const [a, b, width] =
    first.kind === "tokens" || second.kind === "tokens"
      ? [tokensOf(first), tokensOf(second), 1]
      : [first.vectors, second.vectors, first.width];
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at++;
  return Math.floor(at / width);
}

/** Steps [from, to). */
export function cut(input: TracedInput, from: number, to?: number): TracedInput {
  if (input.kind === "tokens") return { ...input, tokens: input.tokens.slice(from, to) };
  const { width } = input;
  const end = to === undefined ? undefined : to * width;
  return { ...input, vectors: input.vectors.slice(from * width, end) };
}

export function join(first: TracedInput, second: TracedInput): TracedInput {
  if (first.kind === "tokens" || second.kind === "tokens") {
    return { kind: "tokens", tokens: Int32Array.from([...tokensOf(first), ...tokensOf(second)]) };
  }
  const vectors = new Float64Array(first.vectors.length + second.vectors.length);
  vectors.set(first.vectors);
  vectors.set(second.vectors, first.vectors.length);
  return { kind: "vectors", vectors, width: first.width };
}

export function tokensOf(input: TracedInput): Int32Array {
  if (input.kind === "tokens") return input.tokens;
  throw new RangeError("expected tokens, got vectors");
}
