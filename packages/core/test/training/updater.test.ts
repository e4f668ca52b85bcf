import { describe, expect, it } from "vitest";
import { lstm } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createLanguageModel, type LanguageModel } from "../../src/models/languageModel.ts";
import type { TrainOptions } from "../../src/training/options.ts";
import { train } from "../../src/training/train.ts";

const engine = createReferenceEngine();
const TEXT = "the cat sat on the mat. ".repeat(4);
const vocabulary = Vocabulary.of([TEXT], "characters");
const documents = [{ name: "cats", tokens: vocabulary.encode(TEXT).tokens }];

function createModel(): LanguageModel {
  const sizes = { hiddenSize: 4, layers: 2, embeddingSize: 3, projectionSize: null };
  return createLanguageModel(
    { cell: lstm, vocabulary, ...sizes, dropout: 0, tieWeights: false },
    { init: "uniform:0.3", forgetBias: null, chronoSteps: 9, seed: 1 },
    "float64",
  );
}

/** Each layer's change over one step, number by number, and the step's gradient norm. */
async function changes(more: Partial<TrainOptions>) {
  const model = createModel();
  const before = model.weights.slice();
  const shape = { batchSize: 3, window: 8, length: { steps: 1 } };
  let norm = 0;
  for await (const event of train(model, { engine, documents, ...shape, ...more })) {
    if (event.kind === "step") norm = event.gradientNorm;
  }
  const of = (layer: string): number[] =>
    model.parameters.parameters
      .filter((parameter) => parameter.layer === layer)
      .flatMap(({ tensor: { offset, rows, stride } }) =>
        Array.from(
          { length: rows * stride },
          (_, i) => model.weights[offset + i] - before[offset + i],
        ),
      );
  return { model, before, norm, of };
}

const sgd = { name: "sgd", learningRate: 0.1 } as const;
const length = (values: readonly number[]): number => Math.hypot(...values);

function expectTimes(found: readonly number[], factor: number, wanted: readonly number[]): void {
  // Differences of weights below 1, each rounded to 1e-16.
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(factor * wanted[i], 15);
}

describe("groups of layers", () => {
  it("learn at rates of their own", async () => {
    const plain = await changes({ optimizer: sgd });
    const groups = [
      { layers: ["rnn.1"], rate: 0.25 },
      { layers: ["embedding", "linear"], rate: 3 },
    ];
    const grouped = await changes({ optimizer: sgd, groups });
    expect(length(plain.of("rnn.0"))).toBeGreaterThan(0);
    expectTimes(grouped.of("rnn.0"), 1, plain.of("rnn.0"));
    expectTimes(grouped.of("rnn.1"), 0.25, plain.of("rnn.1"));
    expectTimes(grouped.of("embedding"), 3, plain.of("embedding"));
    expectTimes(grouped.of("linear"), 3, plain.of("linear"));
  });

  it("decay by AdamW at their own rate and their own decay: w ← w − η·λ·w beside the step", async () => {
    const adamw = { name: "adamw", learningRate: 0.01, weightDecay: 0 } as const;
    const plain = await changes({ optimizer: adamw });
    const groups = [{ layers: ["rnn"], rate: 0.5, weightDecay: 0.2 }];
    const { model, before, of } = await changes({ optimizer: adamw, groups });
    for (const { layer, tensor } of model.parameters.parameters) {
      if (!layer.startsWith("rnn.")) continue;
      const at = tensor.offset;
      const change = model.weights[at] - before[at];
      expect(change).toBeCloseTo(
        0.5 * (plain.model.weights[at] - before[at]) - 0.5 * 0.01 * 0.2 * before[at],
        15,
      );
    }
    expectTimes(of("linear"), 1, plain.of("linear"));
  });

  it("that are frozen leave the norm by which the others are clipped", async () => {
    const plain = await changes({ optimizer: sgd });
    const frozen = await changes({
      optimizer: sgd,
      groups: [{ layers: ["rnn", "embedding"], frozen: true }],
      clip: { norm: 1e-3 },
    });
    expect(length(frozen.of("rnn.0"))).toBe(0);
    // The step is η times the gradient, so its length tells the linear layer's share of the norm.
    expect(frozen.norm).toBeCloseTo(length(plain.of("linear")) / 0.1, 12);
    expect(frozen.norm).toBeLessThan(plain.norm);
    // PyTorch divides by norm + 1e-6.
    const clipped = (0.1 * 1e-3 * frozen.norm) / (frozen.norm + 1e-6);
    expect(length(frozen.of("linear"))).toBeCloseTo(clipped, 12);
  });
});

describe("the rate of each step", () => {
  it("is the optimizer's times the schedule's factor, by step and by whole epochs", async () => {
    const rates: number[] = [];
    // 95 predictions in 3 rows: windows of 16 steps, two an epoch.
    const shape = { batchSize: 3, window: 16, length: { epochs: 3 } };
    const schedule = "warmup:4+step:0.5:1:2";
    const given = { engine, documents, optimizer: sgd, schedule, ...shape };
    for await (const event of train(createModel(), given)) {
      if (event.kind === "step") rates.push(event.learningRate);
    }
    const wanted = [0.25, 0.5, 0.75, 1, 0.5, 0.5];
    expect(rates).toHaveLength(6);
    for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(0.1 * wanted[i], 15);
  });
});
