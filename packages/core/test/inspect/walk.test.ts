import { describe, expect, it } from "vitest";
import { defineCell } from "../../src/cells/defineCell.ts";
import { stepGraph } from "../../src/cells/stepGraph.ts";
import { gru, lstm, slstm, ZOO } from "../../src/cells/zoo/index.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { subjectOf } from "../../src/inspect/subjects.ts";
import { type Walk, walk, walkCell } from "../../src/inspect/walk.ts";
import { inventExamples } from "../../src/models/networkGradientCheck.ts";
import { NETWORKS, smallNetwork } from "../models/networks.ts";
import { languageModelOf, layersOf, signalsOf, TEXT, vectorsFor } from "./looking.ts";

const reference = createReferenceEngine();
const STEPS = 4;

/** A step in the midst of a sequence. */
function walkOf(cell: Parameters<typeof layersOf>[0]): Walk {
  const network = layersOf(cell);
  return walk(network, reference, vectorsFor(network, STEPS), { step: STEPS - 1 });
}

/** The largest difference, in units of the last place of numbers near the largest. */
function ulps(mine: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const largest = Array.from(wanted).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return Array.from(wanted).reduce((worst, value, u) => {
    return Math.max(worst, Math.abs(mine[u] - value) / largest / Number.EPSILON);
  }, 0);
}

describe.each(ZOO)("a step of $name", (cell) => {
  it("is what the reference engine computes", () => {
    const network = layersOf(cell);
    const input = vectorsFor(network, STEPS);
    const [signals] = signalsOf(subjectOf(network, input), reference);
    for (let step = 0; step < STEPS; step++) {
      const walked = walk(network, reference, input, { step });
      for (const name of cell.signalNames) {
        // Sums are added in another order: a few roundings, which a few operations carry on.
        expect(ulps(walked.node(name).values, signals[name][step]), name).toBeLessThan(16);
      }
    }
  });

  it("has nodes that are told apart by their ids, each after what it reads", () => {
    const seen = new Set<string>();
    for (const { id, inputs } of walkOf(cell).nodes) {
      expect(seen.has(id), id).toBe(false);
      expect(inputs.filter((input) => !seen.has(input))).toEqual([]);
      seen.add(id);
    }
  });

  it("shows every matrix block, every vector and every signal, with its caption", () => {
    const { nodes } = walkOf(cell);
    const { products, vectors, signals } = cell.program;
    const count = (kind: string) => nodes.filter((node) => node.kind === kind).length;
    expect(count("product")).toBe(products.length);
    expect(count("weight vector")).toBe(vectors.length);
    const named = nodes.filter(({ signal }) => signal !== null);
    expect(named.map(({ signal, caption }) => [signal, caption])).toEqual(
      signals.map(({ name, caption }) => [name, caption]),
    );
  });

  it("stays the same where a value is replaced by itself", () => {
    const walked = walkOf(cell);
    for (const { id, values } of walked.nodes) {
      const again = walked.with({ [id]: [...values] });
      expect(again.nodes.filter((node) => node.changed)).toEqual([]);
      expect(again.nodes.filter((node) => node.edited).map((node) => node.id)).toEqual([id]);
      expect(again.nodes.map((node) => node.values)).toEqual(walked.nodes.map((n) => n.values));
    }
  });

  it("changes in what reads a replaced signal, and nowhere else", () => {
    const walked = walkOf(cell);
    for (const { id, values } of walked.nodes) {
      const again = walked.with({ [id]: { 0: values[0] + 0.125 } });
      const after = new Set([id]);
      for (const node of again.nodes) {
        if (node.inputs.some((input) => after.has(input))) after.add(node.id);
        if (node.changed) expect(after.has(node.id), `${id} changes ${node.id}`).toBe(true);
      }
      expect(again.node(id)).toMatchObject({ edited: true, changed: true });
    }
  });
});

it("names the nodes of an LSTM by what they are", () => {
  expect(walkOf(lstm).nodes.map(({ id, kind }) => `${id} (${kind})`)).toMatchInlineSnapshot(`
    [
      "h[t-1] (previous)",
      "W_f·h[t-1] (product)",
      "x[t] (input)",
      "W_f·x[t] (product)",
      "b_f (weight vector)",
      "W_f·h[t-1] + W_f·x[t] + b_f (sum)",
      "f (operation)",
      "W_i·h[t-1] (product)",
      "W_i·x[t] (product)",
      "b_i (weight vector)",
      "W_i·h[t-1] + W_i·x[t] + b_i (sum)",
      "i (operation)",
      "W_g·h[t-1] (product)",
      "W_g·x[t] (product)",
      "b_g (weight vector)",
      "W_g·h[t-1] + W_g·x[t] + b_g (sum)",
      "g (operation)",
      "W_o·h[t-1] (product)",
      "W_o·x[t] (product)",
      "b_o (weight vector)",
      "W_o·h[t-1] + W_o·x[t] + b_o (sum)",
      "o (operation)",
      "c[t-1] (previous)",
      "f ∘ c[t-1] (operation)",
      "i ∘ g (operation)",
      "c (sum)",
      "tanh(c) (operation)",
      "h (operation)",
    ]
  `);
});

it("names the nodes of a GRU by what they are", () => {
  expect(walkOf(gru).nodes.map(({ id, kind }) => `${id} (${kind})`)).toMatchInlineSnapshot(`
    [
      "x[t] (input)",
      "W_r·x[t] (product)",
      "h[t-1] (previous)",
      "U_r·h[t-1] (product)",
      "b_r (weight vector)",
      "W_r·x[t] + U_r·h[t-1] + b_r (sum)",
      "r (operation)",
      "W_z·x[t] (product)",
      "U_z·h[t-1] (product)",
      "b_z (weight vector)",
      "W_z·x[t] + U_z·h[t-1] + b_z (sum)",
      "z (operation)",
      "W_n·x[t] (product)",
      "b_n (weight vector)",
      "U_n·h[t-1] (product)",
      "b_hn (weight vector)",
      "U_n·h[t-1] + b_hn (sum)",
      "r ∘ (U_n·h[t-1] + b_hn) (operation)",
      "W_n·x[t] + b_n + r ∘ (U_n·h[t-1] + b_hn) (sum)",
      "n (operation)",
      "1 (number)",
      "1 − z (operation)",
      "(1 − z) ∘ n (operation)",
      "z ∘ h[t-1] (operation)",
      "h (sum)",
    ]
  `);
});

describe("equations of one's own", () => {
  const cell = defineCell(`
    y = x[t]
    one = 1
    q = -tanh(W·(U·x[t] + R·h[t-1]))
    f = 1 - q
    k = 1 - q
    g = f + (1 - q) * k - (y + 2) / (3 + f * f) * one - V·y
    h[t] = silu(S·x[t]) + -2 * g + h[t-1] * (a_b + (p_q + f)) / 4 + softplus(g) - max(f, g, 0.5)
  `);

  it("are computed as the engine computes them, however they are nested", () => {
    const network = layersOf(cell);
    const input = vectorsFor(network, STEPS);
    const [signals] = signalsOf(subjectOf(network, input), reference);
    const walked = walk(network, reference, input, { step: 2 });
    for (const name of ["y", "q", "f", "k", "g", "h"]) {
      expect(ulps(walked.node(name).values, signals[name][2]), name).toBeLessThan(16);
    }
    expect(walked.node("one").values.every((value) => value === 1)).toBe(true);
  });

  it("have brackets where they need them, and one node for two equal expressions", () => {
    const expressions = new Map(stepGraph(cell).map(({ id, expression }) => [id, expression]));
    expect(expressions.get("q")).toBe("−tanh(W·(U·x[t] + R·h[t-1]))");
    expect(expressions.get("g")).toBe("f + (1 − q) ∘ k − V·y − (y + 2) / (3 + f ∘ f)");
    expect(expressions.has("h[t-1] ∘ (a_b + p_q + f) / 4")).toBe(true);
    expect(expressions.has("(−2) ∘ g")).toBe(true);
    expect(expressions.size).toBe(stepGraph(cell).length);
  });
});

it("names nodes alike whatever else the program holds", () => {
  const longer = defineCell(`extra[t] = tanh(V·x[t] + p_e * h[t-1])\n${lstm.equations}`);
  const ids = new Set(stepGraph(longer).map(({ id }) => id));
  expect(stepGraph(lstm).filter(({ id }) => !ids.has(id))).toEqual([]);
});

describe("what is replaced", () => {
  it("gives with another f exactly the memory that the equations say", () => {
    const walked = walkOf(lstm);
    const f = [0, 1, 0.25, -2, 0.7];
    const again = walked.with({ f });
    const values = (id: string) => [...again.node(id).values];
    const [before, i, g] = [values("c[t-1]"), values("i"), values("g")];
    expect(values("f")).toEqual(f);
    expect(values("c")).toEqual(f.map((kept, u) => kept * before[u] + i[u] * g[u]));
    const changed = again.nodes.filter((node) => node.changed).map(({ id }) => id);
    expect(changed).toEqual(["f", "f ∘ c[t-1]", "c", "tanh(c)", "h"]);
  });

  it("can be one unit, which others follow only where a matrix mixes them", () => {
    const walked = walkOf(lstm);
    const again = walked.with({ "c[t-1]": { 2: 5 } });
    const differs = ["f", "c", "h"].map((id) => {
      const { values } = walked.node(id);
      return [...again.node(id).values].flatMap((value, u) => (value === values[u] ? [] : [u]));
    });
    expect(differs).toEqual([[], [2], [2]]);
  });

  it("adds up, the later counting", () => {
    const walked = walkOf(lstm);
    const twice = walked.with({ f: { 0: 1, 1: 1 } }).with({ f: { 1: 0 }, i: [1, 1, 1, 1, 1] });
    const once = walked.with({ f: { 0: 1, 1: 0 }, i: [1, 1, 1, 1, 1] });
    expect(twice.nodes).toEqual(once.nodes);
    expect(twice.nodes.filter(({ edited }) => edited).map(({ id }) => id)).toEqual(["f", "i"]);
  });

  it("reaches all that reads its name, whatever algebra could make of it", () => {
    // logf is −softplus(−a): the program that trains folds its sign into the sums that read it.
    const again = walkOf(slstm).with({ logf: [0, 0, 0, 0, 0] });
    expect(again.node("logf + m[t-1]").values).toEqual(again.node("m[t-1]").values);
  });

  it("leaves another name for the same value as it is", () => {
    const cell = defineCell("a = tanh(W·x[t])\nshown = a\nh[t] = a + U·h[t-1]");
    const walked = walkOf(cell);
    expect(walked.node("shown")).toMatchObject({ inputs: ["a"], expression: "a" });
    const again = walked.with({ shown: [1, 1, 1, 1, 1] });
    expect(again.nodes.filter((node) => node.changed).map(({ id }) => id)).toEqual(["shown"]);
  });

  it("is told in one line where there is no such node, or it has not so many units", () => {
    const walked = walkOf(lstm);
    expect(() => walked.with({ q: [1] })).toThrow(
      /^no node "q" in this step; there are h\[t-1\]; W_f·h\[t-1\]; x\[t\]; .*; h$/,
    );
    expect(() => walked.node("tanh(h)")).toThrow(/^no node "tanh\(h\)" in this step; there are /);
    expect(() => walked.with({ f: [1, 2] })).toThrow(
      "f: expected 5 numbers, one a unit, or some units by number; got 2 numbers",
    );
    expect(() => walked.with({ f: { 600: 1 } })).toThrow("unit 600: f has 5 units, 0 to 4");
  });
});

describe("a cell by itself", () => {
  const cell = defineCell("h[t] = W·x[t] + U·h[t-1] + b\nh[0] = 2");
  const sizes = { in: 2, units: 2, out: 2 };
  const matrices = [Float64Array.of(1, 2, 3, 4), Float64Array.of(0, 1, 1, 0)];
  const weights = { matrices, vectors: [Float64Array.of(10, 20)] };

  it("is computed from weights as the equations name them", () => {
    const { node } = walkCell(cell, sizes, weights, { x: [1, -1], previous: { h: [5, 7] } });
    expect([...node("W·x[t]").values]).toEqual([-1, -1]);
    expect([...node("U·h[t-1]").values]).toEqual([7, 5]);
    expect([...node("h").values]).toEqual([16, 24]);
    expect(node("h").expression).toBe("W·x[t] + U·h[t-1] + b");
  });

  it("begins where its equations say", () => {
    const { node } = walkCell(cell, sizes, weights, { x: [0, 0] });
    expect([...node("h[t-1]").values]).toEqual([2, 2]);
  });

  it("refuses what is not of its sizes", () => {
    const given = (x: number[], previous = {}) => walkCell(cell, sizes, weights, { x, previous });
    expect(() => given([1])).toThrow("x[t]: expected 2 numbers, got 1");
    expect(() => given([1, 1], { h: [1] })).toThrow("h[t-1]: expected 2 numbers, got 1");
    expect(() => given([1, 1], { c: [1] })).toThrow('no state "c"; its equations carry h');
    const few = { ...weights, matrices: [matrices[0], Float64Array.of(1)] };
    expect(() => walkCell(cell, sizes, few, { x: [1, 1] })).toThrow("U: expected 4 numbers, got 1");
  });
});

describe("a step of a model", () => {
  /** Float32 signals are some ten operations of 6e-8 from the float64 walk of the same step. */
  const CLOSE = 3e-6;

  it.each([0, 3])("of language is that of the run, embedding size %i", (embeddingSize) => {
    const model = languageModelOf(lstm, embeddingSize);
    for (const [engine, close] of [
      [reference, 1e-14],
      [createWasmEngine(), CLOSE],
    ] as const) {
      const signals = signalsOf(subjectOf(model, TEXT), engine);
      for (const layer of [0, 1]) {
        const walked = walk(model, engine, TEXT, { layer, step: 5 });
        for (const name of lstm.signalNames) {
          const wanted = signals[layer][name][5];
          walked.node(name).values.forEach((value, u) => {
            expect(Math.abs(value - wanted[u])).toBeLessThan(close);
          });
        }
      }
    }
  });

  it.each(Object.keys(NETWORKS))("%s is that of the run, in every layer", (name) => {
    const network = smallNetwork(name, "float64");
    const examples = inventExamples(network.config.ports, { count: 1, steps: 3, seed: 1 });
    const input = { examples };
    const subject = subjectOf(network, input);
    const signals = signalsOf(subject, reference);
    subject.places.forEach((place, layer) => {
      const steps = Object.values(signals[layer])[0].length;
      for (let step = 0; step < steps; step++) {
        const walked = walk(network, reference, input, { layer, step });
        for (const signal of place.cell.signalNames) {
          const wanted = signals[layer][signal][step];
          expect(ulps(walked.node(signal).values, wanted), `${place.name} ${signal}`).toBeLessThan(
            16,
          );
        }
      }
    });
  });

  it("is found in long inputs, which are read in parts", () => {
    const model = languageModelOf(gru);
    const long = TEXT.repeat(30);
    const whole = signalsOf(subjectOf(model, long), reference);
    const walked = walk(model, reference, long, { layer: 1, step: 600 });
    expect(ulps(walked.node("h").values, whole[1].h[600])).toBeLessThan(16);
  });

  it("is refused in one line where there is none", () => {
    const model = languageModelOf(gru);
    expect(() => walk(model, reference, TEXT, { layer: 3, step: 0 })).toThrow(
      "layer 3: the model has layers 0 to 1",
    );
    expect(() => walk(model, reference, TEXT, { step: 24 })).toThrow(
      "step 24: rnn.0 has 24 steps, 0 to 23",
    );
  });
});

it("asks for a step where it is given no options", () => {
  const given: unknown[] = [languageModelOf(lstm), createReferenceEngine(), "my name"];
  expect(() => Reflect.apply(walk, null, given)).toThrow(
    new TypeError("walk: say which step, { step: 0 }; got no options"),
  );
});
