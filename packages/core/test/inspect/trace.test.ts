import { describe, expect, it } from "vitest";
import { defineCell } from "../../src/cells/defineCell.ts";
import { lstm } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { CellstateError } from "../../src/errors.ts";
import { trace, traceWindows } from "../../src/inspect/trace.ts";
import { createLanguageModel } from "../../src/models/languageModel.ts";
import { LanguageStream } from "../../src/models/languageStream.ts";
import { train } from "../../src/training/train.ts";

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

  it("reads tokens as it reads their text", () => {
    const { tokens } = vocabulary.encode(TEXT);
    const engine = createReferenceEngine();
    expect(trace(model, engine, tokens).layers[1].c.values).toEqual(
      trace(model, engine, TEXT).layers[1].c.values,
    );
  });

  it("says what was expected: surprisal of what came next, and the likeliest tokens", () => {
    const engine = createReferenceEngine();
    const { predictions, tokens } = trace(model, engine, TEXT, { top: 3, probabilities: true });
    if (!predictions?.probabilities) throw new Error("a language model predicts");
    const { surprisal, probabilities, vocabulary: names } = predictions;
    const stream = new LanguageStream(model, engine);
    for (let t = 0; t < tokens.length; t++) {
      const logits = [...stream.step(names.indexOf(tokens[t]))];
      const whole = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0));
      const expected = logits.map((z) => Math.exp(z - whole));
      const likeliest = [...expected.keys()].sort((a, b) => expected[b] - expected[a]).slice(0, 3);
      const top = predictions.top(t);
      expect(top.map(({ token }) => token)).toEqual(likeliest.map((v) => names[v]));
      top.forEach(({ probability }, k) => {
        expect(probability).toBeCloseTo(expected[likeliest[k]], 12);
      });
      expected.forEach((p, v) => {
        // Kept in float32.
        expect(probabilities[t * names.length + v]).toBeCloseTo(p, 7);
      });
      if (t + 1 === tokens.length) continue;
      expect(surprisal[t]).toBeCloseTo(-Math.log(expected[names.indexOf(tokens[t + 1])]), 12);
    }
    expect(surprisal.at(-1)).toBeNaN();
  });

  it("does not depend on how many steps are computed together", () => {
    const engine = createWasmEngine();
    const whole = trace(model, engine, TEXT);
    const cut = trace(model, engine, TEXT, { window: 5 });
    expect(cut.layers[1].h.values).toEqual(whole.layers[1].h.values);
    expect(cut.predictions?.surprisal).toEqual(whole.predictions?.surprisal);
  });

  it("goes on from a state as if the text before had been read", () => {
    const engine = createWasmEngine();
    const whole = trace(model, engine, TEXT).layers[1].c;
    const stream = new LanguageStream(model, engine);
    stream.read(vocabulary.encode(TEXT.slice(0, 6)).tokens);
    const rest = trace(model, engine, TEXT.slice(6), { state: stream.state }).layers[1].c;
    for (let t = 6; t < TEXT.length; t++) {
      for (let u = 0; u < sizes.hiddenSize; u++) expect(rest.at(t - 6, u)).toBe(whole.at(t, u));
    }
  });

  it("keeps the layers, signals and units that are asked for, each under its own number", () => {
    const engine = createWasmEngine();
    const whole = trace(model, engine, TEXT);
    const keep = { layers: [1], signals: ["f", "c"], units: [5, 2] };
    const { layers } = trace(model, engine, TEXT, { keep });
    expect(layers.map((layer) => Object.keys(layer))).toEqual([[], ["f", "c"]]);
    const { f } = layers[1];
    expect(f.unitNumbers).toEqual([5, 2]);
    expect([f.units, f.values.length]).toEqual([2, 2 * TEXT.length]);
    for (let t = 0; t < TEXT.length; t++) {
      for (const u of [5, 2]) expect(f.at(t, u)).toBe(whole.layers[1].f.at(t, u));
    }
    expect([f.at(0, 3), f.at(-1, 5), f.at(TEXT.length, 5), f.at(0, 7)]).toEqual(
      Array.from({ length: 4 }, () => Number.NaN),
    );
  });

  it("keeps nothing where no layer is asked for, whatever else is", () => {
    const keep = { layers: [], signals: ["f"], units: [1] };
    expect(trace(model, createReferenceEngine(), TEXT, { keep }).layers).toEqual([{}, {}]);
  });

  it("has no value between two steps", () => {
    const { layers } = trace(model, createReferenceEngine(), TEXT, { keep: { units: [1, 3] } });
    expect(layers[0].f.at(0.5, 1)).toBeNaN();
  });

  it("reads a word that the model does not know as its unknown word", () => {
    const words = new Vocabulary("words", ["<unknown>", "a", " b"]);
    const { config } = model;
    const own = createLanguageModel({ ...config, vocabulary: words }, initial);
    const { tokens } = trace(own, createReferenceEngine(), "a zebra b");
    expect(tokens).toEqual(["a", "<unknown>", " b"]);
  });

  it("takes the weights of a model in training, and leaves the model's", async () => {
    const engine = createWasmEngine();
    const before = model.weights.slice();
    const tokens = vocabulary.encode(TEXT.repeat(20)).tokens;
    const training = train(model, {
      engine,
      documents: [{ name: "text", tokens }],
      length: { steps: 3 },
      window: 8,
      batchSize: 2,
      optimizer: { name: "adam", learningRate: 0.01 },
    });
    let seen = 0;
    for await (const event of training) {
      if (event.kind !== "step") continue;
      const during = trace(model, engine, TEXT, { weights: event.weights });
      const learned = createLanguageModel(model.config, initial);
      learned.weights.set(event.weights);
      expect(during.layers[1].c.values).toEqual(trace(learned, engine, TEXT).layers[1].c.values);
      expect(during.layers[1].c.values).not.toEqual(
        trace(model, engine, TEXT, { weights: before }).layers[1].c.values,
      );
      seen++;
    }
    model.weights = before;
    expect(seen).toBe(3);
  });
});

describe("traceWindows", () => {
  it("gives window by window what trace gives at once", () => {
    const engine = createWasmEngine();
    const whole = trace(model, engine, TEXT);
    let read = "";
    for (const { start, steps, tokens, layers, predictions } of traceWindows(model, engine, TEXT, {
      window: 5,
    })) {
      expect(start).toBe(read.length);
      read += tokens.join("");
      for (let t = 0; t < steps; t++) {
        for (let u = 0; u < sizes.hiddenSize; u++) {
          expect(layers[1].g.at(t, u)).toBe(whole.layers[1].g.at(start + t, u));
        }
        expect(predictions.surprisal[t]).toEqual(whole.predictions?.surprisal[start + t]);
        expect(predictions.top(t)).toEqual(whole.predictions?.top(start + t));
      }
      expect(layers[1].g.at(steps, 0)).toBeNaN();
      expect(predictions.surprisal.length).toBe(steps);
    }
    expect(read).toBe(TEXT);
  });
});

describe("trace refuses", () => {
  const engine = createReferenceEngine();

  it.each([
    [{ units: [600] }, "unit 600: layer 0 has 7 units, 0 to 6"],
    [{ units: [1.5] }, "unit 1.5: layer 0 has 7 units, 0 to 6"],
    [{ signals: ["q"] }, 'no signal "q" in layer 0 (lstm); its equations name f, i, g, o, c, h'],
    [
      { layers: [1], signals: ["q"] },
      'no signal "q" in layer 1 (lstm); its equations name f, i, g, o, c, h',
    ],
    [{ layers: [3] }, "layer 3: the model has layers 0 to 1"],
    [{ layers: [-1] }, "layer -1: the model has layers 0 to 1"],
  ])("to keep %o", (keep, message) => {
    expect(() => trace(model, engine, TEXT, { keep })).toThrow(
      new CellstateError("option", message),
    );
  });

  it.each([
    [{ signal: "f", value: 1, units: [7] }, "unit 7: layer 0 has 7 units, 0 to 6"],
    [{ signal: "q", value: 1 }, 'no signal "q" in layer 0 (lstm); its equations name'],
    [{ signal: "f", value: 1, layer: 2 }, "layer 2: the model has layers 0 to 1"],
    [{ signal: "f", value: Number.NaN }, "clamp of f: expected a number to hold it at, got NaN"],
  ])("to hold %o", (clamp, message) => {
    expect(() => trace(model, engine, TEXT, { clamp: [clamp] })).toThrow(message);
  });

  it("a window of no steps, and weights of another model", () => {
    expect(() => trace(model, engine, TEXT, { window: 0 })).toThrow(
      "window: expected a whole number of 1 or more, got 0",
    );
    const { size } = model.parameters;
    expect(() => trace(model, engine, TEXT, { weights: new Float32Array(5) })).toThrow(
      `weights: this model has ${size} numbers, got 5`,
    );
  });

  it("a token that the model does not have, and an empty text", () => {
    expect(() => trace(model, engine, [0, 99])).toThrow(
      new CellstateError(
        "vocabulary",
        `token 99: the model knows ${vocabulary.size} tokens, 0 to ${vocabulary.size - 1}`,
      ),
    );
    expect(() => trace(model, engine, "")).toThrow("nothing to trace: the text is empty");
  });

  it("as many likely tokens as no list can have", () => {
    for (const top of [-1, 1.5, Number.NaN]) {
      expect(() => trace(model, engine, TEXT, { top })).toThrow(
        `top: expected a whole number of 0 or more, got ${top}`,
      );
    }
  });

  it("what is no model", () => {
    const task = { task: {}, network: model } as unknown as typeof model;
    expect(() => trace(task, engine, TEXT)).toThrow("of a task's model give its network");
  });

  it("names what the model does not know", () => {
    expect(() => trace(model, createReferenceEngine(), "Zoë")).toThrow(
      'the text has "Z" at character 1, line 1, which the model does not know (and 2 others like it); it knows ',
    );
  });
});
