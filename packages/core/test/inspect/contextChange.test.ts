import { describe, expect, it } from "vitest";
import type { Cell } from "../../src/cells/cell.ts";
import { gru, lstm1997, rnn, ZOO } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { contextChange } from "../../src/inspect/contextChange.ts";
import { contextChanges } from "../../src/inspect/contextChanges.ts";
import { trace } from "../../src/inspect/trace.ts";
import { createLanguageModel } from "../../src/models/languageModel.ts";
import { lstmByHand } from "./lstmByHand.ts";

const vocabulary = Vocabulary.of(["abcdw!-."], "characters");
const engine = createReferenceEngine();

/** What writes 1 on "w", and keeps all of it but for the tokens named. */
const memory = (unit: number, f: Readonly<Record<string, number>>) => ({
  unit,
  f: { "": 20, ...f },
  i: { w: 40, "": -20 },
  g: { "": 20 },
  o: { "": 20 },
});
/** "!" empties all units; "-" halves them (σ(20 − 20) = ½); "." empties all but unit 0. */
const model = lstmByHand(
  vocabulary,
  4,
  [0, 1, 2, 3].map((unit) =>
    memory(unit, { "!": -40, "-": -20, ...(unit > 0 ? { ".": -40 } : {}) }),
  ),
  1,
);
const change = (shared: string, first: string, second: string) =>
  contextChange(model, engine, { shared, first, second });

describe("contextChange on a model whose memory is known", () => {
  it("is forgotten after the second continuation where that alone empties the memory", () => {
    const { forgotten, forgetting, layers, steps } = change("aw", "abcd", "b!cd");
    expect(forgotten).toBe(true);
    expect(forgetting.after).toBe("second");
    expect(forgetting.owed[0]).toBeCloseTo(1, 6);
    expect(forgetting.owed[1]).toBeCloseTo(0, 6);
    expect(Array.from(forgetting.owedByStep[1], Math.round)).toEqual([1, 0, 0, 0]);
    expect(steps).toBe(4);
    const [c] = layers[0].states;
    expect(c.memory?.remaining[0]).toBeCloseTo(1, 6);
    expect(c.memory?.remaining[1]).toBeCloseTo(0, 6);
    const gate = c.memory?.keep;
    // The gate is open but for the step of "!", which is the second.
    expect(gate?.mean[0]).toBeCloseTo(1, 6);
    expect(gate?.mean[1]).toBeCloseTo(3 / 4, 6);
    expect(gate?.shared).toBeCloseTo(1, 6);
    expect(Array.from(gate?.byStep[1] ?? [], (value) => Math.round(value))).toEqual([1, 0, 1, 1]);
    expect(Array.from(gate?.distance ?? [], (value) => Math.round(value))).toEqual([0, 1, 0, 0]);
    expect(Array.from(c.distance, (value) => Math.round(value))).toEqual([0, 1, 1, 1]);
    expect(c.size).toBeCloseTo(1, 6);
  });

  it("is not forgotten where both keep it", () => {
    const { forgotten, forgetting } = change("aw", "abcd", "bacd");
    expect(forgotten).toBe(false);
    expect(forgetting.after).toBe("neither");
  });

  it("is forgotten after both where both empty it, and after the first where that does", () => {
    expect(change("aw", "!a", "b!").forgetting).toMatchObject({ after: "both", forgotten: true });
    expect(change("aw", "!a", "ba").forgetting).toMatchObject({ after: "first", forgotten: false });
  });

  it("has a half left after a gate of a half, a quarter after two, and weighs differences by what a memory shows", () => {
    const { forgetting, layers } = change("aw", "-abc", "b--c");
    const { memory, name } = layers[0].states[0];
    expect(name).toBe("c");
    expect(memory?.remaining[0]).toBeCloseTo(1 / 2, 6);
    expect(memory?.remaining[1]).toBeCloseTo(1 / 4, 6);
    // Of the states c and h = tanh(c), all units alike.
    const shown = (c: number) => Math.tanh(c) + Math.tanh(Math.tanh(c));
    expect(forgetting.owed[0]).toBeCloseTo(shown(1 / 2) / shown(1), 6);
    expect(forgetting.owed[1]).toBeCloseTo(shown(1 / 4) / shown(1), 6);
    const left = memory?.remainingByStep[1] ?? [];
    expect(Array.from(left, (value) => Math.round(value * 100))).toEqual([100, 50, 25, 25]);
  });

  it("names the units that dropped what they held, those first that lost most by the change", () => {
    const { layers, forgotten } = change("aw", "abcd", "b.cd");
    const { units = [], remaining } = layers[0].states[0].memory ?? {};
    expect(units.map(({ unit, droppedBy }) => [unit, droppedBy])).toEqual([
      [1, "second"],
      [2, "second"],
      [3, "second"],
      [0, "neither"],
    ]);
    const [lost] = units;
    expect(lost.before).toBeCloseTo(1, 6);
    expect(lost.kept[1]).toBeCloseTo(0, 6);
    expect(lost.after[0]).toBeCloseTo(1, 6);
    expect(lost.after[1]).toBeCloseTo(0, 6);
    expect(remaining?.[1]).toBeCloseTo(1 / 4, 6);
    expect(forgotten).toBe(true);
  });

  it("looks at both as many steps after the parting as the shorter has, and tells all steps of each", () => {
    const { forgetting, steps, layers } = change("aw", "abcd!!!", "ba");
    expect(steps).toBe(2);
    expect(forgetting.after).toBe("neither");
    const left = layers[0].states[0].memory?.remainingByStep;
    expect([left?.[0].length, left?.[1].length]).toEqual([7, 2]);
    expect(left?.[0][6]).toBeCloseTo(0, 6);
  });

  it("counts to the shared beginning what both continuations begin with", () => {
    const { tokens, steps } = change("aw", "abc", "abd");
    expect(tokens).toEqual({ shared: [..."awab"], first: ["c"], second: ["d"] });
    expect(steps).toBe(1);
  });

  it("has heard nothing of the shared beginning once the memory is emptied", () => {
    const { heard, divergence } = change("aw", "abcd", "b!cd");
    // These units read no h[t-1], and what the output layer reads, o ∘ tanh(c), is emptied with the memory.
    expect(heard[1][3]).toBeLessThan(1e-12);
    expect(heard[0][3]).toBeGreaterThan(1e-4);
    expect(divergence[3]).toBeGreaterThan(1e-4);
  });
});

/** Random models: what is told is what traces tell. */
function randomModel(cell: Cell, precision: "float32" | "float64" = "float64") {
  const embeddingSize = cell.program.tiedInput === null ? 0 : 5;
  const sizes = { hiddenSize: 5, layers: 2, embeddingSize, projectionSize: null };
  return createLanguageModel(
    { cell, vocabulary, ...sizes, dropout: 0, tieWeights: false },
    { init: "uniform:0.6", forgetBias: null, chronoSteps: 8, seed: 4 },
    precision,
  );
}
/** Longer than a window of the plan, of lengths that differ. */
const texts = {
  shared: "abcd.w-!".repeat(5),
  first: "abba!".repeat(8),
  second: "cadw".repeat(9),
};

describe.each(ZOO.map((cell) => [cell.name, cell] as const))("contextChange of %s", (_, cell) => {
  const own = randomModel(cell);
  const found = contextChange(own, engine, texts);

  it("has the distances that the traces of both texts have", () => {
    const [a, b] = [texts.first, texts.second].map((text) =>
      trace(own, engine, texts.shared + text),
    );
    const parting = texts.shared.length;
    for (const [l, { states }] of found.layers.entries()) {
      for (const { name, distance } of states) {
        const [p, q] = [a.layers[l][name], b.layers[l][name]];
        for (const step of [0, 1, 35]) {
          let sum = 0;
          for (let u = 0; u < p.units; u++) {
            const apart = p.at(parting + step, u) - q.at(parting + step, u);
            sum += apart * apart;
          }
          expect(distance[step]).toBeCloseTo(Math.sqrt(sum / p.units), 12);
        }
      }
    }
  });

  it("owes to the shared beginning what sets its states apart from those of the continuation alone", () => {
    const [whole, alone] = [texts.shared + texts.second, texts.second].map((text) =>
      trace(own, engine, text),
    );
    const parting = texts.shared.length;
    for (const [l, { forgetting, states }] of found.layers.entries()) {
      for (const step of [0, 35]) {
        let [apart, held] = [0, 0];
        for (const { name } of states) {
          const [p, q] = [whole.layers[l][name], alone.layers[l][name]];
          const initial = cell.program.states.find((state) => state.name === name)?.initial ?? 9;
          for (let u = 0; u < p.units; u++) {
            apart += Math.abs(Math.tanh(p.at(parting + step, u)) - Math.tanh(q.at(step, u)));
            held += Math.abs(Math.tanh(p.at(parting - 1, u)) - Math.tanh(initial));
          }
        }
        expect(forgetting.owedByStep[1][step]).toBeCloseTo(apart / held, 12);
      }
    }
  });

  it("tells what is left of a memory by the cell's own forget gate, or says that there is none", () => {
    const isKept = found.layers[0].states.some((state) => state.memory);
    expect(found.reason === null).toBe(isKept);
    // Whatever has a gate that forgets has a memory that it keeps.
    if (cell.forgetGates.length > 0) expect(isKept).toBe(true);
  });
});

it("takes the forget gate's part from the cell, whichever way round it is", () => {
  const own = randomModel(gru);
  const { layers } = contextChange(own, engine, texts);
  const { z } = trace(own, engine, texts.shared + texts.first).layers[0];
  const parting = texts.shared.length;
  const mean = [0, 1, 2, 3, 4].reduce((sum, u) => sum + z.at(parting, u), 0) / 5;
  expect(layers[0].states[0].memory?.keep.byStep[0][0]).toBeCloseTo(mean, 12);
});

it("keeps everything where there is no forget gate but a sum", () => {
  const { layers } = contextChange(randomModel(lstm1997), engine, texts);
  expect(layers[0].states[0].memory?.remaining).toEqual([1, 1]);
});

it("says of a simple network that nothing is kept by a gate, and still whether it forgets", () => {
  const found = contextChange(randomModel(rnn), engine, texts);
  expect(found.reason).toBe(
    "rnn: no state is keep ∘ its last value and something written, so there is no gate that keeps it; states and predictions tell what they can",
  );
  expect(found.layers[1].states[0].distance[0]).toBeGreaterThan(0.01);
  expect(found.divergence[0]).toBeGreaterThan(1e-4);
  // Random weights of this size carry nothing over 36 steps.
  expect(found.forgetting).toMatchObject({ forgotten: true, after: "both" });
});

it("is the same on the wasm engine, but for rounding", () => {
  const own = randomModel(gru, "float32");
  const [a, b] = [engine, createWasmEngine()].map((one) => contextChange(own, one, texts));
  // Of float32, 40 steps on.
  expect(b.heard[0][3]).toBeCloseTo(a.heard[0][3], 5);
  expect(b.layers[1].states[0].distance[30]).toBeCloseTo(a.layers[1].states[0].distance[30], 5);
  expect(b.forgetting.owedByStep[0][3]).toBeCloseTo(a.forgetting.owedByStep[0][3], 5);
});

describe("contextChange refuses in one line", () => {
  it.each([
    [
      "aw",
      "ab",
      "ab",
      "the two continuations do not part: they are the same; give two that differ",
    ],
    ["aw", "ab", "a", "do not part: the shorter is how the longer begins"],
    ["", "ab", "a", "the shared beginning is empty; give a few words"],
    ["aw", "ab", "", "the second continuation is empty"],
    [
      "aw",
      "aé",
      "b",
      'the first continuation has "é" at character 2, line 1, which the model does not know; it knows 8 characters',
    ],
  ])("%j + %j | %j", (shared, first, second, message) => {
    expect(() => change(shared, first, second)).toThrow(message);
  });
});

describe("contextChanges", () => {
  const triples = [
    { shared: "aw", first: "abcd", second: "b!cd" },
    { shared: "bw", first: "dbcd", second: "!" },
    { shared: "cw", first: "dbcd", second: "abc" },
    { shared: "dw", first: "!bc", second: "ac" },
  ];
  const found = contextChanges(model, engine, triples);

  it("tells how often what was held is forgotten, with an interval", () => {
    expect(found.count).toBe(4);
    expect(found.forgotten.value).toBe(1 / 2);
    expect(found.forgotten.low).toBeLessThan(1 / 2);
    expect(found.forgotten.high).toBeGreaterThan(1 / 2);
    expect(found.after).toEqual({ first: 1, second: 2, both: 0, neither: 1 });
  });

  it("averages each triple's own numbers", () => {
    const each = triples.map((texts) => contextChange(model, engine, texts));
    const { memory, distance } = found.layers[0].states[0];
    const mean = (read: (of: (typeof each)[number]) => number) =>
      each.reduce((sum, of) => sum + read(of), 0) / each.length;
    const upTo = (values: Float64Array | undefined, steps: number) =>
      (values ?? new Float64Array(0)).slice(0, steps).reduce((a, b) => a + b, 0) / steps;
    expect(memory?.keep.second.value).toBeCloseTo(
      mean((of) => upTo(of.layers[0].states[0].memory?.keep.byStep[1], of.steps)),
      12,
    );
    expect(memory?.remaining[1].value).toBeCloseTo(
      mean((of) => of.layers[0].states[0].memory?.remaining[1] ?? 9),
      12,
    );
    expect(distance.value).toBeCloseTo(
      mean((of) => upTo(of.layers[0].states[0].distance, of.steps)),
      12,
    );
    expect(memory?.keep.difference.value).toBeCloseTo(
      (memory?.keep.second.value ?? 9) - (memory?.keep.first.value ?? 9),
      12,
    );
    expect(found.divergence.value).toBeCloseTo(
      mean((of) => upTo(of.divergence, of.steps)),
      12,
    );
  });

  it("gives curves over the triples that go on so long", () => {
    const byStep = found.layers[0].states[0].memory?.byStep;
    expect([...(byStep?.count[1] ?? [])]).toEqual([4, 3, 2, 1]);
    expect([...(byStep?.count[0] ?? [])]).toEqual([4, 4, 4, 3]);
    // At the first step "!" shuts one gate of four, at the second one of three.
    expect(byStep?.keep[1][0]).toBeCloseTo(3 / 4, 6);
    expect(byStep?.keep[1][1]).toBeCloseTo(2 / 3, 6);
  });

  it("looks only at so many steps as it is told", () => {
    const { layers } = contextChanges(model, engine, triples, { steps: 1 });
    const { keep, keepAtParting } = layers[0].states[0].memory ?? {};
    expect(keep?.second).toEqual(keepAtParting?.second);
    expect(keep?.second.value).toBeCloseTo(3 / 4, 6);
  });

  it("has no keep gates to average where nothing is kept by a gate", () => {
    const { layers } = contextChanges(randomModel(rnn), engine, triples);
    expect(layers[0].states[0].memory).toBeNull();
  });

  it("names the triple that is at fault, and refuses none", () => {
    expect(() =>
      contextChanges(model, engine, [...triples, { ...triples[0], first: "é" }]),
    ).toThrow('triple 4: the first continuation has "é" at character 1');
    expect(() => contextChanges(model, engine, [])).toThrow(
      "contextChanges: there are no triples; give at least one",
    );
    expect(() => contextChanges(model, engine, triples, { steps: 0 })).toThrow(
      "contextChanges: steps is 0, wanted a whole number of 1 or more",
    );
    expect(() => contextChanges(model, engine, triples, { steps: 1.5 })).toThrow(
      "contextChanges: steps is 1.5, wanted a whole number of 1 or more",
    );
  });

  it("says nothing of what is forgotten where states are no numbers", () => {
    const weights = model.weights.slice().fill(Number.NaN);
    expect(() => contextChanges(model, engine, triples, { weights })).toThrow(
      "triple 0: the states come to be no numbers",
    );
  });
});
