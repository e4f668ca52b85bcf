import { describe, expect, it } from "vitest";
import { defineCell } from "../../src/cells/defineCell.ts";
import {
  gru,
  gruResetBefore,
  lstm,
  lstmFgr,
  lstmPeephole,
  lstmProjection,
  minlstm,
  rnn,
  slstm,
  sru,
} from "../../src/cells/zoo/index.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { type GradientFlow, gradientFlow } from "../../src/inspect/gradientFlow.ts";
import type { Subject } from "../../src/inspect/subject.ts";
import { subjectOf } from "../../src/inspect/subjects.ts";
import { writeCellWeights } from "../../src/layers/recurrent.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { RecurrentNetwork } from "../../src/models/recurrentNetwork.ts";
import { NETWORKS, smallNetwork } from "../models/networks.ts";
import { languageModelOf, layersOf, TEXT, vectorsFor } from "./looking.ts";
import { nudged } from "./nudge.ts";

const reference = createReferenceEngine();
const CELLS = [
  rnn,
  lstm,
  lstmPeephole,
  lstmProjection,
  lstmFgr,
  gru,
  gruResetBefore,
  minlstm,
  slstm,
  sru,
];

const norm = (values: readonly number[]): number => Math.hypot(...values);

/** Holds every norm of every layer to differences. */
function expectDifferences(subject: Subject, { layers, at }: GradientFlow): number {
  const [loss] = at;
  const differences = nudged(subject, loss);
  let compared = 0;
  layers.forEach(({ place, states }, index) => {
    for (const { name, norms } of states) {
      // The step that the loss reads is the last that the norms tell of.
      norms.forEach((found, distance) => {
        const wanted = norm(differences(index, name, norms.length - 1 - distance));
        const off = Math.abs(found - wanted) / (1 + wanted);
        expect(off, `${place.name} ${name} ${distance}`).toBeLessThan(1e-8);
        compared++;
      });
    }
  });
  return compared;
}

describe("equals central differences in every state, layer and step", () => {
  it.each(CELLS)("for two layers of $name", (cell) => {
    const network = layersOf(cell, 2);
    const input = vectorsFor(network, 5);
    const flow = gradientFlow(network, reference, input);
    expect(flow.at).toEqual([4]);
    const compared = expectDifferences(subjectOf(network, input), flow);
    expect(compared).toBe(2 * 5 * cell.program.states.length);
  });

  it.each([lstm, gru])(
    "for a language model of $name, followed from a step amid the text",
    (cell) => {
      const model = languageModelOf(cell);
      const flow = gradientFlow(model, reference, TEXT.slice(0, 8), { at: 4 });
      expectDifferences(subjectOf(model, TEXT.slice(0, 8)), flow);
    },
  );

  it("for layers that read both ways", () => {
    const network = layersOf(lstm, 2, true);
    const input = vectorsFor(network, 5);
    const flow = gradientFlow(network, reference, input, { at: 1 });
    expect(flow.layers.map(({ states }) => states[0].norms.length)).toEqual([2, 4, 2, 4]);
    expectDifferences(subjectOf(network, input), flow);
  });

  it.each(Object.keys(NETWORKS))("for a network: %s", (name) => {
    const network = smallNetwork(name, "float64");
    const examples = inventExamples(network.config.ports, { count: 1, steps: 3, seed: 2 });
    const flow = gradientFlow(network, reference, { examples });
    expectDifferences(subjectOf(network, { examples }), flow);
  });
});

it("gives on wasm what the reference gives, to float32's digits", () => {
  for (const cell of [rnn, lstm, gruResetBefore, slstm]) {
    const model = languageModelOf(cell);
    const mine = gradientFlow(model, createWasmEngine(), TEXT);
    const wanted = gradientFlow(model, reference, TEXT);
    expect(Math.abs(mine.loss - wanted.loss)).toBeLessThan(1e-5);
    wanted.layers.forEach(({ states }, layer) => {
      const largest = Math.max(...states.flatMap(({ norms }) => [...norms]));
      states.forEach(({ name, norms, rate, path }, s) => {
        const found = mine.layers[layer].states[s];
        norms.forEach((value, distance) => {
          // Roundings of each step add up over the 22 that lie between.
          expect(Math.abs(found.norms[distance] - value)).toBeLessThan(2e-5 * largest);
        });
        // The stabiliser of slstm changes nothing: its gradient is rounding alone.
        if (name !== "m") expect(Math.abs(found.rate - rate)).toBeLessThan(1e-4);
        expect(found.path === null).toBe(path === null);
      });
    });
  }
});

/** One unit of a cell, weights as its equations name them: the flow can be worked out. */
function oneUnit(equations: string, matrices: number[], vectors: number[]) {
  const cell = defineCell(equations);
  const network = new RecurrentNetwork({ cell, inputSize: 1, hiddenSize: 1 }, "float64");
  const weights = {
    matrices: matrices.map((value) => Float64Array.of(value)),
    vectors: vectors.map((value) => Float64Array.of(value)),
  };
  writeCellWeights(network.layers[0], network.parameters, weights, network.weights);
  return network;
}

const silence = (steps: number) => ({ vectors: new Float64Array(steps), steps });

describe("says of a row of norms", () => {
  const linear = (u: number) => oneUnit("h[t] = W·x[t] + U·h[t-1] + b", [1, u], [0]);
  const flowOf = (u: number, steps: number) =>
    gradientFlow(linear(u), reference, silence(steps)).layers[0].states[0];

  it("the rate of a linear network exactly: its weight", () => {
    for (const u of [0.5, 0.9, 0.99, 1, 1.25]) {
      const { norms, rate, memoryLength } = flowOf(u, 40);
      expect(norms[0]).toBe(1);
      expect(Math.abs(norms[39] / u ** 39 - 1)).toBeLessThan(1e-13);
      expect(Math.abs(rate - u)).toBeLessThan(1e-13);
      if (u < 1) expect(Math.abs(memoryLength * Math.log(u) + 1)).toBeLessThan(1e-10);
      else expect(memoryLength).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it("that it vanishes below a tenth over the span, explodes above ten times, else is carried", () => {
    expect(flowOf(0.9, 22).verdict).toBe("carried"); // 0.9 ^ 21 = 0.109
    expect(flowOf(0.9, 23).verdict).toBe("vanishing"); // 0.9 ^ 22 = 0.098
    expect(flowOf(1.1, 25).verdict).toBe("carried"); // 1.1 ^ 24 = 9.85
    expect(flowOf(1.1, 26).verdict).toBe("exploding");
    expect(flowOf(1, 1000).verdict).toBe("carried");
  });

  it("to where it was measured, where numbers end", () => {
    const long = flowOf(0.125, 400);
    expect(long).toMatchObject({ verdict: "vanishing", span: { from: 0, to: 332 } });
    expect(Math.abs(long.rate - 0.125)).toBeLessThan(1e-12);
    const wasm = gradientFlow(linear(0.125), createWasmEngine(), silence(60)).layers[0].states[0];
    expect(wasm).toMatchObject({ verdict: "vanishing", span: { from: 0, to: 39 } });
    expect(Math.abs(wasm.rate - 0.125)).toBeLessThan(1e-6);
    expect(flowOf(10, 400)).toMatchObject({ verdict: "exploding", span: { from: 0, to: 308 } });
  });

  it("nothing of a rate where there is one step, and 0 where nothing comes back", () => {
    expect(flowOf(0.5, 1)).toMatchObject({ rate: Number.NaN, verdict: "unknown" });
    expect(flowOf(0, 5)).toMatchObject({ rate: 0, verdict: "vanishing", memoryLength: 0 });
  });
});

describe("gives no verdict", () => {
  it("of a state that nothing but roundings come back to: the stabiliser of slstm", () => {
    for (const engine of [reference, createWasmEngine()]) {
      const { layers } = gradientFlow(languageModelOf(slstm), engine, TEXT);
      for (const { states } of layers) {
        const verdicts = states.map(({ name, verdict }) => [name, verdict]);
        expect(Object.fromEntries(verdicts)).toEqual({
          ...{ m: "unknown", c: "vanishing", n: "vanishing", h: "vanishing" },
        });
        expect(states.find(({ name }) => name === "m")).toMatchObject({ rate: NaN, span: null });
      }
    }
  });

  it("of what no later step reads: where decoder and attention meet, and layers that run once", () => {
    for (const name of Object.keys(NETWORKS)) {
      const network = smallNetwork(name, "float64");
      const examples = inventExamples(network.config.ports, { count: 1, steps: 3, seed: 2 });
      for (const { place, states } of gradientFlow(network, reference, { examples }).layers) {
        const isOnce = place.part === "combine" || place.part === "hidden";
        for (const { isRead, verdict } of states) {
          expect(isRead, `${name} ${place.name}`).toBe(!isOnce);
          if (isOnce) expect(verdict).toBe("unknown");
        }
      }
    }
  });
});

it("lays out one plan, however many losses are followed", () => {
  let plans = 0;
  const counting: Engine = {
    ...reference,
    compile: (spec) => {
      plans++;
      return reference.compile(spec);
    },
  };
  gradientFlow(languageModelOf(gru), counting, TEXT, { at: [1, 4, 9] });
  expect(plans).toBe(1);
});

describe("the memory path", () => {
  it("is the whole of a memory that is read by nothing but itself and what is shown", () => {
    const network = oneUnit(
      "f = sigmoid(W_f·x[t] + b_f)\nc[t] = f * c[t-1] + W·x[t]\nh[t] = tanh(c[t])",
      [1, 1],
      [2],
    );
    const [c] = gradientFlow(network, reference, silence(30)).layers[0].states;
    const keep = 1 / (1 + Math.exp(-2));
    expect(Math.abs(c.rate - keep)).toBeLessThan(1e-12);
    expect(
      c.path?.norms.map((norm, d) => norm / c.norms[d] - 1).every((off) => Math.abs(off) < 1e-12),
    ).toBe(true);
    expect(Math.abs((c.path?.rate ?? 0) - keep)).toBeLessThan(1e-12);
  });

  it("is the product of the forget gates an LSTM had", () => {
    const model = languageModelOf(lstm);
    const flow = gradientFlow(model, reference, TEXT, { at: 10 });
    const [h, c] = flow.layers[1].states.toSorted((a, b) => b.name.localeCompare(a.name));
    expect([h.name, c.name]).toEqual(["h", "c"]);
    expect(h.path).toBeNull();
    expect(c.path?.norms[0]).toBe(c.norms[0]);
    // Gates between 0 and 1 let through ever less.
    c.path?.norms.forEach((norm, d, all) => {
      if (d > 0) expect(norm).toBeLessThan(all[d - 1]);
    });
  });

  it("of the LSTM of 1997 loses nothing, however long", () => {
    const network = oneUnit("c[t] = c[t-1] + W·x[t]\nh[t] = tanh(c[t])", [1], []);
    const [c] = gradientFlow(network, reference, silence(1000)).layers[0].states;
    expect(c.path).toMatchObject({ rate: 1, verdict: "carried" });
    expect(c.path?.norms.every((norm) => norm === 1)).toBe(true);
  });
});

describe("losses", () => {
  it("of several steps are followed each by itself: the mean of their norms, as far as they reach", () => {
    const model = languageModelOf(gru);
    const [both, early, late] = [[4, 9], [4], [9]].map((at) =>
      gradientFlow(model, reference, TEXT, { at }),
    );
    expect(both.at).toEqual([4, 9]);
    expect(both.loss).toBe((early.loss + late.loss) / 2);
    const rows = [both, early, late].map(({ layers }) => layers[0].states[0].norms);
    rows[0].forEach((norm, d) => {
      expect(norm).toBe(d <= 4 ? (rows[1][d] + rows[2][d]) / 2 : rows[2][d]);
    });
  });

  it("of a network without a target are those of what it writes", () => {
    const network = smallNetwork("seq2seq, no attention", "float64");
    const { input } = inventExamples(network.config.ports, { count: 1, steps: 3, seed: 2 });
    const examples = { count: 1, input, known: null, target: null };
    const { layers } = gradientFlow(network, reference, { examples, mostSteps: 4 });
    expect(layers.map(({ states }) => states[0].norms[0] > 0)).toEqual(layers.map(() => true));
  });

  it("are refused where there are none, in one line that says where there are", () => {
    const model = languageModelOf(gru);
    expect(() => gradientFlow(model, reference, TEXT, { at: 23 })).toThrow(
      "at: step 23 has no loss; steps 0 to 22 have one",
    );
    expect(() => gradientFlow(model, reference, "m")).toThrow("there is no loss to follow back");
  });
});
