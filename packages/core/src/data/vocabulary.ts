/**
 * Text to tokens and back: a model's alphabet.
 *
 * Three kinds. *Characters* are Unicode code points. *Words* are runs of letters and digits, with the one space before them;
 * every other sign is a token of its own, so that tokens joined are the text again. *Bytes* are the 256 of UTF-8.
 */
import { CellstateError } from "../errors.ts";

export const TOKEN_KINDS = ["characters", "words", "bytes"] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** The word that stands for all that were too rare to have a token of their own. */
export const UNKNOWN_WORD = "<unknown>";

/** A vocabulary of words keeps this many of the most frequent. */
export const MOST_WORDS = 20_000;

export interface Encoded {
  readonly tokens: Int32Array;
  /** What the vocabulary does not have, with how often it came: left out of `tokens`, or there as the unknown word. */
  readonly unknown: ReadonlyMap<string, number>;
}

/** What goes on without a sign for longer than 100 letters is no word, and a model's file has no room for it: it becomes several tokens. */
const WORD = / ?[\p{L}\p{N}_]{1,100}(?:['’][\p{L}\p{N}_]{1,100}){0,3}|\s|[^\s\p{L}\p{N}_]/gu;

/** The text as a vocabulary of this kind would cut it; bytes as one-character strings of 0 to 255. */
export function cutText(text: string, kind: TokenKind): Iterable<string> {
  if (kind === "characters") return text;
  if (kind === "words") return text.match(WORD) ?? [];
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
}

export class Vocabulary {
  readonly kind: TokenKind;
  /** One string a token, in the order of their numbers. */
  readonly items: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  /** @throws CellstateError `vocabulary` where an item stands twice or there are none. */
  constructor(kind: TokenKind, items: readonly string[]) {
    this.kind = kind;
    this.items = items;
    this.#numbers = new Map(items.map((item, number) => [item, number]));
    if (items.length === 0) throw new CellstateError("vocabulary", "a vocabulary needs a token");
    if (this.#numbers.size !== items.length) {
      const twice = items.find((item, number) => this.#numbers.get(item) !== number);
      throw new CellstateError(
        "vocabulary",
        `the vocabulary holds ${JSON.stringify(twice)} twice; each token must stand once`,
      );
    }
  }

  /**
   * The vocabulary of some texts: characters in code point order, words by frequency (ties in code point order), all 256 bytes.
   */
  static of(texts: Iterable<string>, kind: TokenKind): Vocabulary {
    if (kind === "bytes") {
      return new Vocabulary(
        kind,
        Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)),
      );
    }
    const counts = new Map<string, number>();
    for (const text of texts) {
      for (const piece of cutText(text, kind)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    }
    const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
    const pieces = [...counts.keys()].sort(byText);
    if (kind === "characters") return new Vocabulary(kind, pieces);
    pieces.sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || byText(a, b));
    if (pieces.length <= MOST_WORDS) return new Vocabulary(kind, pieces);
    return new Vocabulary(kind, [UNKNOWN_WORD, ...pieces.slice(0, MOST_WORDS)]);
  }

  get size(): number {
    return this.items.length;
  }

  /** The number of a token, or undefined where the vocabulary does not have it. */
  numberOf(item: string): number | undefined {
    return this.#numbers.get(item);
  }

  encode(text: string): Encoded {
    if (this.kind === "bytes") return this.encodeBytes(new TextEncoder().encode(text));
    const stand = this.kind === "words" ? this.#numbers.get(UNKNOWN_WORD) : undefined;
    const unknown = new Map<string, number>();
    // A text has at most as many tokens as UTF-16 units.
    const tokens = new Int32Array(text.length);
    let count = 0;
    for (const piece of cutText(text, this.kind)) {
      const number = this.#numbers.get(piece);
      if (number === undefined) unknown.set(piece, (unknown.get(piece) ?? 0) + 1);
      const token = number ?? stand;
      if (token !== undefined) tokens[count++] = token;
    }
    return { tokens: tokens.slice(0, count), unknown };
  }

  /** Bytes as they are: for files that are no text. Only for a vocabulary of bytes. */
  encodeBytes(bytes: Uint8Array): Encoded {
    return { tokens: Int32Array.from(bytes), unknown: new Map() };
  }

  decode(tokens: Iterable<number>): string {
    const decoder = this.decoder();
    let text = "";
    for (const token of tokens) text += decoder.push(token);
    return text + decoder.end();
  }

  /** Decodes one token after another: a character of several bytes comes when its last byte has come. */
  decoder(): { push(token: number): string; end(): string } {
    if (this.kind !== "bytes") {
      return { push: (token) => this.items[token] ?? "", end: () => "" };
    }
    // Without ignoreBOM a text that begins with U+FEFF would come back without it.
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    return {
      push: (token) => decoder.decode(Uint8Array.of(token), { stream: true }),
      end: () => decoder.decode(),
    };
  }
}
