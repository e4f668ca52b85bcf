import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MOST_WORDS, TOKEN_KINDS, UNKNOWN_WORD, Vocabulary } from "../../src/data/vocabulary.ts";

describe("Vocabulary", () => {
  it.each(TOKEN_KINDS)("of %s gives any text back that it was made from", (kind) => {
    // Lone surrogates are no text: UTF-8 cannot hold them.
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(text, (sample) => {
        const vocabulary = Vocabulary.of([sample], kind);
        const { tokens, unknown } = vocabulary.encode(sample);
        expect(unknown.size).toBe(0);
        expect(vocabulary.decode(tokens)).toBe(sample);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it.each(TOKEN_KINDS)("of %s keeps a byte order mark, which is a character too", (kind) => {
    const vocabulary = Vocabulary.of(["\uFEFFabc"], kind);
    expect(vocabulary.decode(vocabulary.encode("\uFEFFabc").tokens)).toBe("\uFEFFabc");
  });

  it("orders characters by code point and counts an emoji as one", () => {
    expect(Vocabulary.of(["b🙂a\n"], "characters").items).toEqual(["\n", "a", "b", "🙂"]);
  });

  it("keeps the space with the word after it, and signs apart", () => {
    const { items } = Vocabulary.of(["My brother's name is Wish. Is it? It is."], "words");
    expect([...items].sort()).toEqual(
      [" It", " Is", " Wish", " brother's", " is", " it", " name", ".", "?", "My"].sort(),
    );
  });

  it("cuts what is too long for a word into tokens that a model's file can hold", () => {
    for (const text of ["a".repeat(5000), "𝔞".repeat(5000), "it's".repeat(2000)]) {
      const vocabulary = Vocabulary.of([text], "words");
      expect(Math.max(...vocabulary.items.map((item) => item.length))).toBeLessThanOrEqual(1000);
      expect(vocabulary.decode(vocabulary.encode(text).tokens)).toBe(text);
    }
  });

  it("leaves out unknown characters and counts them", () => {
    const { tokens, unknown } = Vocabulary.of(["abc"], "characters").encode("aXbXé");
    expect([...tokens]).toEqual([0, 1]);
    expect([...unknown]).toEqual([
      ["X", 2],
      ["é", 1],
    ]);
  });

  it("gives rare words of a large text one token together", () => {
    const words = Array.from({ length: MOST_WORDS + 5 }, (_, i) => `w${i}`);
    const vocabulary = Vocabulary.of([`often often ${words.join(" ")}`], "words");
    expect(vocabulary.size).toBe(MOST_WORDS + 1);
    expect(vocabulary.items[0]).toBe(UNKNOWN_WORD);
    expect([...vocabulary.encode("nowhere").tokens]).toEqual([0]);
  });

  it("decodes bytes of one character only when the last has come", () => {
    const vocabulary = Vocabulary.of([], "bytes");
    const decoder = vocabulary.decoder();
    const pieces = [...new TextEncoder().encode("é!")].map((byte) => decoder.push(byte));
    expect(pieces).toEqual(["", "é", "!"]);
  });

  it("refuses a token that stands twice", () => {
    expect(() => new Vocabulary("characters", ["a", "b", "a"])).toThrow(
      'the vocabulary holds "a" twice; each token must stand once',
    );
  });
});
