import { describe, expect, it } from "vitest";
import { lstm } from "../../src/cells/zoo/index.ts";
import { type TokenKind, Vocabulary } from "../../src/data/vocabulary.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { generate } from "../../src/models/generate.ts";
import { createLanguageModel, type LanguageModel } from "../../src/models/languageModel.ts";
import { train } from "../../src/training/train.ts";

const engine = createReferenceEngine();

/** A model that has learnt a text by heart, which it then repeats. */
async function learn(text: string, kind: TokenKind): Promise<LanguageModel> {
  const vocabulary = Vocabulary.of([text], kind);
  const sizes = { hiddenSize: 16, layers: 1, embeddingSize: 8, projectionSize: null };
  const model = createLanguageModel(
    { cell: lstm, vocabulary, ...sizes, dropout: 0, tieWeights: false },
    { init: "default", forgetBias: null, chronoSteps: 10, seed: 1 },
    "float64",
  );
  const documents = [{ name: "text", tokens: vocabulary.encode(text.repeat(20)).tokens }];
  const run = train(model, {
    ...{ engine, documents, length: { steps: 120 }, batchSize: 4, window: 10 },
    optimizer: { name: "adam", learningRate: 0.03 },
  });
  for await (const _ of run);
  return model;
}

describe("generate", () => {
  it("ends before the stop text, though its tokens come one by one", async () => {
    const model = await learn("abcabd", "characters");
    const written = (stop?: string) => [
      ...generate(model, { engine, prompt: "abcabdab", length: 7, temperature: 0, stop }),
    ];
    expect(written()).toEqual([..."cabdabc"]);
    expect(written("abd")).toEqual(["c"]);
    // What might have begun the stop text and did not is given out after all.
    expect(written("abca").join("")).toBe("cabdabc");
    expect(written("dabx").join("")).toBe("cabdabc");
  });

  it("gives a character of several bytes out when its last byte has come", async () => {
    const model = await learn("é🙂x", "bytes");
    const given = { engine, prompt: "é🙂x", length: 14, temperature: 0 };
    expect([...generate(model, given)]).toEqual(["é", "🙂", "x", "é", "🙂", "x"]);
    expect([...generate(model, { ...given, stop: "🙂" })]).toEqual(["é"]);
  });

  it("writes the same for the same seed, and what it writes is the likeliest at temperature 0", async () => {
    const model = await learn("abcabd", "characters");
    const write = (more: object) => [...generate(model, { engine, length: 30, ...more })].join("");
    expect(write({ seed: 7, temperature: 2 })).toBe(write({ seed: 7, temperature: 2 }));
    expect(write({ seed: 8, temperature: 2 })).not.toBe(write({ seed: 7, temperature: 2 }));
    const greedy = write({ prompt: "ab", temperature: 0 });
    expect(write({ prompt: "ab", topK: 1 })).toBe(greedy);
    expect(write({ prompt: "ab", topP: 1e-9 })).toBe(greedy);
  });

  it("names what of a prompt the model does not know", async () => {
    const model = await learn("abcabd", "characters");
    expect(() => [...generate(model, { engine, prompt: "abΩ" })]).toThrow(
      'the prompt has characters that the model does not know: "Ω"; it knows 4, among them a b c d',
    );
  });
});
