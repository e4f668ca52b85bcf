/** Greedy, beam and drawn writing, against a decoder that is told each beginning from the start. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExampleReader } from "../../src/data/batches.ts";
import type { Examples, TokenSequences } from "../../src/data/examples.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import type { Network } from "../../src/models/network.ts";
import { extentOf, writeExamples } from "../../src/models/networkBatch.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { NetworkPlan } from "../../src/models/networkPlan.ts";
import { NetworkRunner } from "../../src/models/networkRunner.ts";
import { NETWORKS, smallNetwork } from "./networks.ts";

const engine = createWasmEngine();
const WRITING = Object.keys(NETWORKS).filter(
  (name) => NETWORKS[name].ports.output.kind === "tokens",
);
const END = 1;
const SIZE = 5;

/** Σ log p of tokens, by teacher forcing: the loss of a whole sequence, which the decoder reads in one go. */
function logProbability(
  network: Network,
  examples: Examples,
  example: number,
  tokens: number[],
): number {
  const target: TokenSequences = {
    kind: "tokens",
    size: SIZE,
    steps: () => tokens.length,
    copy(_, into, at, stride) {
      tokens.forEach((token, t) => {
        into[at + t * stride] = token;
      });
    },
  };
  const { input } = examples;
  const alone = {
    ...input,
    steps: () => input.steps(example),
    copy: (_: number, into: Float32Array, at: number, stride: number) =>
      input.copy(example, into, at, stride),
  };
  const given: Examples = { count: 1, input: alone, known: null, target };
  const reader = new ExampleReader(given, 1, true);
  const plan = new NetworkPlan(network, engine, reader.capacity, "inference");
  const batch = reader.next();
  if (!batch) throw new RangeError("no batch");
  writeExamples(plan, given, batch);
  plan.forward(extentOf(batch));
  return -plan.totalLoss(tokens.length);
}

/** All sequences of at most `most` tokens that end, and those that are cut off there. */
function* sequences(most: number): Generator<number[]> {
  function* from(begun: number[]): Generator<number[]> {
    for (let token = 0; token < SIZE; token++) {
      const next = [...begun, token];
      if (token === END || next.length === most) yield next;
      else yield* from(next);
    }
  }
  yield* from([]);
}

describe.each(WRITING)("%s", (name) => {
  const { ports } = NETWORKS[name];
  const examples = inventExamples(ports, { count: 3, steps: 4, seed: 2 });

  it("greedily writes the likeliest token after each beginning, and says its log p", () => {
    const network = smallNetwork(name, "float32", 5);
    const written = new NetworkRunner(network, engine).write(examples, { mostSteps: 4 });
    for (const [example, { tokens, logProbability: said }] of written.entries()) {
      const whole: number[] = [];
      for (let step = 0; step < 4 && whole.at(-1) !== END; step++) {
        const scores = Array.from({ length: SIZE }, (_, token) =>
          logProbability(network, examples, example, [...whole, token]),
        );
        whole.push(scores.indexOf(Math.max(...scores)));
      }
      expect(tokens).toEqual(whole.filter((token) => token !== END));
      expect(said).toBeCloseTo(logProbability(network, examples, example, whole), 4);
    }
  });

  it("gives with a beam of one what it gives greedily, whatever the weights", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 7 }),
        (seed, most) => {
          const runner = new NetworkRunner(smallNetwork(name, "float32", seed), engine);
          const greedy = runner.write(examples, { mostSteps: most });
          const beam = runner.write(examples, { mostSteps: most, beamSize: 1, lengthPenalty: 0.7 });
          expect(beam).toEqual(greedy);
        },
      ),
      { numRuns: 5 },
    );
  });

  it("finds the best of all sequences with a beam that holds them all", () => {
    const network = smallNetwork(name, "float32", 7);
    const most = 3;
    const runner = new NetworkRunner(network, engine, { batchSize: 1 });
    const [best] = runner.write(examples, { mostSteps: most, beamSize: 64, lengthPenalty: 1 });
    const ended = [...sequences(most)].filter((tokens) => tokens.at(-1) === END);
    const scores = ended.map(
      (tokens) => logProbability(network, examples, 0, tokens) / ((5 + tokens.length) / 6),
    );
    const winner = ended[scores.indexOf(Math.max(...scores))];
    expect(best.tokens).toEqual(winner.filter((token) => token !== END));
  });

  it("draws the same for the same seed, and never what is banned", () => {
    const runner = new NetworkRunner(smallNetwork(name), engine);
    const draw = (seed: number) =>
      runner.write(examples, { mostSteps: 30, sampling: { seed }, banned: [0, 3] });
    expect(draw(1)).toEqual(draw(1));
    const drawn = [1, 2, 3, 4, 5, 6].map((seed) => JSON.stringify(draw(seed)));
    expect(new Set(drawn).size).toBeGreaterThan(1);
    expect(draw(1).flatMap(({ tokens }) => tokens)).not.toContain(3);
  });
});

it("attention says where each token was looked for: rows that sum to one over the input's steps", () => {
  const name = "seq2seq, multiplicative attention";
  const examples = inventExamples(NETWORKS[name].ports, { count: 3, steps: 4, seed: 2 });
  const runner = new NetworkRunner(smallNetwork(name), engine);
  // Enough steps to end, and too few.
  const written = [{ mostSteps: 5, beamSize: 3 }, { mostSteps: 1 }].map((options) =>
    runner.write(examples, options),
  );
  expect(new Set(written.flat().map(({ ended }) => ended)).size).toBe(2);
  for (const answers of written) {
    for (const [example, { tokens, ended, attention }] of answers.entries()) {
      const steps = examples.input.steps(example);
      const rows = tokens.length + (ended ? 1 : 0);
      expect(attention?.length).toBe(rows * steps);
      for (let row = 0; row < rows && steps > 0; row++) {
        const sum = attention?.subarray(row * steps, (row + 1) * steps).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(1, 5);
      }
    }
  }
});

it("options out of range are refused", () => {
  const name = "vec2seq";
  const examples = inventExamples(NETWORKS[name].ports, { count: 1, steps: 2, seed: 1 });
  const runner = new NetworkRunner(smallNetwork(name), engine);
  expect(() => runner.write(examples, { mostSteps: 0 })).toThrow(
    "mostSteps: expected a whole number of 1 or more, got 0",
  );
  expect(() =>
    runner.write(examples, { mostSteps: 3, beamSize: 2, sampling: { seed: 1 } }),
  ).toThrow("beamSize: expected 1 with sampling, got 2");
  expect(() => runner.write(examples, { mostSteps: Number.NaN })).toThrow(
    "mostSteps: expected a whole number of 1 or more, got NaN",
  );
  expect(() => runner.write(examples, { mostSteps: 3, banned: [SIZE] })).toThrow(
    "banned: expected tokens from 0 to 4, got 5",
  );
  expect(() => runner.write(examples, { mostSteps: 3, banned: [0, 1, 2, 3, 4] })).toThrow(
    "banned: all 5 tokens; leave one to write",
  );
  expect(() => new NetworkRunner(smallNetwork(name), engine, { batchSize: 0 })).toThrow(
    "batchSize: expected a whole number of 1 or more, got 0",
  );
  expect(() => runner.outputs(examples)).toThrow(
    "this network writes tokens: use write(), not outputs()",
  );
});
