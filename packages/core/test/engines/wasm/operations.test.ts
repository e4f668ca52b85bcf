import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { PlanSpec, Update } from "../../../src/engines/engine.ts";
import { WHOLE } from "../../../src/engines/engine.ts";
import { Layout } from "../../../src/engines/layout.ts";
import { createWasmEngine } from "../../../src/engines/wasm/index.ts";
import { RandomStream, streamKey, uniform } from "../../../src/numbers/random.ts";

const engine = createWasmEngine();

describe("compile", () => {
  it("says how much memory it would need where WebAssembly cannot address it", () => {
    const plan = { steps: 1, batch: 1, size: 1.5 * 2 ** 30, operations: [] };
    expect(() => engine.compile(plan)).toThrow(RangeError);
    expect(() => engine.compile(plan)).toThrow(/needs 6\.00 GiB .* at most 4 GiB/);
  });

  it("lays scratch behind the plan's numbers, which begin at zero", () => {
    const { numbers, integers } = engine.compile({ steps: 1, batch: 1, size: 5, operations: [] });
    expect(numbers.length).toBeGreaterThanOrEqual(5);
    expect(numbers.every((x) => x === 0)).toBe(true);
    expect(integers.buffer).toBe(numbers.buffer);
  });
});

describe("dropout", () => {
  it("draws the very mask of numbers/random, element by element", () => {
    const rate = 0.3;
    for (const width of [1, 3, 4, 7, 64]) {
      const layout = new Layout();
      const [input, output] = [layout.tensor(6, width), layout.tensor(6, width)];
      const key = layout.integers(2);
      const plan = engine.compile({
        steps: 2,
        batch: 3,
        size: layout.size,
        operations: [{ kind: "dropout", input, output, rate, key, training: null }],
      });
      // A key whose integers have their highest bits set.
      const words = streamKey(11, "mask", width);
      plan.integers.set([words[0] | 0x80000000, words[1] | 0x80000000], key.offset);
      const drawn = [plan.integers[key.offset], plan.integers[key.offset + 1]] as const;
      for (let r = 0; r < 6; r++) {
        plan.numbers.fill(
          1,
          input.offset + r * input.stride,
          input.offset + r * input.stride + width,
        );
      }
      plan.operations[0].forward({ steps: 2, batch: 3, from: 0, to: 3 });
      for (let r = 0; r < 6; r++) {
        for (let u = 0; u < width; u++) {
          const kept = uniform(drawn, r * width + u) >= rate;
          const wanted = kept ? Math.fround(1 / (1 - rate)) : 0;
          expect(plan.numbers[output.offset + r * output.stride + u]).toBe(wanted);
        }
      }
    }
  });
});

/** Embedding, dropout, linear, cross-entropy: everything but a cell, with gradients. */
function smallModel(): PlanSpec & { readonly weightsAt: number } {
  const layout = new Layout();
  const [steps, batch, V, E] = [3, 5, 13, 10];
  const rows = steps * batch;
  const tokens = layout.integers(rows);
  const targets = layout.integers(rows);
  const key = layout.integers(2);
  const matrix = (height: number, width: number) => layout.tensor(height, width);
  const [table, bias, scale] = [matrix(V, E), matrix(1, V), matrix(1, 1)];
  const [tableGradient, biasGradient] = [matrix(V, E), matrix(1, V)];
  const [embedded, dropped, logits] = [matrix(rows, E), matrix(rows, E), matrix(rows, V)];
  const [dEmbedded, dDropped] = [matrix(rows, E), matrix(rows, E)];
  const losses = matrix(rows, 1);
  return {
    steps,
    batch,
    weightsAt: table.offset,
    size: layout.size,
    operations: [
      {
        kind: "embedding",
        tokens,
        table,
        output: embedded,
        training: { outputGradient: dEmbedded, tableGradient },
      },
      {
        kind: "dropout",
        input: embedded,
        output: dropped,
        rate: 0.1,
        key,
        training: { outputGradient: dDropped, inputGradient: dEmbedded },
      },
      {
        kind: "linear",
        input: dropped,
        output: logits,
        weight: table,
        transposed: true,
        bias,
        training: {
          outputGradient: logits,
          inputGradient: dDropped,
          weightGradient: tableGradient,
          accumulate: true,
          biasGradient,
        },
      },
      {
        kind: "crossEntropy",
        logits,
        targets,
        losses,
        training: { scale, logitsGradient: logits },
      },
    ],
  };
}

const UPDATE: Update = {
  rule: "adam",
  weights: 0,
  gradients: 0,
  slots: [0, 0],
  count: 4,
  gradientScale: 1,
  clipValue: Number.POSITIVE_INFINITY,
  weightDecay: 0,
  shrink: 1,
  learningRate: 1e-3,
  step: 1,
  momentum: 0,
  nesterov: false,
  alpha: 0.99,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
};

/**
 * Memory in use when garbage is gone. The flag shows the collector to contexts made after it; buffers are swept by another
 * thread meanwhile, and what it has freed is counted at the next collection: so until nothing changes any more.
 */
function settledMemory(): NodeJS.MemoryUsage {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  collect();
  for (let usage = process.memoryUsage(); ; ) {
    collect();
    const again = process.memoryUsage();
    if (again.arrayBuffers === usage.arrayBuffers) return again;
    usage = again;
  }
}

describe("a step", () => {
  it("takes no memory that stays, and no memory of its own for numbers", () => {
    const spec = smallModel();
    const plan = engine.compile(spec);
    const stream = new RandomStream(streamKey(1, "weights"));
    for (let i = 0; i < 100; i++) plan.numbers[spec.weightsAt + i] = stream.uniform() - 0.5;
    const span = { steps: 3, batch: 5, from: 0, to: 5 };
    const part = { ...span, from: 1, to: 4 };
    const { buffer } = plan.numbers;
    const step = (): void => {
      for (const operation of plan.operations) operation.prepare(WHOLE);
      for (const operation of plan.operations) operation.forward(span);
      for (const operation of plan.operations) operation.forward(part);
      for (let i = plan.operations.length - 1; i >= 0; i--) plan.operations[i].backward(part);
      for (const operation of plan.operations) operation.gradients(span, WHOLE);
      plan.sumOfSquares(0, spec.size - (spec.size % 4));
      plan.update(UPDATE);
    };
    for (let i = 0; i < 2000; i++) step();
    const before = settledMemory();
    for (let i = 0; i < 20_000; i++) step();
    const after = settledMemory();
    expect(after.arrayBuffers).toBe(before.arrayBuffers);
    expect(plan.numbers.buffer).toBe(buffer);
    // Fifty bytes a step would show; what V8 compiles meanwhile is a quarter of it.
    expect(after.heapUsed - before.heapUsed).toBeLessThan(1_000_000);
  });
});
