/**
 * Cuts equations into tokens, each with its place, and into statements: a line, and the lines after it while one of its
 * brackets is open. What follows `#` in a statement is its caption; a comment alone on its line is nobody's.
 */
import type { Place } from "./equationError.ts";

export interface Token {
  /** `end` closes a statement; `illegal` is a character that the language does not have. */
  readonly kind: "name" | "number" | "symbol" | "illegal" | "end";
  /** As the parser knows it: `∘` and `⊙` are `*`, `@` and `⋅` are `·`, the minus sign U+2212 is `-`. */
  readonly text: string;
  readonly at: Place;
}

export interface TokenLine {
  /** Ends with an `end` token, whose place is that after the last character. */
  readonly tokens: readonly Token[];
  readonly caption: string;
}

const SPACE = /[^\S\n]+/y;
const COMMENT = /#[^\n]*/y;
// A name begins with a letter, so that it is never `__proto__`; accents may be combining characters (c̃).
const NAME = /\p{L}[\p{L}\p{M}\p{N}_]*/uy;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const SYMBOLS: ReadonlyMap<string, string> = new Map([
  ...["=", "~", "+", "-", "*", "/", "·", "(", ")", "[", "]", ","].map((s) => [s, s] as const),
  ["∘", "*"],
  ["⊙", "*"],
  ["@", "·"],
  ["⋅", "·"],
  ["−", "-"],
]);

/** @returns The statements in order, without empty ones. Never throws: what is illegal is a token of that kind. */
export function tokenise(text: string): TokenLine[] {
  const lines: TokenLine[] = [];
  let tokens: Token[] = [];
  let comments: string[] = [];
  let depth = 0;
  let line = 1;
  let lineStart = 0;
  let position = 0;

  const place = (): Place => ({ line, column: position - lineStart + 1 });
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = position;
    return pattern.exec(text)?.[0] ?? null;
  };
  const finish = (): void => {
    const last = tokens.at(-1);
    if (last) {
      const at = { line: last.at.line, column: last.at.column + last.text.length };
      lines.push({
        tokens: [...tokens, { kind: "end", text: "", at }],
        caption: comments.join(" "),
      });
    }
    tokens = [];
    comments = [];
    depth = 0;
  };

  while (position < text.length) {
    const at = place();
    const space = match(SPACE);
    if (space !== null) {
      position += space.length;
      continue;
    }
    const comment = match(COMMENT);
    if (comment !== null) {
      const caption = comment.replace(/^#+/, "").trim();
      if (caption !== "" && tokens.length > 0) comments.push(caption);
      position += comment.length;
      continue;
    }
    if (text[position] === "\n") {
      if (depth === 0) finish();
      position++;
      line++;
      lineStart = position;
      continue;
    }
    const name = match(NAME);
    const number = name === null ? match(NUMBER) : null;
    const found = name ?? number;
    if (found !== null) {
      tokens.push({ kind: name === null ? "number" : "name", text: found, at });
      position += found.length;
      continue;
    }
    const symbol = SYMBOLS.get(text[position]);
    if (symbol !== undefined) {
      if (symbol === "(" || symbol === "[") depth++;
      if (symbol === ")" || symbol === "]") depth = Math.max(0, depth - 1);
      tokens.push({ kind: "symbol", text: symbol, at });
      position++;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(position) ?? 0);
    tokens.push({ kind: "illegal", text: character, at });
    position += character.length;
  }
  finish();
  return lines;
}
