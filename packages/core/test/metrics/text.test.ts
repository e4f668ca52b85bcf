import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bleu, bleuSums, words } from "../../src/metrics/bleu.ts";
import { chrf, chrfSums } from "../../src/metrics/chrf.ts";
import { total } from "../../src/metrics/sums.ts";
import {
  characterErrorRate,
  characterErrorSums,
  editDistance,
  exactMatch,
} from "../../src/metrics/text.ts";

const WRITTEN = [
  "Je suis fatigué .",
  "Il n'a pas vu le chat.",
  "C'est à 3,50 € - environ 1.000 fois trop !",
  "Où est-ce que tu vas ?",
  "Oui",
];
const RIGHT = [
  ["Je suis fatigué."],
  ["Il n'a pas vu ce chat.", "Il n'a pas aperçu le chat."],
  ["Ça coûte 3,50 €, environ 1.000 fois trop cher !"],
  ["Où vas-tu ?", "Où est-ce que vous allez ?", "Où tu vas ?"],
  ["Oui !"],
];

const chrfOf = (written: string[], right: string[][]) => chrf(total(chrfSums(written, right)));
const bleuOf = (written: string[], right: string[][]) => bleu(total(bleuSums(written, right)));

const text = fc.string({ unit: fc.constantFrom("a", "b", "é", "🙂", " "), maxLength: 12 });
const texts = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 8 });

// All figures of chrF, BLEU and words: sacreBLEU 2.6.0, CHRF() and BLEU() with their defaults, Tokenizer13a.
describe("chrF", () => {
  it("agrees with sacreBLEU on a corpus with one reference or several", () => {
    expect(chrfOf(WRITTEN, RIGHT)).toBeCloseTo(65.88887497970074, 12);
    const first = RIGHT.map((list) => list.slice(0, 1));
    expect(chrfOf(WRITTEN, first)).toBeCloseTo(64.77980652605056, 12);
  });

  it.each([
    ["ab", "abcdefgh", 23.404255319148938],
    ["abcdefgh", "ab", 55.00000000000001],
    ["naïve 🙂🙂", "naive 🙂", 27.02724618877716],
    ["", "abc", 0],
    ["abc", "", 0],
    ["xyz", "abc", 0],
  ])("agrees with sacreBLEU on %j for %j", (written, right, score) => {
    expect(chrfOf([written], [[right]])).toBeCloseTo(score, 12);
  });

  it("weighs recall above precision", () => {
    const right = RIGHT.map((list) => list.slice(0, 1));
    const turned = chrfOf(
      right.map(([first]) => first),
      WRITTEN.map((written) => [written]),
    );
    expect(turned).toBeCloseTo(63.55681106992176, 12);
  });

  it("sees no white space", () => {
    expect(chrfOf(["a b\tcdef"], [["abc def"]])).toBe(100);
  });
});

describe("BLEU", () => {
  it("agrees with sacreBLEU on a corpus with one reference or several", () => {
    expect(bleuOf(WRITTEN, RIGHT)).toBeCloseTo(45.85663921868795, 12);
    const first = RIGHT.map((list) => list.slice(0, 1));
    expect(bleuOf(WRITTEN, first)).toBeCloseTo(38.32578991318308, 12);
  });

  it("agrees with sacreBLEU where no 3-gram is right", () => {
    const right = [["the cat sat on the mat"], ["the dog"]];
    expect(bleuOf(["the cat is on a mat", "the the the"], right)).toBeCloseTo(
      16.036590969929364,
      12,
    );
  });

  it("is 0 where nothing is right or nothing is four words long", () => {
    expect(bleuOf(["one two three four"], [["five six seven eight"]])).toBe(0);
    expect(bleuOf(["one two three"], [["one two three"]])).toBe(0);
    expect(bleuOf([""], [["one two three"]])).toBe(0);
  });

  it.each([
    ["Hello, world! It's 3.14 (or 22/7).", "Hello , world ! It's 3.14 ( or 22 / 7 ) ."],
    ["well-known 1990-95 e.g. $5,000.", "well-known 1990 - 95 e . g . $ 5,000 ."],
    ["&quot;A &amp; B&quot; &lt;x&gt;", '" A & B " < x >'],
    ["a,b,c 1,2,3 .5 5.", "a , b , c 1,2,3 . 5 5 ."],
    ["«Où ça?», dit-il… 5-", "«Où ça ? » , dit-il… 5 -"],
  ])("parts %j as mteval-v13a does", (line, parted) => {
    expect(words(line).join(" ")).toBe(parted);
  });
});

describe("chrF and BLEU", () => {
  it("are 100 for a perfect translation", () => {
    const right = RIGHT.map((list) => list.slice(0, 1));
    const written = right.map(([first]) => first);
    // exp and log of exact ones.
    expect([chrfOf(written, right), bleuOf(written, right)]).toEqual([100, 100]);
  });

  it("do not depend on the order of examples, and stay within 0 and 100", () => {
    fc.assert(
      fc.property(texts, (found) => {
        for (const score of [chrfOf, bleuOf]) {
          const of = (list: [string, string][]) =>
            score(
              list.map(([written]) => written),
              list.map(([, right]) => [right]),
            );
          const value = of(found);
          expect(of(found.toReversed())).toBe(value);
          expect(value).toBeGreaterThanOrEqual(0);
          // A rounding or two above 100.
          expect(value).toBeLessThanOrEqual(100 + 1e-12);
        }
      }),
    );
  });

  it("want references for every example", () => {
    expect(() => chrfSums(["a"], [])).toThrow(
      new RangeError("chrfSums: 1 predictions need as many lists of references, got 0"),
    );
    expect(() => bleuSums(["a", "b"], [["a"], []])).toThrow(
      new RangeError("bleuSums: example 1 has no reference"),
    );
  });
});

describe("edit distance", () => {
  it.each([
    ["kitten", "sitting", 3],
    ["intention", "execution", 5],
    ["", "abc", 3],
    ["abc", "", 3],
    ["abc", "abc", 0],
  ])("from %j to %j is %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it("takes tokens too", () => {
    expect(editDistance([1, 2, 3, 4], Int32Array.of(2, 3, 5))).toBe(2);
  });

  it("is a metric", () => {
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});

describe("character error rate", () => {
  const rate = (written: string[], right: string[][]) =>
    characterErrorRate(total(characterErrorSums(written, right)));

  it("is edits over the characters of the right texts together", () => {
    expect(rate(["abcd", "x🙂"], [["abxd"], ["x🙃y🙂"]])).toBe(3 / 8);
  });

  it("takes the nearest of several right texts", () => {
    expect(rate(["abc"], [["xyz", "abcd", "ab"]])).toBe(1 / 4);
  });

  it("is infinite for what is written where nothing should be", () => {
    expect(rate(["a"], [[""]])).toBe(Number.POSITIVE_INFINITY);
    expect(rate([""], [[""]])).toBe(0);
  });
});

it("an exact match is one of the right texts, to the character", () => {
  expect(exactMatch("2001-01-01", ["2001-01-01"])).toBe(true);
  expect(exactMatch("Va !", ["Marche.", "Va !"])).toBe(true);
  expect(exactMatch("va !", ["Va !"])).toBe(false);
});
