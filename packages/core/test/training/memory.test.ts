/** A long run on the wasm engine: what a training step takes of memory. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { lstm } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { createLanguageModel } from "../../src/models/languageModel.ts";
import { train } from "../../src/training/train.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** After a forced collection, in bytes. */
function memory(): { heap: number; buffers: number } {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers };
}

describe("a training run on the wasm engine", () => {
  it("has the same heap at step 10,000 as at step 1,000, and no buffer more", async () => {
    const text = "the cat sat on the mat. ".repeat(40);
    const vocabulary = Vocabulary.of([text], "characters");
    const sizes = { hiddenSize: 8, layers: 2, embeddingSize: 4, projectionSize: null };
    const model = createLanguageModel(
      { cell: lstm, vocabulary, ...sizes, dropout: 0.1, tieWeights: false },
      { init: "default", forgetBias: null, chronoSteps: 10, seed: 1 },
    );
    const documents = [{ name: "cats", tokens: vocabulary.encode(text).tokens }];
    const run = train(model, {
      engine: createWasmEngine(),
      documents,
      length: { steps: 10_000 },
      batchSize: 4,
      window: 8,
    });
    const at = new Map<number, ReturnType<typeof memory>>();
    for await (const { kind, progress } of run) {
      if (kind === "step" && progress.step % 1_000 === 0) at.set(progress.step, memory());
    }
    const [early, late] = [at.get(1_000), at.get(10_000)];
    // 1 MB is what the design allows; a window's leak of 100 bytes a step would already be 0.9.
    expect(Math.abs((late?.heap ?? 0) - (early?.heap ?? 0))).toBeLessThan(1e6);
    expect(late?.buffers).toBe(early?.buffers);
  });
});
