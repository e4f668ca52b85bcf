import { describe, expect, it } from "vitest";
import { defineCell } from "../../src/cells/defineCell.ts";
import { lstm } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { trace } from "../../src/inspect/trace.ts";
import { createLanguageModel } from "../../src/models/languageModel.ts";

const TEXT = "my name is Krish.";
const vocabulary = Vocabulary.of([TEXT], "characters");

/** Units that fill no whole vector, so that padding would show. */
const sizes = { hiddenSize: 7, layers: 2, embeddingSize: 3, projectionSize: null };
const initial = { init: "default", forgetBias: null, chronoSteps: 8, seed: 1 } as const;
const model = createLanguageModel(
  { cell: lstm, vocabulary, ...sizes, dropout: 0.5, tieWeights: false },
  initial,
);

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe.each([
  ["reference", createReferenceEngine, 1e-12],
  // Each value is some twenty float32 operations from its neighbours, each good to 6e-8.
  ["wasm", createWasmEngine, 3e-6],
] as const)("trace on the %s engine", (_, createEngine, tolerance) => {
  it("gives signals that satisfy the equations, at every step of every layer", () => {
    const { tokens, layers } = trace(model, createEngine(), TEXT);
    expect(tokens.join("")).toBe(TEXT);
    for (const { f, i, g, o, c, h } of layers) {
      for (let t = 0; t < tokens.length; t++) {
        for (let u = 0; u < sizes.hiddenSize; u++) {
          const before = t > 0 ? c.at(t - 1, u) : 0;
          const memory = f.at(t, u) * before + i.at(t, u) * g.at(t, u);
          expect(Math.abs(c.at(t, u) - memory)).toBeLessThan(tolerance);
          expect(Math.abs(h.at(t, u) - o.at(t, u) * Math.tanh(memory))).toBeLessThan(tolerance);
        }
      }
    }
  });

  it("begins with the forget gate where its bias and the first input put it", () => {
    const { layers } = trace(model, createEngine(), "m");
    const { embedding, parameters, weights, recurrent } = model;
    if (!embedding) throw new Error("this model has an embedding");
    const { cell } = recurrent[0];
    const stored = (name: string) =>
      parameters.parameters.find((parameter) => parameter.name === `rnn.0.${name}`)?.tensor;
    const [bias, wx] = [stored("b_f"), stored("W·x")];
    const table = parameters.tensor(embedding.table);
    if (!bias || !wx) throw new Error("the layer has these weights");
    // The block of f in the stack of matrices over x.
    const { sources, products, matrices } = cell.program;
    const source = sources.findIndex(({ node }) => cell.program.nodes[node].kind === "input");
    const ofF = products.find((p) => p.source === source && matrices[p.matrix].name === "W_f");
    const block = sources[source].sums.indexOf(ofF?.sum ?? -1) * 8;
    for (let u = 0; u < sizes.hiddenSize; u++) {
      let sum = weights[bias.offset + u];
      const row = table.offset + (vocabulary.numberOf("m") ?? 0) * table.stride;
      for (let k = 0; k < 3; k++)
        sum += weights[row + k] * weights[wx.offset + k * wx.stride + block + u];
      expect(Math.abs(layers[0].f.at(0, u) - sigmoid(sum))).toBeLessThan(tolerance);
    }
  });
});

describe("trace", () => {
  it("knows the signals' names as types", () => {
    const { layers } = trace(model, createReferenceEngine(), "my");
    expect(layers[0].f.caption).toBe("forget gate: how much of the memory to keep");
    expect(layers[0].f.range).toEqual([0, 1]);
    // @ts-expect-error an LSTM's equations name no q: this line must not compile
    expect(layers[0].q).toBeUndefined();
  });

  it("takes any name where the equations are not known when compiling", () => {
    const written: string = "h[t] = tanh(W·[h[t-1], x[t]] + b)";
    const cell = defineCell(written);
    const own = createLanguageModel(
      { cell, vocabulary, ...sizes, dropout: 0, tieWeights: false },
      initial,
    );
    expect(trace(own, createReferenceEngine(), "my").layers[0].h.units).toBe(7);
  });

  it("names what the model does not know", () => {
    expect(() => trace(model, createReferenceEngine(), "Zoë")).toThrow(
      'the prompt has characters that the model does not know: "Z", "o", "ë"; it knows ',
    );
  });
});
