/** Holding signals: exactly, nothing else touched, and what it costs. */
import { describe, expect, it } from "vitest";
import type { Cell } from "../../src/cells/cell.ts";
import { defineCell } from "../../src/cells/defineCell.ts";
import { lstm, ZOO } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { ablate } from "../../src/inspect/ablate.ts";
import { clamp } from "../../src/inspect/clamp.ts";
import { trace } from "../../src/inspect/trace.ts";
import { createLanguageModel, type LanguageModel } from "../../src/models/languageModel.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { NetworkRunner } from "../../src/models/networkRunner.ts";
import { quantise } from "../../src/models/quantise.ts";
import { createRecurrentNetwork } from "../../src/models/recurrentNetwork.ts";
import { NETWORKS, smallNetwork } from "../models/networks.ts";

const TEXT = "my name is Krish. my name is Ada, and I live at the sea; so it goes, on and on.";
const vocabulary = Vocabulary.of([TEXT], "characters");
const wasm = createWasmEngine();
const UNITS = 6;

function modelOf(cell: Cell): LanguageModel {
  return createLanguageModel(
    {
      ...{ cell, vocabulary, hiddenSize: UNITS, layers: 2, dropout: 0 },
      ...{ embeddingSize: UNITS, projectionSize: null, tieWeights: false },
    },
    { init: "uniform:0.5", forgetBias: null, chronoSteps: 30, seed: 9 },
  );
}

describe.each(ZOO)("holding signals of $name", (cell) => {
  const model = modelOf(cell);

  it("changes no bit where nothing is held, though it could be", () => {
    const plain = trace(model, wasm, TEXT);
    const units: readonly number[] = [];
    const clamps = cell.signalNames.map((signal) => ({ signal, value: 1, units }));
    const free = trace(model, wasm, TEXT, { clamp: clamps });
    free.layers.forEach((layer, index) => {
      for (const [signal, { values }] of Object.entries(layer)) {
        // −0 is 0.
        const same = values.every((value, n) => value === plain.layers[index][signal].values[n]);
        expect(same, `layer ${index}, ${signal}`).toBe(true);
      }
    });
    expect(free.predictions?.surprisal).toEqual(plain.predictions?.surprisal);
  });

  it.each(cell.signalNames.map((signal) => [signal]))("holds %s at exactly its value", (signal) => {
    const held = trace(model, wasm, TEXT, { clamp: [{ signal, value: 0.75, layer: 1 }] });
    expect([...new Set(held.layers[1][signal].values)]).toEqual([0.75]);
    const plain = trace(model, wasm, TEXT);
    expect(held.layers[0]).toEqual({ ...plain.layers[0], ...functionsOf(held.layers[0]) });
  });

  it("costs the same for each unit of the top layer whether ablated with the others or clamped alone", () => {
    const { increase: none } = clamp(model, wasm, TEXT, []);
    expect(none).toBe(0);
    const effects = ablate(model, wasm, TEXT, { layer: 1 });
    const units = model.recurrent[1].sizes[cell.program.states[cell.program.output].width];
    expect(effects.map(({ unit }) => unit).sort((a, b) => a - b)).toEqual([...Array(units).keys()]);
    const increases = effects.map(({ increase }) => increase ?? Number.NaN);
    expect(increases).toEqual(increases.toSorted((a, b) => b - a));
    for (const { unit, loss, increase } of effects) {
      const alone = clamp(model, wasm, TEXT, [{ layer: 1, signal: "h", units: [unit], value: 0 }]);
      expect(loss).toBe(alone.held.loss);
      expect(increase).toBe(alone.increase);
    }
  });
});

/** The parts of a trace that are no data: made anew each time. */
function functionsOf(layer: ReturnType<typeof trace>["layers"][number]) {
  return Object.fromEntries(
    Object.entries(layer).map(([name, signal]) => [name, { ...signal, at: expect.any(Function) }]),
  );
}

describe("holding gates of an LSTM", () => {
  const model = modelOf(lstm);

  it.each([
    ["wasm", wasm, model],
    ["wasm, int8", wasm, quantise(model)],
    ["reference", createReferenceEngine(), model],
  ] as const)("keeps the memory as it began where f is 1 and i is 0, on %s", (_, engine, held) => {
    const state = model.recurrent.map(() => ({
      h: new Float32Array(UNITS),
      c: Float32Array.from({ length: UNITS }, (_value, u) => Math.fround(0.1 * (u - 2))),
    }));
    const clamps = [
      { signal: "f", value: 1 },
      { signal: "i", value: 0 },
    ];
    const { layers } = trace(held, engine, TEXT, { clamp: clamps, state });
    layers.forEach(({ c }, layer) => {
      for (let t = 0; t < TEXT.length; t++) {
        for (let u = 0; u < UNITS; u++) expect(c.at(t, u) === state[layer].c[u]).toBe(true);
      }
    });
  });

  it("holds single units and leaves the others of their gate to themselves at the first step", () => {
    const free = trace(model, wasm, TEXT);
    const held = trace(model, wasm, TEXT, {
      clamp: [{ layer: 0, signal: "f", units: [2, 4], value: 1 }],
    });
    const [f, before] = [held.layers[0].f, free.layers[0].f];
    for (let u = 0; u < UNITS; u++) {
      expect(f.at(0, u)).toBe(u === 2 || u === 4 ? 1 : before.at(0, u));
    }
    expect(held.layers[1].h.values).not.toEqual(free.layers[1].h.values);
  });

  it("tells loss, surprisal and predictions, free and held", () => {
    const plain = trace(model, wasm, TEXT);
    const { free, held, increase } = clamp(model, wasm, TEXT, [{ signal: "f", value: 0 }]);
    const alone = trace(model, wasm, TEXT, { clamp: [{ signal: "f", value: 0 }] });
    expect(free.predictions?.surprisal).toEqual(plain.predictions?.surprisal);
    expect(held.predictions?.surprisal).toEqual(alone.predictions?.surprisal);
    expect(held.predictions?.top(8)).toEqual(alone.predictions?.top(8));
    const mean = (all: Float64Array) =>
      all.subarray(0, -1).reduce((sum, value) => sum + value, 0) / (all.length - 1);
    expect(free.loss).toBe(mean(free.losses));
    expect(held.loss).toBe(mean(held.losses));
    expect(increase).toBe((held.loss ?? 0) - (free.loss ?? 0));
    expect(increase).not.toBe(0);
  });
});

describe("holding and ablating in networks", () => {
  it.each(Object.keys(NETWORKS).filter((name) => !name.includes("no hidden layer,")))(
    "%s: the loss is there, and is that of the held unit",
    (name) => {
      const network = smallNetwork(name);
      const examples = inventExamples(network.config.ports, { count: 2, steps: 5, seed: 8 });
      const input = { examples, example: 1 };
      // Not 0: a unit of relu may be there already.
      const effects = ablate(network, wasm, input, { units: [1], value: 0.5 });
      expect(effects.length).toBeGreaterThan(0);
      for (const { layer, unit, increase } of effects) {
        const alone = clamp(network, wasm, input, [
          { layer, signal: "h", units: [unit], value: 0.5 },
        ]);
        expect(increase).toBe(alone.increase);
      }
      expect(effects.some(({ change }) => change > 0)).toBe(true);
    },
  );

  it("tells outputs where there is no target, and ablates a writer at what it writes", () => {
    const network = smallNetwork("seq2seq, no attention");
    const examples = inventExamples(network.config.ports, { count: 1, steps: 4, seed: 2 });
    const input = { examples: { ...examples, target: null }, mostSteps: 5 };
    const { free, increase } = clamp(network, wasm, input, [{ signal: "z", value: 0 }]);
    expect(free.output).toEqual(
      new NetworkRunner(network, wasm).write(input.examples, { mostSteps: 5 })[0],
    );
    expect(increase).toBeNull();
    const { layers, places } = trace(network, wasm, input, {
      clamp: [{ signal: "z", value: 0.25 }],
    });
    const decoder = places.findIndex(({ part }) => part === "decoder");
    expect([...new Set(layers[decoder].z.values)]).toEqual([0.25]);
    const [first] = ablate(network, wasm, input, { layer: 0 });
    expect(first.increase).toEqual(expect.any(Number));
  });

  it("ranks units of layers alone by how far their outputs move", () => {
    const network = createRecurrentNetwork(
      { cell: lstm, inputSize: 2, hiddenSize: 5, layers: 2 },
      { init: "uniform:0.6", forgetBias: null, chronoSteps: 4, seed: 2 },
    );
    const input = { vectors: Array.from({ length: 40 }, (_, n) => Math.sin(n)), steps: 20 };
    const effects = ablate(network, wasm, input, { layer: 1 });
    for (const { unit, loss, increase, change } of effects) {
      expect([loss, increase]).toEqual([null, null]);
      const { free, held } = clamp(network, wasm, input, [
        { layer: 1, signal: "h", units: [unit], value: 0 },
      ]);
      const [a, b] = [free, held].map(({ output }) => {
        return Float64Array.from(output && "outputs" in output ? output.outputs : []);
      });
      const squares = a.reduce((sum, value, n) => sum + (value - b[n]) ** 2, 0);
      expect(change).toBeCloseTo(Math.sqrt(squares / a.length), 12);
    }
    const changes = effects.map(({ change }) => change);
    expect(changes).toEqual(changes.toSorted((a, b) => b - a));
  });

  it("refuses what is not there", () => {
    const model = modelOf(lstm);
    expect(() => ablate(model, wasm, TEXT, { signal: "q" })).toThrow('no signal "q" in layer 0');
    expect(() => ablate(model, wasm, TEXT, { layer: 2 })).toThrow(
      "layer 2: the model has layers 0 to 1",
    );
    expect(() => ablate(model, wasm, TEXT, { units: [6] })).toThrow(
      "unit 6: layer 0 has 6 units, 0 to 5",
    );
    expect(() => ablate(model, wasm, TEXT, { value: Number.POSITIVE_INFINITY })).toThrow(
      "value: expected a number to hold units at, got Infinity",
    );
    const constant = defineCell("k = 0.5\nc[t] = k * c[t-1] + tanh(W·x[t] + b)\nh[t] = c[t]");
    expect(() => clamp(modelOf(constant), wasm, TEXT, [{ signal: "k", value: 1 }])).toThrow(
      "k cannot be held: it is a number in the equations, the same for all units and steps; hold what is computed from it",
    );
  });
});

describe("a held value is exact", () => {
  const cell = defineCell(
    "e = exp(W_e·x[t])\nr = e / (1 + e)\nn = -r\nh[t] = tanh(n + U_h·h[t-1])",
  );
  // exp overflows in float64 too: e is infinite, and r and n are no numbers.
  const network = createRecurrentNetwork(
    { cell, inputSize: 1, hiddenSize: 5 },
    { init: "uniform:0.1", forgetBias: null, chronoSteps: 9, seed: 3 },
  );
  network.weights.fill(1);
  const input = { vectors: [1000, 1000, 1000], steps: 3 };

  it.each([
    ["wasm", wasm],
    ["reference", createReferenceEngine()],
  ])("where it would be infinite or no number, on %s", (_, engine) => {
    const free = trace(network, engine, input).layers[0];
    expect([free.e.at(2, 1), free.n.at(2, 1)]).toEqual([Number.POSITIVE_INFINITY, Number.NaN]);
    for (const signal of ["e", "r", "n", "h"] as const) {
      const held = trace(network, engine, input, { clamp: [{ signal, value: 0.75, units: [1] }] });
      const { values } = held.layers[0][signal];
      expect([1, 6, 11].map((at) => values[at])).toEqual([0.75, 0.75, 0.75]);
      // Those beside it are as they were.
      expect(values[2]).toBe(free[signal].values[2]);
    }
    const all = trace(network, engine, input, { clamp: [{ signal: "n", value: 0.5 }] }).layers[0];
    expect(all.h.at(0, 0)).toBeCloseTo(Math.tanh(0.5), 6);
  });
});
