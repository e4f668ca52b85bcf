/** One runner for whatever comes: long and short by turns, other weights, decoders of numbers. */
import { expect, it } from "vitest";
import type { Engine } from "../../src/engines/engine.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { NetworkRunner } from "../../src/models/networkRunner.ts";
import { NETWORKS, smallNetwork } from "./networks.ts";

/** The wasm engine, which says for what it compiled plans. */
function countingEngine() {
  const engine = createWasmEngine();
  const plans: { steps: number; batch: number }[] = [];
  const counting: Engine = {
    ...{ name: engine.name, threads: engine.threads, precision: engine.precision },
    compile(plan) {
      plans.push({ steps: plan.steps, batch: plan.batch });
      return engine.compile(plan);
    },
  };
  return { engine: counting, plans };
}

const NAME = "seq2vec, one-hot tokens";
const { ports } = NETWORKS[NAME];

it("long inputs and many short ones come by turns to a plan each", () => {
  const { engine, plans } = countingEngine();
  const network = smallNetwork(NAME);
  const runner = new NetworkRunner(network, engine);
  const long = inventExamples(ports, { count: 1, steps: 40, seed: 1 });
  const many = inventExamples(ports, { count: 30, steps: 5, seed: 2 });
  const first = runner.outputs(long);
  runner.outputs(many);
  expect(runner.outputs(long)).toEqual(first);
  runner.outputs(many);
  expect(plans).toEqual([
    { steps: 40, batch: 1 },
    { steps: 5, batch: 30 },
  ]);
});

it("a plan with room for more takes the place of those with less", () => {
  const { engine, plans } = countingEngine();
  const runner = new NetworkRunner(smallNetwork(NAME), engine);
  const lengths = [3, 5, 9, 5, 3];
  for (const steps of lengths) runner.outputs(inventExamples(ports, { count: 2, steps, seed: 1 }));
  expect(plans.map(({ steps }) => steps)).toEqual([3, 5, 9]);
});

it("weights that are set between two calls answer the second", () => {
  const network = smallNetwork(NAME);
  const runner = new NetworkRunner(network, createWasmEngine());
  const examples = inventExamples(ports, { count: 3, steps: 4, seed: 1 });
  runner.outputs(examples);
  network.weights = new Float32Array(network.weights.length);
  // Without weights all four classes are as likely.
  for (const { heads } of runner.outputs(examples))
    expect([...heads[0]]).toEqual(Array(4).fill(0.25));
});

it("a decoder of numbers has to be told for how many steps", () => {
  const name = "seq2seq, numbers with what is known beforehand";
  const runner = new NetworkRunner(smallNetwork(name), createWasmEngine());
  const examples = inventExamples(NETWORKS[name].ports, { count: 2, steps: 3, seed: 1 });
  expect(() => runner.outputs({ ...examples, known: null, target: null })).toThrow(
    "examples: nothing says how many steps are to be answered; give known, of width 0 where nothing is known",
  );
});
