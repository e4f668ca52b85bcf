/** Texts as inputs that are read, and as outputs that a decoder writes. */
import type { NetworkOutput, OutputPort, Values, WrittenOutput } from "../data/examples.ts";
import { valueAt } from "../data/splits.ts";
import { boolean, type Check, integer, object } from "../files/schema.ts";
import { exp } from "../numbers/portable.ts";
import {
  emptySurvey,
  type InputCoding,
  type OutputCoding,
  type Survey,
  tokenSequences,
  written,
} from "./coding.ts";
import { END, END_NAME, START, START_NAME, type TextTokens, textTokens } from "./textTokens.ts";

/** A longer text makes a step of training long and its first words faint. */
export const MOST_STEPS = 1000;

const LONGEST_TEXT = 2 ** 24;

/** Texts to read: the tokens, between a start and an end where they are marked. */
export class TextInput implements InputCoding<string> {
  readonly tokens: TextTokens;
  /** A mark before the first token, so that a beginning can be told from a middle. */
  readonly start: boolean;
  /** A mark after the last. */
  readonly end: boolean;
  /** Tokens of a text that are read; the marks come on top of them. */
  readonly mostSteps: number;

  constructor(
    tokens: TextTokens,
    marks: { readonly start: boolean; readonly end: boolean },
    mostSteps: number,
  ) {
    this.tokens = tokens;
    this.start = marks.start;
    this.end = marks.end;
    this.mostSteps = checkedSteps(mostSteps);
  }

  get port() {
    return { kind: "tokens", size: this.tokens.size } as const;
  }

  encode(inputs: Values<string>) {
    return tokenSequences(inputs, this.tokens.size, (text) => this.#tokensOf(text));
  }

  /** What each step of a text is called: its piece of the text, even where it is not known. */
  names(text: string): string[] {
    const read = this.tokens.pieces(text).slice(0, this.mostSteps);
    return [...(this.start ? [START_NAME] : []), ...read, ...(this.end ? [END_NAME] : [])];
  }

  survey(inputs: Values<string>) {
    return surveyTexts(inputs, this.tokens, this.mostSteps);
  }

  toJson() {
    const { tokens, start, end, mostSteps } = this;
    return { vocabulary: tokens.toJson(), start, end, mostSteps };
  }

  #tokensOf(text: string): Int32Array {
    const read = this.tokens.encode(text).slice(0, this.mostSteps);
    return Int32Array.from([...(this.start ? [START] : []), ...read, ...(this.end ? [END] : [])]);
  }
}

export const textInput: Check<TextInput> = (value, path) => {
  const { vocabulary, start, end, mostSteps } = object<{
    readonly vocabulary: TextTokens;
    readonly start: boolean;
    readonly end: boolean;
    readonly mostSteps: number;
  }>({
    vocabulary: textTokens,
    start: boolean,
    end: boolean,
    mostSteps: integer(1, LONGEST_TEXT),
  })(value, path);
  return new TextInput(vocabulary, { start, end }, mostSteps);
};

export interface WrittenText {
  readonly text: string;
  /** The geometric mean of the probabilities of the tokens and, where it has one, the end, 0 to 1: so that long texts compare with short ones. */
  readonly probability: number;
}

/** Texts to write: the tokens, then the end. A text that is cut has no end, so that nobody learns to stop there. */
export class TextOutput implements OutputCoding<string, WrittenText> {
  readonly tokens: TextTokens;
  readonly mostSteps: number;
  /** Tokens of the longest text of training, with the end: what a decoder has been asked for. */
  readonly longest: number;

  constructor(tokens: TextTokens, mostSteps: number, longest: number) {
    this.tokens = tokens;
    this.mostSteps = checkedSteps(mostSteps);
    this.longest = longest;
  }

  static fit(tokens: TextTokens, mostSteps: number, texts: Values<string>): TextOutput {
    let longest = 0;
    for (let index = 0; index < texts.length; index++) {
      longest = Math.max(longest, tokens.pieces(valueAt(texts, index)).length);
    }
    return new TextOutput(tokens, mostSteps, Math.min(longest, mostSteps) + 1);
  }

  get port(): OutputPort {
    return { kind: "tokens", size: this.tokens.size, start: START, end: END };
  }

  encode(targets: Values<string>) {
    const target = tokenSequences(targets, this.tokens.size, (text) => {
      const tokens = this.tokens.encode(text);
      return Int32Array.from(
        tokens.length > this.mostSteps ? tokens.slice(0, this.mostSteps) : [...tokens, END],
      );
    });
    return { target };
  }

  survey(targets: Values<string>) {
    return surveyTexts(targets, this.tokens, this.mostSteps);
  }

  decode(output: NetworkOutput | WrittenOutput): WrittenText {
    const { tokens, ended, logProbability } = written(output);
    return {
      text: this.tokens.decode(tokens),
      probability: exp(logProbability / (tokens.length + (ended ? 1 : 0))),
    };
  }

  toJson() {
    const { tokens, mostSteps, longest } = this;
    return { vocabulary: tokens.toJson(), mostSteps, longest };
  }
}

export const textOutput: Check<TextOutput> = (value, path) => {
  const { vocabulary, mostSteps, longest } = object<{
    readonly vocabulary: TextTokens;
    readonly mostSteps: number;
    readonly longest: number;
  }>({
    vocabulary: textTokens,
    mostSteps: integer(1, LONGEST_TEXT),
    longest: integer(1, LONGEST_TEXT + 1),
  })(value, path);
  return new TextOutput(vocabulary, mostSteps, longest);
};

function surveyTexts(texts: Values<string>, tokens: TextTokens, mostSteps: number): Survey {
  const unknown = new Map<string, number>();
  let cut = 0;
  for (let index = 0; index < texts.length; index++) {
    if (tokens.encode(valueAt(texts, index), unknown).length > mostSteps) cut++;
  }
  return { ...emptySurvey(texts.length), cut, unknown };
}

function checkedSteps(mostSteps: number): number {
  if (Number.isInteger(mostSteps) && mostSteps >= 1 && mostSteps <= LONGEST_TEXT) return mostSteps;
  throw new RangeError(
    `mostSteps: expected a whole number from 1 to ${LONGEST_TEXT}, got ${mostSteps}`,
  );
}
