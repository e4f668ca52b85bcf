/**
 * aⁿbⁿ and aⁿbⁿcⁿ between a start S and an end T, and how far a model that was taught short ones is right about long ones.
 *
 * While a's come nobody can tell what is next; from the first b on all is determined. So only that is learnt and judged: the a's and
 * the first b are a document's context.
 */
import {
  type Engine,
  type LanguageModel,
  LanguageStreams,
  type TokenDocument,
  Vocabulary,
} from "../../packages/core/src/index.ts";

/** What stands n times, in this order. */
export type Language = "ab" | "abc";

export function vocabularyOf(language: Language): Vocabulary {
  return new Vocabulary("characters", ["S", ...language, "T"]);
}

/** `SaabbT` for n = 2. */
export function stringOf(language: Language, n: number): string {
  return `S${Array.from(language, (symbol) => symbol.repeat(n)).join("")}T`;
}

/** What is read before the rest is determined: S, the a's and the first b. */
export const undetermined = (n: number): number => n + 2;

export function documentOf(language: Language, n: number): TokenDocument {
  const { tokens } = vocabularyOf(language).encode(stringOf(language, n));
  return { name: `n = ${n}`, tokens, context: undetermined(n) };
}

/** Strings that are read side by side. */
const ROWS = 32;

/**
 * The largest n up to which, from 1 on, every determined symbol of every string is thought the likeliest.
 *
 * @param most Where to stop asking.
 */
export function rightUpTo(
  model: LanguageModel,
  engine: Engine,
  language: Language,
  most: number,
): number {
  for (let from = 1; from <= most; from += ROWS) {
    const count = Math.min(ROWS, most - from + 1);
    const sizes = Array.from({ length: count }, (_, row) => from + row);
    const right = areRight(model, engine, language, sizes);
    const first = right.indexOf(false);
    if (first >= 0) return from + first - 1;
  }
  return most;
}

/** Whether each of some strings is right, from its first b on. */
function areRight(
  model: LanguageModel,
  engine: Engine,
  language: Language,
  sizes: readonly number[],
): boolean[] {
  const streams = new LanguageStreams(model, engine, { room: sizes.length });
  const rows = sizes.map((n) => {
    const { tokens, context = 1 } = documentOf(language, n);
    return { tokens, context, stream: streams.join(), right: true };
  });
  const longest = Math.max(...rows.map(({ tokens }) => tokens.length));
  for (let t = 0; t + 1 < longest; t++) {
    const reading = rows.filter(({ tokens, right }) => right && t + 1 < tokens.length);
    for (const { stream, tokens } of reading) stream.token = tokens[t];
    streams.step();
    for (const row of reading) {
      if (t + 1 < row.context) continue;
      row.right = likeliest(row.stream.logits) === row.tokens[t + 1];
    }
  }
  return rows.map(({ right }) => right);
}

function likeliest(logits: Float32Array | Float64Array): number {
  let best = 0;
  for (let k = 1; k < logits.length; k++) if (logits[k] > logits[best]) best = k;
  return best;
}
