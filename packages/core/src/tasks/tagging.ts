/** seq2seq, aligned: for every token of a sequence a tag. Parts of speech, names in a text, the kind of each letter. */
import type { NetworkOutput, OutputPort, Values, WrittenOutput } from "../data/examples.ts";
import { checkLabels, countLabels, MOST_LABELS } from "../data/labels.ts";
import { valueAt } from "../data/splits.ts";
import { CellstateError } from "../errors.ts";
import type { Json } from "../files/json.ts";
import { type Check, distinct, list, object, string } from "../files/schema.ts";
import { shown } from "../files/shown.ts";
import { unknownLabel } from "./classes.ts";
import {
  answered,
  checkPaired,
  checkSome,
  codedTask,
  codingsFromJson,
  countIn,
  emptySurvey,
  type FittedTask,
  type InputCoding,
  type OutputCoding,
  type TrainingExamples,
  tokenSequences,
} from "./coding.ts";
import { MANY_WORDS } from "./textTokens.ts";

const KIND = "tagging";

/** Tokens, or their tags, one after the other; of a string its characters (code points). */
export type Tokens = string | readonly string[];

export interface Tagged {
  /** One for each token of the input. */
  readonly tags: readonly string[];
  /** Of each tag, 0 to 1. */
  readonly probabilities: Float32Array;
}

export interface TaggingTask extends FittedTask<typeof KIND, Tokens, Tokens, Tagged> {
  readonly labels: readonly string[];
}

/**
 * Of more than 1,000 different tokens those that come once are read as unknown, so that it is learnt what to make of an unknown one.
 *
 * @param examples Of the training part alone; each target as long as its input.
 * @throws CellstateError `data`: no examples, only empty ones, one with more or fewer tags than tokens, tags that can be no labels.
 */
export function fitTaggingTask(examples: TrainingExamples<Tokens, Tokens>): TaggingTask {
  checkSome(examples, "example");
  const { name, inputs, targets, target: column = "tag" } = examples;
  checkAligned(inputs, targets, name);
  const items = new Map<string, number>();
  const tags: string[] = [];
  for (let index = 0; index < inputs.length; index++) {
    for (const item of split(valueAt(inputs, index))) countIn(items, item);
    for (const tag of split(valueAt(targets, index))) tags.push(tag);
  }
  if (items.size === 0) {
    throw new CellstateError(
      "data",
      `${shown(name)}: every sequence is empty; give sequences to learn from`,
    );
  }
  const counts = countLabels(tags, { name, column, unit: "token" });
  checkLabels(counts, { name, column, unit: "token" }, "allowed");
  const all = [...items.keys()].sort();
  const often = all.filter((item) => items.get(item) !== 1);
  const known = all.length > MANY_WORDS && often.length > 0 ? often : all;
  return build(new TokenInput(known), new TagOutput(column, counts.labels));
}

/** @throws CellstateError `file-format` */
export function taggingTaskFromJson(json: Json, name: string): TaggingTask {
  const checks = { input: tokenInput, output: tagOutput };
  const { input, output } = codingsFromJson(json, name, KIND, checks);
  return build(input, output);
}

function build(input: TokenInput, output: TagOutput): TaggingTask {
  const task = codedTask(KIND, input, output);
  return {
    ...task,
    labels: output.tags,
    encode: (inputs, targets, name) => {
      if (targets !== null) {
        checkPaired(inputs, targets);
        checkAligned(inputs, targets, name);
      }
      return task.encode(inputs, targets, name);
    },
  };
}

/** A token that training did not have. */
const UNKNOWN = 0;

class TokenInput implements InputCoding<Tokens> {
  readonly #items: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(items: readonly string[]) {
    this.#items = items;
    this.#numbers = new Map(items.map((item, at) => [item, at + 1]));
  }

  get port() {
    return { kind: "tokens", size: this.#items.length + 1 } as const;
  }

  encode(inputs: Values<Tokens>) {
    return tokenSequences(inputs, this.port.size, (tokens) =>
      Int32Array.from(split(tokens), (token) => this.#numbers.get(token) ?? UNKNOWN),
    );
  }

  survey(inputs: Values<Tokens>) {
    const unknown = new Map<string, number>();
    for (let index = 0; index < inputs.length; index++) {
      for (const token of split(valueAt(inputs, index))) {
        if (!this.#numbers.has(token)) countIn(unknown, token);
      }
    }
    return { ...emptySurvey(inputs.length), unknown };
  }

  toJson() {
    return { items: this.#items };
  }
}

class TagOutput implements OutputCoding<Tokens, Tagged> {
  readonly tags: readonly string[];
  readonly #column: string;
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(column: string, tags: readonly string[]) {
    this.tags = tags;
    this.#column = column;
    this.#numbers = new Map(tags.map((tag, number) => [tag, number]));
  }

  get port(): OutputPort {
    return { kind: "classes", size: this.tags.length, each: "step" };
  }

  encode(targets: Values<Tokens>, name: string) {
    const number = (tag: string, example: number, token: number): number => {
      const known = this.#numbers.get(tag);
      if (known !== undefined) return known;
      const at = `${shown(name)}: example ${example + 1}, token ${token + 1}`;
      throw unknownLabel(at, this.#column, tag, this.tags);
    };
    const target = tokenSequences(targets, this.tags.length, (tags, example) =>
      Int32Array.from(split(tags), (tag, token) => number(tag, example, token)),
    );
    return { target };
  }

  decode(output: NetworkOutput | WrittenOutput): Tagged {
    const { steps, heads } = answered(output);
    const size = this.tags.length;
    const tags: string[] = [];
    const probabilities = new Float32Array(steps);
    for (let t = 0; t < steps; t++) {
      const of = heads[0].subarray(t * size, (t + 1) * size);
      const best = of.reduce((most, value, tag) => (value > of[most] ? tag : most), 0);
      tags.push(this.tags[best]);
      probabilities[t] = of[best];
    }
    return { tags, probabilities };
  }

  toJson() {
    return { column: this.#column, tags: this.tags };
  }
}

/** What a model's file may hold. */
const LONGEST_ITEM = 65_536;
const MOST_ITEMS = 1_000_000;

const tokenInput: Check<TokenInput> = (value, path) =>
  new TokenInput(
    object<{ readonly items: readonly string[] }>({
      items: distinct(list(string(LONGEST_ITEM), 1, MOST_ITEMS), (item) => item),
    })(value, path).items,
  );

const tagOutput: Check<TagOutput> = (value, path) => {
  const { column, tags } = object<{ readonly column: string; readonly tags: readonly string[] }>({
    column: string(LONGEST_ITEM),
    tags: distinct(list(string(LONGEST_ITEM, 1), 2, MOST_LABELS), (tag) => tag),
  })(value, path);
  return new TagOutput(column, tags);
};

function split(tokens: Tokens): readonly string[] {
  return typeof tokens === "string" ? Array.from(tokens) : tokens;
}

/** @throws CellstateError `data` for an example with more or fewer tags than tokens, or an empty tag. */
function checkAligned(inputs: Values<Tokens>, targets: Values<Tokens>, name: string): void {
  for (let index = 0; index < inputs.length; index++) {
    const tokens = split(valueAt(inputs, index)).length;
    const tags = split(valueAt(targets, index));
    const at = `${shown(name)}: example ${index + 1}`;
    if (tags.length !== tokens) {
      throw new CellstateError(
        "data",
        `${at}: ${tokens} tokens and ${tags.length} tags; give each token one tag`,
      );
    }
    const empty = tags.indexOf("");
    if (empty >= 0) {
      throw new CellstateError("data", `${at}: token ${empty + 1} has no tag; give it one`);
    }
  }
}
