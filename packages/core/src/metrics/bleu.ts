/**
 * BLEU: how many of the written 1- to 4-grams of words are right, and a penalty for writing too little.
 *
 *   BLEU = 100 · min(1, exp(1 − right / written)) · (p₁ p₂ p₃ p₄)^¼,   pₙ the share of n-grams that are right
 *
 * K. Papineni and others, Bleu: a Method for Automatic Evaluation of Machine Translation, ACL 2002; for a whole corpus, as sacreBLEU 2
 * computes it by default (its signature: case:mixed|eff:no|tok:13a|smooth:exp): the words of NIST's mteval-v13a, and the k-th n
 * for which no n-gram is right counts as 1 / 2ᵏ right n-grams (its smoothing). An example's length is judged by the reference of nearest
 * length, its n-grams by all references together.
 */
import { exp, log } from "../numbers/portable.ts";
import { countCommon, countNgrams } from "./ngrams.ts";
import { type Sums, sumsOf } from "./sums.ts";
import { checkReferences } from "./text.ts";

const ORDERS = 4;

/**
 * Counted n-grams and lengths by example, to be read by `bleu`.
 *
 * @param predictions One an example.
 * @param references One or more an example.
 * @throws RangeError where lengths differ or an example has no reference.
 */
export function bleuSums(
  predictions: readonly string[],
  references: readonly (readonly string[])[],
): Sums {
  checkReferences("bleuSums", predictions, references);
  const rows = predictions.map((prediction, i) => {
    const written = words(prediction);
    const right = references[i].map(words);
    const row = [written.length, nearestLength(written.length, right)];
    for (let n = 1; n <= ORDERS; n++) {
      const most = new Map<string, number>();
      for (const reference of right) {
        for (const [ngram, count] of countNgrams(reference, n, " ")) {
          most.set(ngram, Math.max(count, most.get(ngram) ?? 0));
        }
      }
      row.push(
        Math.max(0, written.length - n + 1),
        countCommon(countNgrams(written, n, " "), most),
      );
    }
    return row;
  });
  return sumsOf(rows, 2 + 2 * ORDERS);
}

/** @param sums Of `bleuSums`, added over examples. @returns 0 to 100. */
export function bleu(sums: ArrayLike<number>): number {
  const [written, right] = [sums[0], sums[1]];
  let logarithms = 0;
  let smoothing = 1;
  let matched = 0;
  for (let n = 0; n < ORDERS; n++) {
    const all = sums[2 + 2 * n];
    let correct = sums[3 + 2 * n];
    // Nothing as long as this was written: undefined, and 0 by convention.
    if (all === 0) return 0;
    matched += correct;
    if (correct === 0) {
      smoothing /= 2;
      correct = smoothing;
    }
    logarithms += log(correct / all);
  }
  if (matched === 0) return 0;
  const brevity = written < right ? 1 - right / written : 0;
  return 100 * exp(brevity + logarithms / ORDERS);
}

/**
 * Words and marks as mteval-v13a parts them: ASCII marks stand alone, but for the apostrophe and the hyphen; full stops and commas
 * within numbers and the hyphen after letters stay where they are.
 */
export function words(text: string): string[] {
  return ` ${undone(text)} `
    .replace(/[!-&(-+/:-@[-`{-~]/gu, " $& ")
    .replace(/([^0-9])([.,])/gu, "$1 $2 ")
    .replace(/([.,])([^0-9])/gu, " $1 $2")
    .replace(/([0-9])-/gu, "$1 - ")
    .split(/\s+/u)
    .filter((word) => word !== "");
}

/** What mteval-v13a undoes before: SGML's entities, its mark for what was left out, words hyphenated at the end of a line. */
function undone(text: string): string {
  return text
    .replaceAll("<skipped>", "")
    .replaceAll("-\n", "")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
}

/** Of several nearest, the shortest. */
function nearestLength(length: number, references: readonly (readonly string[])[]): number {
  let nearest = references[0].length;
  for (const reference of references) {
    const closer = Math.abs(reference.length - length) - Math.abs(nearest - length);
    if (closer < 0 || (closer === 0 && reference.length < nearest)) nearest = reference.length;
  }
  return nearest;
}
