/** What a step of a stream takes of memory: nothing, garbage included. */
import { expect, it } from "vitest";
import { lstm, lstmTorch } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { createLanguageModel } from "../../src/models/languageModel.ts";
import { LanguageStream } from "../../src/models/languageStream.ts";
import { createRecurrentNetwork } from "../../src/models/recurrentNetwork.ts";
import { garbageOf } from "./garbage.ts";

const engine = createWasmEngine();
const INITIAL = { init: "default", forgetBias: null, chronoSteps: 10, seed: 1 } as const;
const STEPS = 50_000;
/** Four bytes a step would show; one number on the heap takes twelve. */
const LIMIT = 4 * STEPS;

it("a step of a recurrent stream takes no memory, and gives the same view each time", () => {
  const config = { cell: lstmTorch, inputSize: 8, hiddenSize: 16 };
  const stream = createRecurrentNetwork(config, INITIAL).stream(engine);
  const x = Float32Array.from({ length: 8 }, (_, k) => k / 8);
  const view = stream.step(x);
  const { arrayBuffers } = process.memoryUsage();
  const steps = (): void => {
    for (let i = 0; i < STEPS; i++) stream.step(x);
  };
  expect(garbageOf(steps)).toBeLessThan(LIMIT);
  expect(process.memoryUsage().arrayBuffers).toBeLessThanOrEqual(arrayBuffers);
  expect(stream.step(x)).toBe(view);
});

it("a run over whole sequences takes no memory, and gives the same view each time", () => {
  const config = { cell: lstmTorch, inputSize: 3, hiddenSize: 5 };
  const runner = createRecurrentNetwork(config, INITIAL).runner(engine, { steps: 4, batch: 2 });
  const extent = { steps: 3, batch: 2 };
  const inputs = Float32Array.from({ length: 18 }, (_, k) => k / 18);
  const view = runner.run(inputs, extent);
  const runs = (): void => {
    for (let i = 0; i < STEPS; i++) runner.run(inputs, extent);
  };
  expect(garbageOf(runs)).toBeLessThan(LIMIT);
  expect(runner.run(inputs, extent)).toBe(view);
});

it("reading a prompt takes no memory", () => {
  const vocabulary = Vocabulary.of(["abcdefg"], "characters");
  const sizes = { hiddenSize: 8, layers: 2, embeddingSize: 3, projectionSize: null };
  const config = { cell: lstm, vocabulary, ...sizes, dropout: 0, tieWeights: false };
  const stream = new LanguageStream(createLanguageModel(config, INITIAL), engine);
  const prompt = Int32Array.from({ length: 100 }, (_, n) => n % 7);
  const reads = (): void => {
    for (let i = 0; i < STEPS / 25; i++) stream.read(prompt);
  };
  expect(garbageOf(reads)).toBeLessThan(LIMIT);
});

it("a step of a language stream takes no memory, and gives the same view each time", () => {
  const vocabulary = Vocabulary.of(["abcdefg"], "characters");
  const sizes = { hiddenSize: 16, layers: 2, embeddingSize: 0, projectionSize: null };
  const config = { cell: lstm, vocabulary, ...sizes, dropout: 0, tieWeights: false };
  const stream = new LanguageStream(createLanguageModel(config, INITIAL), engine);
  const view = stream.step(0);
  const steps = (): void => {
    for (let i = 0; i < STEPS; i++) stream.step(i % 7);
  };
  expect(garbageOf(steps)).toBeLessThan(LIMIT);
  expect(stream.step(0)).toBe(view);
});
