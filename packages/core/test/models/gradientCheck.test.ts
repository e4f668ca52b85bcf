import { describe, expect, it } from "vitest";
import { gru, lstm, lstmProjection, sru } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { gradientCheck } from "../../src/models/gradientCheck.ts";
import { createLanguageModel, type LanguageModelConfig } from "../../src/models/languageModel.ts";

const vocabulary = Vocabulary.of(["abcde"], "characters");
const plain = { embeddingSize: 0, projectionSize: null, dropout: 0, tieWeights: false };

describe("gradientCheck of a whole model", () => {
  it.each<[string, Partial<LanguageModelConfig>]>([
    ["with one-hot input", { cell: lstm }],
    ["with an embedding and dropout", { cell: gru, embeddingSize: 3, dropout: 0.4 }],
    ["with weights tied", { cell: lstm, embeddingSize: 4, tieWeights: true }],
    [
      "with a projection and tied weights",
      { cell: lstmProjection, embeddingSize: 2, tieWeights: true },
    ],
    ["whose cell joins x and units", { cell: sru, embeddingSize: 4 }],
  ])("agrees with central differences %s", (_, config) => {
    const model = createLanguageModel(
      { cell: lstm, vocabulary, hiddenSize: 4, layers: 2, ...plain, ...config },
      { init: "uniform:0.5", forgetBias: null, chronoSteps: 9, seed: 1 },
      "float64",
    );
    const { passed, count, worst } = gradientCheck(model);
    expect(worst?.what).toMatch(/^(embedding|linear)\.(weight|bias)$|^rnn\.[01]\.[A-Za-z]+_\w+$/);
    expect(passed).toBe(true);
    expect(count).toBe(model.parameterCount);
  });
});
