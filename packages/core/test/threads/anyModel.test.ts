/** Any model on any number of threads: the same bits, however few rows and panels there are to divide. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ZOO } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { createLanguageModel, type LanguageModel } from "../../src/models/languageModel.ts";
import { LanguagePlan } from "../../src/models/languagePlan.ts";
import { LanguageStream } from "../../src/models/languageStream.ts";
import { quantise } from "../../src/models/quantise.ts";
import { streamKey, uniform } from "../../src/numbers/random.ts";
import type { Threads } from "../../src/threads/threads.ts";
import { Trainer } from "../../src/training/trainer.ts";
import { testThreads } from "./nodeThreads.ts";

const SYMBOLS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

const shapes = fc.record({
  cell: fc.constantFrom(...ZOO),
  symbols: fc.integer({ min: 1, max: SYMBOLS.length }),
  hiddenSize: fc.integer({ min: 1, max: 70 }),
  layers: fc.integer({ min: 1, max: 3 }),
  embeds: fc.boolean(),
  tieWeights: fc.boolean(),
  dropout: fc.constantFrom(0, 0.3),
  batch: fc.integer({ min: 1, max: 9 }),
  steps: fc.integer({ min: 1, max: 20 }),
  optimizer: fc.constantFrom("sgd", "rmsprop", "adam"),
  seed: fc.nat(),
});

type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function modelOf(shape: Shape): LanguageModel {
  const { cell, symbols, hiddenSize, layers, dropout, seed } = shape;
  const { program } = cell;
  const projects = program.states[program.output].width === "out";
  const outputSize = projects ? Math.ceil(hiddenSize / 2) : hiddenSize;
  const tied = program.tiedInput !== null;
  // One size for all that may be joined or shared, where something is.
  const embeddingSize = shape.embeds || tied || shape.tieWeights ? outputSize : 0;
  return createLanguageModel(
    {
      cell,
      vocabulary: Vocabulary.of([SYMBOLS.slice(0, symbols)], "characters"),
      hiddenSize: tied ? outputSize : hiddenSize,
      layers,
      embeddingSize,
      projectionSize: projects ? outputSize : null,
      dropout,
      tieWeights: shape.tieWeights,
    },
    { init: "default", forgetBias: null, chronoSteps: 10, seed },
  );
}

/** All that a few steps of training leave, logits of a batch of another size, and of a stream; in float32 and in int8. */
function* outcomes(shape: Shape, engine: Engine): Generator<readonly [string, Float32Array]> {
  const { batch, steps, seed, optimizer } = shape;
  const model = modelOf(shape);
  const { size } = model.vocabulary;
  const key = streamKey(seed, "tokens");
  const tokens = Int32Array.from({ length: steps * batch }, (_, n) =>
    Math.floor(uniform(key, n) * size),
  );
  const trainer = new Trainer(model, engine, {
    batchSize: batch,
    window: steps,
    optimizer: { name: optimizer, learningRate: 0.01 },
    clip: { norm: 1 },
    seed,
  });
  const window = {
    steps,
    starts: Array.from({ length: batch }, (_, row) => row % 2 === 0),
    pieces: new Int32Array(batch),
    inputs: tokens,
    targets: tokens.toReversed(),
    counted: steps * batch,
  };
  for (let step = 0; step < 2; step++) {
    const { loss, gradientNorm } = trainer.step(window, 0.01);
    yield [`loss and norm of step ${step}`, Float32Array.of(loss, gradientNorm)];
  }
  for (const [name, view] of Object.entries(trainer.memory())) {
    yield [name, Float32Array.from(view)];
  }
  model.weights = trainer.plan.weights.slice();
  for (const read of [model, quantise(model)]) {
    const plan = new LanguagePlan(read, engine, { steps, batch: batch + 1 }, "inference");
    plan.resetStates(batch);
    plan.write(steps * batch, tokens, tokens);
    plan.forward({ steps, batch });
    const { offset, stride } = plan.logits;
    const logits = plan.compiled.numbers.slice(offset, offset + steps * batch * stride);
    yield [`${read.weightFormat} logits`, Float32Array.from(logits)];
    const stream = new LanguageStream(read, engine);
    yield [`${read.weightFormat} stream`, Float32Array.from(stream.step(tokens[0]))];
    yield [`${read.weightFormat} prompt`, Float32Array.from(stream.read(tokens))];
  }
}

const engines: Engine[] = [];
const started: Threads[] = [];
beforeAll(async () => {
  for (const count of [2, 3, 4]) started.push(await testThreads(count));
  engines.push(...started.map((threads) => createWasmEngine({ threads, leastShared: 0 })));
});
afterAll(() => {
  for (const threads of started) threads.end();
});

it("any model trains, reads and streams with the bits of one thread", async () => {
  const alone = createWasmEngine();
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const wanted = [...outcomes(shape, alone)];
      for (const engine of engines) {
        let n = 0;
        for (const [what, got] of outcomes(shape, engine)) {
          const bits = new Uint32Array(got.buffer);
          const wantedBits = new Uint32Array(wanted[n][1].buffer);
          const differs = bits.findIndex((bit, i) => bit !== wantedBits[i]);
          if (differs >= 0) expect.fail(`${engine.threads} threads: ${what} differs at ${differs}`);
          n++;
        }
        expect(n).toBe(wanted.length);
      }
      // Plans are given up between turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    }),
    { seed: 20261, numRuns: 25 },
  );
}, 60_000);
