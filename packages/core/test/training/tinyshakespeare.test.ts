import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { describeWithShared, sharedPath } from "../../../../test/support/shared.ts";
import { lstmTorch } from "../../src/cells/zoo/index.ts";
import { splitDocuments } from "../../src/data/documents.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { createLanguageModel } from "../../src/models/languageModel.ts";
import { train } from "../../src/training/train.ts";

const FILE = "data/tinyshakespeare.txt";

/** The entropy of a token given the one before it, in nats. */
function entropyAfterOne(tokens: Int32Array): number {
  const pairs = new Map<number, number>();
  const firsts = new Map<number, number>();
  for (let i = 1; i < tokens.length; i++) {
    const pair = tokens[i - 1] * 1000 + tokens[i];
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    firsts.set(tokens[i - 1], (firsts.get(tokens[i - 1]) ?? 0) + 1);
  }
  let total = 0;
  for (const [pair, count] of pairs) {
    total -= count * Math.log(count / (firsts.get(Math.floor(pair / 1000)) ?? 0));
  }
  return total / (tokens.length - 1);
}

describeWithShared(FILE, "a character model of tinyshakespeare", () => {
  it("has char-rnn's number of parameters, and knows more than pairs of letters after 150 steps", async () => {
    const text = readFileSync(sharedPath(FILE), "utf8");
    const vocabulary = Vocabulary.of([text], "characters");
    const documents = [{ name: "tinyshakespeare", tokens: vocabulary.encode(text).tokens }];
    const { training, validation } = splitDocuments(documents, 0.005, 1);
    const sizes = { hiddenSize: 128, layers: 2, embeddingSize: 0, projectionSize: null };
    const model = createLanguageModel(
      { cell: lstmTorch, vocabulary, ...sizes, dropout: 0, tieWeights: false },
      { init: "default", forgetBias: null, chronoSteps: 50, seed: 1 },
    );
    expect(model.parameterCount).toBe(240_321);
    const run = train(model, {
      engine: createWasmEngine(),
      documents: training,
      validation,
      length: { steps: 150 },
      optimizer: { name: "adam", learningRate: 0.02 },
      schedule: "warmup:50+cosine",
      clip: { norm: 1 },
    });
    let loss = Number.NaN;
    for await (const { progress } of run) loss = progress.validationLoss ?? loss;
    // What a letter costs whoever knows just how often each follows each in this very text: 2.45 nats.
    expect(loss).toBeLessThan(entropyAfterOne(documents[0].tokens));
    // Ten seconds on a core of its own.
  }, 120_000);
});
