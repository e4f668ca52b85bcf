/** Networks of the four shapes with a library's products: what is learnt agrees with our own kernels. */
import {
  createTaskModel,
  createWasmEngine,
  type Engine,
  fitRowRegressionTask,
  fitTaggingTask,
  fitTransductionTask,
  trainTask,
} from "@cellstate/core";
import { expect, test } from "vitest";
import { openBlas } from "../../src/blas/index.ts";
import { describeEachBlas } from "./support/library.ts";

/** Batches of 32 rows, from which on products are lent. */
const WORDS = Array.from({ length: 64 }, (_, i) => `${i * 37} and ${(i * 91) % 57}`);
const OPTIONS = {
  length: { steps: 6 },
  batchSize: 32,
  optimizer: { name: "sgd", learningRate: 0.5 },
  schedule: "constant",
} as const;
const SIZES = { hiddenSize: 24, embeddingSize: 12, dropout: 0.1 } as const;

const reversed = WORDS.map((word) => [...word].toReversed().join(""));
const rows = WORDS.map((_, i) => ({ a: Math.sin(i), b: i % 7 }));
const values = rows.map(({ a, b }) => a * b);

async function learnt(engine: Engine): Promise<Float32Array[]> {
  const learning = { ...OPTIONS, engine };
  const pairs = { inputs: WORDS, targets: reversed };
  const transduce = createTaskModel(fitTransductionTask({ name: "words", ...pairs }), SIZES);
  for await (const _ of trainTask(transduce, pairs, null, learning));
  const additive = createTaskModel(fitTransductionTask({ name: "words", ...pairs }), {
    ...SIZES,
    attention: "additive",
  });
  for await (const _ of trainTask(additive, pairs, null, learning));
  const tag = createTaskModel(fitTaggingTask({ name: "words", ...pairs }), SIZES);
  for await (const _ of trainTask(tag, pairs, null, learning));
  const numbers = { inputs: rows, targets: values };
  const regress = createTaskModel(fitRowRegressionTask({ name: "rows", ...numbers }), {});
  for await (const _ of trainTask(regress, numbers, null, learning));
  return [transduce, additive, tag, regress].map(({ network }) =>
    Float32Array.from(network.weights),
  );
}

describeEachBlas("networks on a BLAS", (path) => {
  test("are learnt as by our own kernels, up to rounding", async () => {
    const { lender } = openBlas(path);
    if (lender === null) throw new Error("the library that was found does not open");
    const wanted = await learnt(createWasmEngine());
    const got = await learnt(createWasmEngine({ gemm: lender }));
    wanted.forEach((weights, model) => {
      // Six updates at a high rate: rounding of 1e-7 grows, but not a thousandfold.
      const off = weights.reduce((most, w, i) => Math.max(most, Math.abs(w - got[model][i])), 0);
      expect(off).toBeLessThan(1e-4);
      expect(got[model]).not.toEqual(new Float32Array(weights.length));
    });
  });
});
