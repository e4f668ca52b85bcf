/** Training a network of any shape: repeatable, resumable, the same on any number of threads; and scheduled sampling. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ExampleReader } from "../../src/data/batches.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { CellstateError } from "../../src/errors.ts";
import type { Network } from "../../src/models/network.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import type { Threads } from "../../src/threads/threads.ts";
import { NetworkTrainer } from "../../src/training/networkTrainer.ts";
import type { TrainingEvent } from "../../src/training/progress.ts";
import { type NetworkTrainOptions, trainNetwork } from "../../src/training/trainNetwork.ts";
import { NETWORKS, smallNetwork } from "../models/networks.ts";
import { testThreads } from "../threads/nodeThreads.ts";

const engine = createWasmEngine();

function examplesOf(name: string, count = 20) {
  return inventExamples(NETWORKS[name].ports, { count, steps: 5, seed: 4 });
}

function options(name: string, more: Partial<NetworkTrainOptions> = {}): NetworkTrainOptions {
  const examples = examplesOf(name);
  return {
    engine,
    examples,
    validation: examples,
    length: { epochs: 3 },
    batchSize: 6,
    optimizer: { name: "adam", learningRate: 0.01 },
    schedule: "cosine",
    clip: { norm: 1 },
    ...more,
  };
}

async function collect(network: Network, given: NetworkTrainOptions): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of trainNetwork(network, given)) events.push(event);
  return events;
}

describe.each(Object.keys(NETWORKS))("%s", (name) => {
  let threads: Threads[];
  beforeAll(async () => {
    threads = await Promise.all([testThreads(2), testThreads(3)]);
  });
  afterAll(() => {
    for (const each of threads) each.end();
  });

  it("learns its examples: the loss falls", async () => {
    const network = smallNetwork(name);
    const given = options(name, { length: { epochs: 25 }, validation: undefined });
    const losses = (await collect(network, given)).flatMap((event) =>
      event.kind === "step" ? [event.loss] : [],
    );
    const mean = (of: number[]) => of.reduce((a, b) => a + b, 0) / of.length;
    expect(mean(losses.slice(-4))).toBeLessThan(mean(losses.slice(0, 4)));
  });

  it("gives the same weights for one seed on one, two and three threads, resumed or not", async () => {
    const whole = smallNetwork(name);
    await collect(whole, options(name));
    for (const shared of threads) {
      const network = smallNetwork(name);
      const other: Engine = createWasmEngine({ threads: shared, leastShared: 0 });
      await collect(network, options(name, { engine: other }));
      expect(network.weights).toEqual(whole.weights);
    }
    let snapshot: ReturnType<TrainingEvent["snapshot"]> | undefined;
    for await (const event of trainNetwork(smallNetwork(name), options(name))) {
      if (event.kind !== "step" || event.progress.step < 5) continue;
      snapshot = event.snapshot();
      break;
    }
    const resumed = smallNetwork(name);
    await collect(resumed, options(name, { resume: snapshot }));
    expect(resumed.weights).toEqual(whole.weights);
  });
});

describe("scheduled sampling", () => {
  const name = "seq2seq, additive attention";
  const examples = examplesOf(name, 4);

  const told = (rate: number) => {
    const network = smallNetwork("seq2seq, no attention");
    const reader = new ExampleReader(examples, 4, true);
    const trainer = new NetworkTrainer(network, engine, examples, reader.capacity, {
      optimizer: { name: "sgd", learningRate: 0 },
      seed: 1,
      scheduledSampling: () => rate,
    });
    const batch = reader.next();
    if (!batch) throw new RangeError("no batch");
    const { loss } = trainer.step(batch, 0);
    const { decoder, compiled, heads } = trainer.plan;
    const at = decoder?.tokens?.offset ?? 0;
    const rows = batch.outputSteps * batch.count;
    const tokens = [...compiled.integers.subarray(at, at + rows)];
    const { offset, stride, width } = heads[0].outputs;
    const likeliest = Array.from({ length: rows }, (_, r) => {
      const row = [...compiled.numbers.subarray(offset + r * stride, offset + r * stride + width)];
      return row.indexOf(Math.max(...row));
    });
    return { loss, tokens, likeliest, count: batch.count };
  };

  it("tells the decoder at every step what it has just said, at a rate of one", () => {
    const { tokens, count } = told(1);
    const forced = told(0);
    expect(tokens.slice(0, count)).toEqual(forced.tokens.slice(0, count));
    expect(tokens.slice(count)).not.toEqual(forced.tokens.slice(count));
  });

  it("goes through the decoder step by step to the same loss as at once, where all is told right", () => {
    // A rate so small that no draw falls below it.
    expect(told(1e-12).loss).toBe(told(0).loss);
  });
});

it("says what is wrong where there is nothing to learn, and where numbers run away", async () => {
  const name = "seq2vec, classes";
  const none = inventExamples(NETWORKS[name].ports, { count: 0, steps: 2, seed: 1 });
  await expect(collect(smallNetwork(name), options(name, { examples: none }))).rejects.toThrow(
    "nothing to learn from: there is no example",
  );
  const wild = options(name, { optimizer: { name: "sgd", learningRate: 1e38 }, clip: null });
  await expect(collect(smallNetwork(name), wild)).rejects.toThrow(CellstateError);
});

it("has no loss of an epoch in which nothing counts, and learns nothing", async () => {
  const name = "seq2vec, classes";
  const network = smallNetwork(name);
  const before = network.weights.slice();
  const examples = { ...examplesOf(name), weight: () => 0 };
  const given = options(name, { examples, validation: undefined, optimizer: { name: "sgd" } });
  const last = (await collect(network, given)).at(-1);
  expect(last?.progress.epochLoss).toBeNull();
  expect(network.weights).toEqual(before);
});

it("does not go on with best weights of another network", async () => {
  const name = "seq2vec, classes";
  const event = (await collect(smallNetwork(name), options(name))).at(-1);
  const snapshot = event?.snapshot();
  if (!snapshot) throw new RangeError("no event");
  const resume = { ...snapshot, arrays: { ...snapshot.arrays, best: new Float32Array(3) } };
  await expect(collect(smallNetwork(name), options(name, { resume }))).rejects.toThrow(
    "the checkpoint has 3 numbers of best, this run needs",
  );
});
