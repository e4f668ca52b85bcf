/**
 * Texts as counts of their characters' n-grams, n = 1 … 4, with marks for where a text begins and ends: of "Ito" `I t o ^I It to o$ ^It Ito to$
 * ^Ito Ito$`, with control characters for the marks. An n-gram that no text to learn from has is not seen later.
 */
import { type SparseRows, sparseRows } from "./sparseRows.ts";

const LONGEST = 4;
/** Control characters "start of text" and "end of text", which no text has within. */
const BEGIN = "\u0002";
const END = "\u0003";

/** The n-grams of the texts to learn from, by column. */
export type NgramColumns = ReadonlyMap<string, number>;

/** Columns in the order in which n-grams first occur. */
export function ngramColumns(texts: Iterable<string>): NgramColumns {
  const columns = new Map<string, number>();
  for (const text of texts) {
    for (const ngram of ngramsOf(text)) {
      if (!columns.has(ngram)) columns.set(ngram, columns.size);
    }
  }
  return columns;
}

/** One row a text: how often it has each n-gram. */
export function countNgrams(texts: readonly string[], columns: NgramColumns): SparseRows {
  const rows = texts.map((text) => {
    const counts = new Map<number, number>();
    for (const ngram of ngramsOf(text)) {
      const column = columns.get(ngram);
      if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
    }
    return [...counts];
  });
  return sparseRows(rows, columns.size);
}

function ngramsOf(text: string): string[] {
  const characters = [BEGIN, ...text, END];
  const ngrams: string[] = [];
  for (let n = 1; n <= LONGEST; n++) {
    for (let i = 0; i + n <= characters.length; i++) {
      // A mark alone stands in every text and says nothing.
      if (n === 1 && (i === 0 || i === characters.length - 1)) continue;
      ngrams.push(characters.slice(i, i + n).join(""));
    }
  }
  return ngrams;
}
