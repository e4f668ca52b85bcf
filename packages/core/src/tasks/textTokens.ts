/**
 * Texts to tokens as tasks read and write them: three that are no text (unknown, start, end), then those of a vocabulary. What the vocabulary
 * does not have becomes the unknown token, so that a text keeps its length.
 */
import type { Values } from "../data/examples.ts";
import { valueAt } from "../data/splits.ts";
import {
  cutText,
  MOST_WORDS,
  TOKEN_KINDS,
  type TokenKind,
  Vocabulary,
} from "../data/vocabulary.ts";
import { CellstateError } from "../errors.ts";
import { type Check, distinct, list, object, oneOf, SchemaError, string } from "../files/schema.ts";
import { shown } from "../files/shown.ts";
import { countIn } from "./coding.ts";

export const UNKNOWN = 0;
export const START = 1;
export const END = 2;
const FIRST = 3;

/** What the start and the end of a text are called where tokens are shown. */
export const START_NAME = "<start>";
export const END_NAME = "<end>";

export interface TokenOptions {
  /** What a token is: a character, a word with the space before it (signs apart), or a byte of UTF-8. @default "characters" */
  readonly tokens?: TokenKind;
  /**
   * How often a token must come in training to be known; others become the unknown token, which so is learnt too.
   * @default 1; 2 for words that are read where there are more than 1,000 different ones
   */
  readonly leastCount?: number;
  /** How many tokens are known at most, the most frequent. @default 20,000 */
  readonly mostTokens?: number;
}

/** From so many different words on, those that come once are more use as the unknown word. */
export const MANY_WORDS = 1000;

/** What a model's file may hold. */
const LONGEST_ITEM = 1000;
const MOST_ITEMS = 1_000_000;

export type TextTokensJson = { readonly tokens: TokenKind; readonly items: readonly string[] };

export class TextTokens {
  readonly vocabulary: Vocabulary;

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
  }

  /**
   * @param side Whether the texts are read or written: a rare word is still worth writing.
   * @param name What messages call the texts.
   * @throws CellstateError `data` where all texts are empty.
   */
  static fit(
    texts: Values<string>,
    { tokens = "characters", leastCount, mostTokens = MOST_WORDS }: TokenOptions,
    side: "input" | "output",
    name: string,
  ): TextTokens {
    if (tokens === "bytes") return new TextTokens(Vocabulary.of([], tokens));
    const counts = new Map<string, number>();
    for (let index = 0; index < texts.length; index++) {
      for (const piece of cutText(valueAt(texts, index), tokens)) countIn(counts, piece);
    }
    if (counts.size === 0) {
      throw new CellstateError(
        "data",
        `${shown(name)}: every text is empty; give texts to learn from`,
      );
    }
    const manyWords = tokens === "words" && side === "input" && counts.size > MANY_WORDS;
    const isRepeated = [...counts.values()].some((count) => count > 1);
    const least = leastCount ?? (manyWords && isRepeated ? 2 : 1);
    const pieces = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const known = pieces.filter(([, count]) => count >= least).slice(0, mostTokens);
    if (known.length === 0) {
      throw new RangeError(`leastCount: no token comes ${least} times or more`);
    }
    const items = known.map(([piece]) => piece);
    if (tokens === "characters") items.sort();
    return new TextTokens(new Vocabulary(tokens, items));
  }

  /** Tokens and the three that are no text. */
  get size(): number {
    return this.vocabulary.size + FIRST;
  }

  /** The text's tokens, without start and end. @param unknown Counts what the vocabulary does not have. */
  encode(text: string, unknown?: Map<string, number>): number[] {
    const tokens: number[] = [];
    for (const piece of cutText(text, this.vocabulary.kind)) {
      const number = this.vocabulary.numberOf(piece);
      if (number === undefined && unknown) countIn(unknown, piece);
      tokens.push(number === undefined ? UNKNOWN : number + FIRST);
    }
    return tokens;
  }

  /** The text as tokens have it: each one's piece, whether it is known or not. */
  pieces(text: string): string[] {
    return Array.from(cutText(text, this.vocabulary.kind));
  }

  /** The text of tokens; an unknown one shows as `�`, start and end not at all. */
  decode(tokens: Iterable<number>): string {
    const decoder = this.vocabulary.decoder();
    let text = "";
    for (const token of tokens) {
      if (token >= FIRST) text += decoder.push(token - FIRST);
      else if (token === UNKNOWN) text += UNKNOWN_SIGN;
    }
    return text + decoder.end();
  }

  /** What each token is called where tokens are shown: its text. */
  names(tokens: Iterable<number>): string[] {
    const special = [UNKNOWN_SIGN, START_NAME, END_NAME];
    return Array.from(tokens, (token) => special[token] ?? this.vocabulary.items[token - FIRST]);
  }

  toJson(): TextTokensJson {
    return { tokens: this.vocabulary.kind, items: this.vocabulary.items };
  }
}

const UNKNOWN_SIGN = "\uFFFD";

const vocabularyJson = object<TextTokensJson>({
  tokens: oneOf(...TOKEN_KINDS),
  items: distinct(list(string(LONGEST_ITEM, 1), 1, MOST_ITEMS), (item) => item),
});

export const textTokens: Check<TextTokens> = (value, path) => {
  const { tokens, items } = vocabularyJson(value, path);
  // Bytes are their own numbers: nothing is looked up, so they must be what they are taken for.
  const isBytes =
    items.length === 256 && items.every((item, byte) => item === String.fromCharCode(byte));
  if (tokens === "bytes" && !isBytes) {
    throw new SchemaError(`${path}.items: expected the 256 bytes in order`);
  }
  return new TextTokens(new Vocabulary(tokens, items));
};
