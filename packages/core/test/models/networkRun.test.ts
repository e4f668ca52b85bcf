/** What holds for every network, whatever its shape: engines agree, batches do not matter, files give back what was written. */
import { describe, expect, it } from "vitest";
import { type ExampleBatch, ExampleReader } from "../../src/data/batches.ts";
import type { Examples } from "../../src/data/examples.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { extentOf, headRows, writeExamples } from "../../src/models/networkBatch.ts";
import { decodeNetwork, encodeNetwork } from "../../src/models/networkFile.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { NetworkPlan } from "../../src/models/networkPlan.ts";
import { NetworkRunner } from "../../src/models/networkRunner.ts";
import { streamKey } from "../../src/numbers/random.ts";
import { NETWORKS, smallNetwork } from "./networks.ts";

const reference = createReferenceEngine();
const wasm = createWasmEngine();

/** What a training pass of one batch of all examples leaves: outputs, loss and gradients. */
function trainingPass(name: string, engine: Engine, examples: Examples) {
  const network = smallNetwork(name, engine.precision);
  const reader = new ExampleReader(examples, examples.count, network.config.decoder !== null);
  const plan = new NetworkPlan(network, engine, reader.capacity, "training");
  const batch = reader.next();
  if (!batch) throw new RangeError("no batch");
  writeExamples(plan, examples, batch);
  for (let mask = 0; mask < plan.randomMasks; mask++) {
    plan.writeMaskKey(mask, streamKey(1, "mask", mask));
  }
  plan.forward(extentOf(batch));
  const loss = plan.totalLoss(headRows(plan, batch));
  plan.backward(extentOf(batch), 1);
  const { numbers } = plan.compiled;
  const { size } = network.parameters;
  return { loss, gradients: numbers.slice(plan.gradientsAt, plan.gradientsAt + size) };
}

/** One example of several, alone. */
function only(examples: Examples, example: number): Examples {
  const { input, known, target, weight } = examples;
  const at = <S extends NonNullable<Examples["target"]>>(of: S): S => ({
    ...of,
    steps: () => of.steps(example),
    copy: (_: number, ...rest: [Float32Array, number, number]) => of.copy(example, ...rest),
  });
  return {
    count: 1,
    input: at(input),
    known: known && at(known),
    target: target && at(target),
    weight: () => weight?.(example) ?? 1,
  };
}

describe.each(Object.keys(NETWORKS))("%s", (name) => {
  const { ports } = NETWORKS[name];
  const examples = inventExamples(ports, { count: 7, steps: 5, seed: 3 });

  it("gives the reference's loss and gradients on wasm", () => {
    const wanted = trainingPass(name, reference, examples);
    const got = trainingPass(name, wasm, examples);
    expect(Math.abs(got.loss - wanted.loss)).toBeLessThan(1e-5 * Math.abs(wanted.loss));
    const largest = Float64Array.from(wanted.gradients).reduce(
      (most, g) => Math.max(most, Math.abs(g)),
      0,
    );
    wanted.gradients.forEach((g, i) => {
      // float32 sums of some hundred products: relative to the largest gradient.
      if (Math.abs(got.gradients[i] - g) > 2e-5 * largest) {
        expect.fail(`gradient ${i}: got ${got.gradients[i]}, the reference has ${g}`);
      }
    });
  });

  it("comes back from its file bit for bit", () => {
    const network = smallNetwork(name);
    const bytes = encodeNetwork({ network, task: { kind: "test" } });
    const back = decodeNetwork(bytes, "test.safetensors");
    expect(back.network.weights).toEqual(network.weights);
    expect(back.task).toEqual({ kind: "test" });
    expect(encodeNetwork(back)).toEqual(bytes);
  });

  it("answers each example of a batch with the bits that it gives it alone", () => {
    const runner = new NetworkRunner(smallNetwork(name), wasm);
    const answers = (given: Examples) =>
      ports.output.kind === "tokens"
        ? runner.write(given, { mostSteps: 6 })
        : runner.outputs({
            ...given,
            target: ports.output.each === "outputStep" ? given.target : null,
          });
    const together = answers(examples);
    for (let example = 0; example < examples.count; example++) {
      expect(together[example], `example ${example}`).toEqual(answers(only(examples, example))[0]);
    }
  });
});

describe("batches", () => {
  const examples = inventExamples(NETWORKS["seq2vec, classes"].ports, {
    count: 50,
    steps: 9,
    seed: 1,
  });

  it("have every example once an epoch, in another order for another key, and little padding", () => {
    const reader = new ExampleReader(examples, 8, false);
    const epoch = (key: readonly [number, number] | null): number[][] => {
      reader.begin(key);
      const batches: number[][] = [];
      for (let b: ExampleBatch | null = reader.next(); b; b = reader.next()) {
        batches.push([...b.examples.subarray(0, b.count)]);
      }
      return batches;
    };
    const first = epoch(streamKey(1, "order", 0));
    expect(first.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(epoch(streamKey(1, "order", 0))).toEqual(first);
    expect(epoch(streamKey(1, "order", 1))).not.toEqual(first);
    const padded = first.reduce((sum, batch) => {
      const steps = batch.map((example) => examples.input.steps(example));
      return sum + Math.max(...steps) * batch.length - steps.reduce((a, b) => a + b, 0);
    }, 0);
    // 50 examples of 0 to 9 steps in one pool: a batch of 8 spans two lengths or three.
    expect(padded).toBeLessThan(50);
  });

  it("without a key come by length, then by the output's; what is equally long keeps its order", () => {
    const name = "seq2seq, no attention";
    const pairs = inventExamples(NETWORKS[name].ports, { count: 60, steps: 6, seed: 2 });
    const lengths = (example: number) => [
      pairs.input.steps(example),
      pairs.target?.steps(example) ?? 0,
    ];
    const reader = new ExampleReader(pairs, 7, true);
    const order: number[] = [];
    for (let b = reader.next(); b; b = reader.next()) {
      order.push(...b.examples.subarray(0, b.count));
    }
    const wanted = Array.from({ length: 60 }, (_, i) => i).sort((a, b) => {
      const [[stepsA, outA], [stepsB, outB]] = [lengths(a), lengths(b)];
      return stepsA - stepsB || outA - outB || a - b;
    });
    expect(order).toEqual(wanted);
  });
});
