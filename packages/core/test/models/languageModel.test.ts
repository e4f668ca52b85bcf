import { describe, expect, it } from "vitest";
import { lstm, lstmProjection } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { LanguageModel, type LanguageModelConfig } from "../../src/models/languageModel.ts";

const vocabulary = Vocabulary.of(["the cat"], "characters");

function createModel(config: Partial<LanguageModelConfig>): LanguageModel {
  const sizes = { hiddenSize: 4, layers: 1, embeddingSize: 0, projectionSize: null };
  return new LanguageModel({
    ...{ cell: lstm, vocabulary, ...sizes, dropout: 0, tieWeights: false },
    ...config,
  });
}

describe("a language model", () => {
  it.each<[Partial<LanguageModelConfig>, string]>([
    [{ hiddenSize: 0 }, "config.hiddenSize: expected a whole number from 1 to 65536, got 0"],
    [
      { hiddenSize: Number.NaN },
      "config.hiddenSize: expected a whole number from 1 to 65536, got NaN",
    ],
    [{ layers: 65 }, "config.layers: expected a whole number from 1 to 64, got 65"],
    [
      { embeddingSize: 1.5 },
      "config.embeddingSize: expected a whole number from 0 to 65536, got 1.5",
    ],
    [{ dropout: 1 }, "config.dropout: expected a number from 0 to below 1, got 1"],
    [
      { cell: lstmProjection, projectionSize: 0 },
      "config.projectionSize: expected a whole number from 1 to 65536, got 0",
    ],
    [
      { projectionSize: 2 },
      "lstm: its equations have no projection, so projectionSize 2 means nothing; use lstm-projection",
    ],
    [
      { tieWeights: true },
      "tied weights need an embedding: the one-hot form has no table to share",
    ],
    [
      { tieWeights: true, embeddingSize: 3 },
      "linear: tied weights need an embedding as wide as the last layer's output; got 3 and 4",
    ],
  ])("refuses sizes with which it could not be made or written: %o", (config, message) => {
    expect(() => createModel(config)).toThrow(message);
  });

  it("counts what is learned, without padding", () => {
    // 4·4·(6 + 4 + 1) of the cell, 6·(4 + 1) of the linear layer.
    expect(createModel({}).parameterCount).toBe(176 + 30);
    // A table of 6·4 besides, used twice; the cell's input is then 4.
    expect(createModel({ embeddingSize: 4, tieWeights: true }).parameterCount).toBe(144 + 24 + 6);
  });
});
