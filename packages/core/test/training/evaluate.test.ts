import { describe, expect, it } from "vitest";
import { lstm } from "../../src/cells/zoo/index.ts";
import { type TokenKind, Vocabulary } from "../../src/data/vocabulary.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { LanguageModel } from "../../src/models/languageModel.ts";
import { evaluate } from "../../src/training/evaluate.ts";

const engine = createReferenceEngine();

/** All weights are zero: every token is as likely as any other. */
function evaluateUniform(text: string, kind: TokenKind) {
  const vocabulary = Vocabulary.of([text], kind);
  const sizes = { hiddenSize: 3, layers: 1, embeddingSize: 0, projectionSize: null };
  const model = new LanguageModel(
    { cell: lstm, vocabulary, ...sizes, dropout: 0, tieWeights: false },
    "float64",
  );
  const { tokens } = vocabulary.encode(text);
  return evaluate(model, engine, [{ name: "text", tokens }]);
}

describe("evaluate", () => {
  it("says log V of a model that knows nothing: one bit a character of two", () => {
    const { loss, perplexity, bitsPerCharacter, tokens } = evaluateUniform("abbab", "characters");
    expect(tokens).toBe(4);
    expect(loss).toBeCloseTo(Math.LN2, 14);
    expect(perplexity).toBeCloseTo(2, 13);
    expect(bitsPerCharacter).toBeCloseTo(1, 14);
  });

  it("shares the bits of words out over their characters", () => {
    // Predicted are " two", " one", " two": two bits of two words each, twelve characters.
    const { tokens, bitsPerCharacter } = evaluateUniform("one two one two", "words");
    expect(tokens).toBe(3);
    // "one", " two", " one" are three words.
    expect(bitsPerCharacter).toBeCloseTo((3 * Math.log2(3)) / 12, 14);
  });

  it("shares the bits of bytes out over code points", () => {
    // Predicted are é (2 bytes), 🙂 (4) and x (1): seven bytes of eight bits each.
    const { tokens, bitsPerCharacter } = evaluateUniform("aé🙂x", "bytes");
    expect(tokens).toBe(7);
    expect(bitsPerCharacter).toBeCloseTo((7 * 8) / 3, 12);
  });
});
