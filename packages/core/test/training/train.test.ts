import { describe, expect, it } from "vitest";
import { lstm } from "../../src/cells/zoo/index.ts";
import type { TokenDocument } from "../../src/data/documents.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { CellstateError } from "../../src/errors.ts";
import { generate } from "../../src/models/generate.ts";
import { createLanguageModel, type LanguageModel } from "../../src/models/languageModel.ts";
import { Evaluator, evaluate } from "../../src/training/evaluate.ts";
import type { TrainOptions } from "../../src/training/options.ts";
import type { TrainingEvent } from "../../src/training/progress.ts";
import { train } from "../../src/training/train.ts";

const TEXT = "the cat sat on the mat. the dog sat on the log. ".repeat(20);
const vocabulary = Vocabulary.of([TEXT], "characters");
const documents: TokenDocument[] = [{ name: "cats", tokens: vocabulary.encode(TEXT).tokens }];

function createModel(precision: "float32" | "float64" = "float32"): LanguageModel {
  const sizes = { hiddenSize: 12, layers: 2, embeddingSize: 0, projectionSize: null };
  return createLanguageModel(
    { cell: lstm, vocabulary, ...sizes, dropout: 0.2, tieWeights: false },
    { init: "default", forgetBias: null, chronoSteps: 16, seed: 1 },
    precision,
  );
}

function options(engine: Engine, more: Partial<TrainOptions> = {}): TrainOptions {
  return {
    engine,
    documents,
    validation: documents,
    length: { steps: 24 },
    batchSize: 8,
    window: 16,
    optimizer: { name: "adam", learningRate: 0.01 },
    schedule: "cosine",
    clip: { norm: 1 },
    ...more,
  };
}

async function collect(model: LanguageModel, given: TrainOptions): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of train(model, given)) events.push(event);
  return events;
}

const ENGINES = { reference: createReferenceEngine, wasm: createWasmEngine };

describe.each(Object.entries(ENGINES))("train on the %s engine", (name, createEngine) => {
  const precision = name === "reference" ? "float64" : "float32";
  const engine = createEngine();

  it("gives the same weights for the same seed, others for another", async () => {
    const run = async (seed: number) => {
      const model = createModel(precision);
      await collect(model, options(engine, { seed }));
      return model.weights;
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    // Dropout draws from the seed.
    expect(await run(2)).not.toEqual(first);
  });

  it.each([1, 7, 8, 15])(
    "resumed after %i steps ends bit for bit where it would have",
    async (at) => {
      const whole = createModel(precision);
      await collect(whole, options(engine));
      const broken = createModel(precision);
      let snapshot: ReturnType<TrainingEvent["snapshot"]> | undefined;
      for await (const event of train(broken, options(engine))) {
        if (event.kind === "step" && event.progress.step === at) {
          snapshot = event.snapshot();
          break;
        }
      }
      const resumed = createModel(precision);
      await collect(resumed, options(engine, { resume: snapshot }));
      expect(resumed.weights).toEqual(whole.weights);
    },
  );

  it("learns a text by heart", async () => {
    const model = createModel(precision);
    const length = { steps: 300 } as const;
    await collect(
      model,
      options(engine, { length, optimizer: { name: "adam", learningRate: 0.02 } }),
    );
    // Chance is ln 15 = 2.71; what cannot be known (cat or dog, mat or log) costs 2·ln 2 / 24 = 0.058 a character.
    expect(evaluate(model, engine, documents).loss).toBeLessThan(0.25);
    const text = [...generate(model, { engine, prompt: "the d", length: 14, temperature: 0 })];
    expect(text.join("")).toBe("og sat on the ");
  });

  it("has a loss that does not depend on how many rows compute it", () => {
    const model = createModel(precision);
    const long = [...documents, { name: "again", tokens: documents[0].tokens.slice(0, 700) }];
    const many = Array.from({ length: 6 }, () => long).flat();
    const losses = [1, 3, 32].map(
      (rows) => new Evaluator(model, engine, many, rows).evaluate().loss,
    );
    expect(losses[1]).toBe(losses[0]);
    expect(losses[2]).toBe(losses[0]);
  });
});

describe("train", () => {
  const engine = createReferenceEngine();

  it("leaves the model with the best weights of its validations", async () => {
    const model = createModel("float64");
    // Read backwards, the text shares only how often letters come: what is learnt of their order makes the loss rise again.
    const validation = [{ name: "back", tokens: documents[0].tokens.toReversed() }];
    const optimizer = { name: "adam", learningRate: 0.03 } as const;
    const more = { validation, optimizer, validateEvery: 3, schedule: "constant" };
    const events = await collect(model, options(engine, more));
    const losses = events.flatMap((event) => (event.kind === "validation" ? [event.loss] : []));
    expect(losses).toHaveLength(8);
    expect(losses.indexOf(Math.min(...losses))).toBeLessThan(7);
    expect(evaluate(model, engine, validation).loss).toBe(Math.min(...losses));
  });

  it("stops when so many validations were no better", async () => {
    const optimizer = { name: "sgd", learningRate: 0 } as const;
    const given = options(engine, { optimizer, validateEvery: 2, patience: 3, clip: null });
    const last = (await collect(createModel("float64"), given)).at(-1);
    expect(last).toMatchObject({ kind: "done", reason: "patience", progress: { step: 8 } });
  });

  it("ends where it would have when resumed at the validation that exhausted its patience", async () => {
    const optimizer = { name: "sgd", learningRate: 0 } as const;
    const given = options(engine, { optimizer, validateEvery: 2, patience: 3, clip: null });
    const events = await collect(createModel("float64"), given);
    // The memory stands still after the last step, so a snapshot taken now is that of the last validation.
    const resume = events.at(-2)?.snapshot();
    const kinds = (await collect(createModel("float64"), { ...given, resume })).map((e) => e.kind);
    expect(kinds).toEqual(["done"]);
  });

  it.each<[string, Partial<TrainOptions>, RegExp]>([
    [
      "optimizer",
      { optimizer: { name: "sgd" } },
      /^the checkpoint has slot\.1, for which this run/,
    ],
    ["batch size", { batchSize: 4 }, /has 96 numbers of state\.0, this run needs 48; resume with/],
    ["engine", { engine: createWasmEngine() }, /has weights in float64, this run needs float32;/],
  ])("refuses to resume with another %s", async (_, more, message) => {
    const events = await collect(createModel("float64"), options(engine, { length: { steps: 2 } }));
    const resume = events.at(-1)?.snapshot();
    const error = await collect(createModel(), options(engine, { ...more, resume })).catch(
      (e) => e,
    );
    expect(error).toMatchObject({ code: "resume", message: expect.stringMatching(message) });
  });

  it.each<[Partial<TrainOptions>, string]>([
    [
      { length: { steps: Number.NaN } },
      "length.steps: expected a whole number of 0 or more, got NaN",
    ],
    [{ length: { epochs: 0.5 } }, "length.epochs: expected a whole number of 0 or more, got 0.5"],
    [{ length: { minutes: 0 } }, "length.minutes: expected a number above 0, got 0"],
    [{ batchSize: 0 }, "batchSize: expected a whole number of 1 or more, got 0"],
    [{ window: 1.5 }, "window: expected a whole number of 1 or more, got 1.5"],
    [{ patience: 0 }, "patience: expected a whole number of 1 or more, got 0"],
    [{ clip: { value: Number.NaN } }, "clip.value: expected a number above 0, got NaN"],
    [
      { optimizer: { name: "adam", learningRate: -1 } },
      "learningRate: expected a number of 0 or more, got -1",
    ],
    [
      { documents: [{ name: "other", tokens: Int32Array.of(0, 1, 14) }] },
      "other: token 14 at 2; expected 0 to 13, the model's vocabulary",
    ],
    [
      { validation: [{ name: "other", tokens: Int32Array.of(0, -1) }] },
      "other: token -1 at 1; expected 0 to 13, the model's vocabulary",
    ],
  ])("refuses what no run could follow: %o", async (wrong, message) => {
    const model = createModel("float64");
    const before = model.weights.slice();
    const error = await collect(model, options(engine, wrong)).catch((e) => e);
    expect(error).toEqual(new RangeError(message));
    expect(model.weights).toEqual(before);
  });

  it("lays epochs of one order out at once, however many", async () => {
    const abort = new AbortController();
    const long = options(engine, { length: { epochs: 1e9 }, signal: abort.signal });
    for await (const { progress } of train(createModel("float64"), long)) {
      // 959 predictions in 8 rows of windows of 16: 8 steps an epoch.
      expect(progress.totalSteps).toBe(8e9);
      abort.abort();
    }
  });

  it("takes a window and a batch beyond any text for the whole of it", async () => {
    const [whole, beyond] = [createModel("float64"), createModel("float64")];
    const short = { documents: [{ name: "a", tokens: documents[0].tokens.slice(0, 30) }] };
    await collect(whole, options(engine, { ...short, batchSize: 1, window: 29 }));
    await collect(beyond, options(engine, { ...short, batchSize: 1e9, window: 1e9 }));
    expect(beyond.weights).toEqual(whole.weights);
  });

  it("ends at an AbortSignal with the weights it has", async () => {
    const abort = new AbortController();
    const model = createModel("float64");
    const events: TrainingEvent[] = [];
    for await (const event of train(model, options(engine, { signal: abort.signal }))) {
      events.push(event);
      if (event.progress.step === 5) abort.abort();
    }
    expect(events.at(-1)).toMatchObject({ kind: "done", reason: "aborted", progress: { step: 5 } });
  });

  it("gives timers their turn between steps", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await collect(createModel("float64"), options(engine, { length: { steps: 60 } }));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });

  it("hears an AbortSignal while it tries how fast it is", async () => {
    const signal = AbortSignal.timeout(20);
    const started = performance.now();
    const given = options(engine, { length: { minutes: 10 }, signal });
    const events = await collect(createModel("float64"), given);
    expect(events).toMatchObject([{ kind: "done", reason: "aborted", progress: { step: 0 } }]);
    // The trial alone would take 1.5 s.
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it("stops by the clock and says how many steps that were", async () => {
    const events = await collect(
      createModel("float64"),
      options(engine, { length: { minutes: 0.01 } }),
    );
    const last = events.at(-1);
    expect(last).toMatchObject({ kind: "done", reason: "finished" });
    expect(last?.progress.step).toBeGreaterThan(0);
    expect(last?.progress.step).toBeLessThanOrEqual(last?.progress.totalSteps ?? 0);
  });

  it("stops at a loss that is not finite, keeps the weights from before and says where it began", async () => {
    const model = createModel("float64");
    const { tensor } = model.parameters.parameters.find(({ name }) => name === "rnn.1.b_g") ?? {
      tensor: model.parameters.tensor(0),
    };
    model.weights[tensor.offset + 3] = Number.NaN;
    const before = model.weights.slice();
    const error = await collect(model, options(engine, { validation: [] })).catch((e) => e);
    expect(error).toBeInstanceOf(CellstateError);
    expect(error.message).toBe(
      "step 1: the loss is NaN; first at weights rnn.1.b_g. The weights of step 0 are kept; " +
        "try a lower learning rate or clip the norm (1 is usual)",
    );
    expect(model.weights).toEqual(before);
  });

  it("names the logits where all signals below them are finite", async () => {
    const model = createModel("float64");
    for (const { name, tensor } of model.parameters.parameters) {
      const end = tensor.offset + tensor.rows * tensor.stride;
      // Biases hold the gates open, so that every h is near 1 and twelve times 1e308 overflows.
      if (/^rnn.1.b_/.test(name)) model.weights.fill(100, tensor.offset, tensor.offset + 12);
      if (name === "linear.weight") model.weights.fill(1e308, tensor.offset, end);
    }
    const error = await collect(model, options(engine, { validation: [] })).catch((e) => e);
    expect(error.message).toMatch(
      /^step 1: the loss is NaN; first at layer linear, its logits, time step \d+ of the window, row \d\. /,
    );
  });

  it("stops at a validation loss that is not finite", async () => {
    const model = createModel("float64");
    const optimizer = { name: "sgd", learningRate: 1e308 } as const;
    const given = options(engine, {
      length: { steps: 1 },
      optimizer,
      clip: null,
      schedule: "constant",
    });
    const error = await collect(model, given).catch((e) => e);
    expect(error).toBeInstanceOf(CellstateError);
    expect(error.message).toBe(
      "step 1: the validation loss is Infinity. The weights of step 1 are kept; " +
        "try a lower learning rate or clip the norm (1 is usual)",
    );
  });

  it("names layer, signal and time step where a finite weight makes an infinite signal", async () => {
    const { irnn } = await import("../../src/cells/zoo/index.ts");
    const sizes = { hiddenSize: 6, layers: 2, embeddingSize: 0, projectionSize: null };
    const model = createLanguageModel(
      { cell: irnn, vocabulary, ...sizes, dropout: 0, tieWeights: false },
      { init: "uniform:1", forgetBias: null, chronoSteps: 16, seed: 1 },
      "float64",
    );
    model.weights.forEach((weight, i) => {
      model.weights[i] = weight === 0 ? 0 : 1e200;
    });
    const error = await collect(model, options(engine, { validation: [] })).catch((e) => e);
    expect(error.message).toMatch(
      /^step 1: the loss is NaN; first at layer rnn\.[01], signal h, time step \d+ of the window, row 1\. /,
    );
  });

  it("keeps frozen layers as they are and trains the others", async () => {
    const model = createModel("float64");
    const before = model.weights.slice();
    await collect(model, options(engine, { groups: [{ layers: ["rnn.0"], frozen: true }] }));
    for (const { layer, tensor } of model.parameters.parameters) {
      const end = tensor.offset + tensor.rows * tensor.stride;
      const same = model.weights
        .subarray(tensor.offset, end)
        .every((weight, i) => weight === before[tensor.offset + i]);
      expect(same, layer).toBe(layer === "rnn.0");
    }
  });
});
