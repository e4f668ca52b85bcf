/** The Reber grammar's strings, the rule by which predictions are right, the cut gradient, and the quick forms of both experiments. */
import { describe, expect, it } from "vitest";
import { continualReber } from "../../experiments/papers/continualReber.ts";
import { CutTrainer, withoutLoop } from "../../experiments/papers/cutGradient.ts";
import { embeddedReber } from "../../experiments/papers/embeddedReber.ts";
import { follow, LEGAL, ReberWalk, START, SYMBOLS } from "../../experiments/papers/reberGrammar.ts";
import {
  createReberModel,
  isRight,
  rightSymbols,
  StringJudge,
} from "../../experiments/papers/reberNets.ts";
import { doInProcess } from "../../experiments/runner.ts";
import type { Window } from "../../packages/core/src/data/windows.ts";
import {
  createWasmEngine,
  findCell,
  RandomStream,
  streamKey,
} from "../../packages/core/src/index.ts";
import { readCellWeights } from "../../packages/core/src/layers/recurrent.ts";
import { Trainer } from "../../packages/core/src/training/trainer.ts";

/** The grammar written another way: as a regular expression. */
const EMBEDDED = (() => {
  // Between the two loops of the grammar: X, T's and V, from where P leads back; S, or V in place of P, leads out.
  const loop = "(?:XT*VP)*";
  const tail = `${loop}(?:S|XT*VV)`;
  const plain = `B(?:TS*X${tail}|PT*V(?:V|P${tail}))E`;
  return new RegExp(`^B(?:T${plain}T|P${plain}P)E$`);
})();

const walk = (seed: number) => new ReberWalk(new RandomStream(streamKey(seed, "test")));
const textOf = (tokens: readonly number[]) => tokens.map((token) => SYMBOLS[token]).join("");

describe("the embedded Reber grammar", () => {
  const walkAll = walk(1);

  it("writes only strings that the regular expression of the grammar allows", () => {
    const strings = Array.from({ length: 2000 }, () => textOf(walkAll.string()));
    expect(strings.filter((string) => !EMBEDDED.test(string))).toEqual([]);
    expect(new Set(strings).size).toBeGreaterThan(300);
  });
  it("has as legal at every node exactly the symbols with which a legal string can go on", () => {
    const seen = new Map<number, Set<string>>();
    for (let n = 0; n < 5000; n++) {
      let node = START;
      for (const token of walkAll.string()) {
        seen.set(node, (seen.get(node) ?? new Set()).add(SYMBOLS[token]));
        node = follow(node, token);
      }
      expect(node).toBe(START);
    }
    // The plain grammar's 7 nodes and its end, twice; before and after the first B, and before the last E.
    expect(seen.size).toBe(19);
    for (const [node, symbols] of seen) {
      const legal = [...SYMBOLS].filter((_, token) => (LEGAL[node] >> token) & 1);
      expect(symbols).toEqual(new Set(legal));
    }
  });

  it("closes with the mark that it opened with", () => {
    for (let n = 0; n < 500; n++) {
      const string = textOf(walkAll.string());
      expect(string.at(-2)).toBe(string[1]);
    }
  });

  it("refuses a symbol that is not legal", () => {
    expect(() => follow(START, SYMBOLS.indexOf("E"))).toThrow(/^"E" is not legal at node 0$/);
  });
});

describe("a prediction", () => {
  const logits = (probabilities: readonly number[]) => probabilities.map((p) => Math.log(p));
  const legal = (symbols: string) =>
    [...symbols].reduce((bits, symbol) => bits | (1 << SYMBOLS.indexOf(symbol)), 0);

  it("is right where each legal symbol is above 0.3 and every other below", () => {
    const both = logits([0.01, 0.48, 0.47, 0.01, 0.01, 0.01, 0.01]);
    expect(isRight(both, 0, legal("TP"))).toBe(true);
    expect(isRight(both, 0, legal("T"))).toBe(false);
    expect(isRight(both, 0, legal("TX"))).toBe(false);
    const unsure = logits([0.02, 0.65, 0.29, 0.01, 0.01, 0.01, 0.01]);
    expect(isRight(unsure, 0, legal("TP"))).toBe(false);
    expect(isRight(unsure, 0, legal("T"))).toBe(true);
  });

  it("is wrong where logits are not numbers", () => {
    expect(
      isRight(
        Array.from({ length: 7 }, () => Number.NaN),
        0,
        legal("T"),
      ),
    ).toBe(false);
  });
});

describe("nets on the grammar", () => {
  const engine = createWasmEngine();

  it("begin with the published biases of their gates, block by block", () => {
    const model = createReberModel("lstm", 1);
    const [layer] = model.recurrent;
    const { vectors } = readCellWeights(layer, model.parameters, model.weights);
    const of = (name: string) =>
      Array.from(vectors[layer.cell.program.vectors.findIndex((vector) => vector.name === name)]);
    expect(of("b_i")).toEqual([-0.5, -0.5, -1, -1, -1.5, -1.5, -2, -2]);
    expect(of("b_o")).toEqual(of("b_i"));
    expect(of("b_f")).toEqual(of("b_i").map((bias) => -bias));
    expect(of("b_g")).toEqual(new Array(8).fill(0));
  });

  it("are wrong at once and in every string before they are taught", () => {
    const model = createReberModel("lstm", 1);
    const strings = Array.from({ length: 20 }, () => walk(3).string());
    expect(new StringJudge(model, engine, strings).right(model.weights)).toBe(0);
    const test = { streams: 4, longest: 100, resets: false, seed: 1 };
    for (const right of rightSymbols(model, engine, test)) expect(right).toBeLessThan(20);
  });
});

describe("the gradient of 1997", () => {
  const engine = createWasmEngine();
  const BATCH = 3;
  const windowOf = (steps: number): Window => ({
    ...{ steps, starts: [true, true, true], pieces: new Int32Array(BATCH), counted: BATCH * steps },
    inputs: Int32Array.from({ length: BATCH * steps }, (_, i) => (5 * i) % SYMBOLS.length),
    targets: Int32Array.from({ length: BATCH * steps }, (_, i) => (3 * i) % SYMBOLS.length),
  });
  const optimizer = { name: "sgd", learningRate: 0 } as const;

  function both(cell: string, steps: number) {
    const model = createReberModel(cell, 1);
    const shape = { batchSize: BATCH, window: steps };
    const cut = new CutTrainer(model, engine, { ...shape, optimizer, clip: { norm: 1 } });
    const trainer = new Trainer(model, engine, { ...shape, optimizer, seed: 1 });
    trainer.step(windowOf(steps), 0);
    const { compiled, gradientsAt } = trainer.plan;
    const { size } = model.parameters;
    const stretch = compiled.numbers.subarray(gradientsAt, gradientsAt + size);
    const [layer] = model.recurrent;
    const whole = readCellWeights(layer, model.parameters, stretch);
    const numbers = ({ matrices, vectors }: typeof whole) =>
      [...matrices, ...vectors].flatMap((values) => [...values]);
    return { cut: numbers(cut.gradients(windowOf(steps))), whole: numbers(whole) };
  }

  it.each(["lstm", "lstm-1997"])("of %s is the whole one where there is one step", (cell) => {
    const { cut, whole } = both(cell, 1);
    for (const [k, value] of cut.entries()) expect(value).toBeCloseTo(whole[k], 7);
    expect(Math.max(...whole.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  it.each(["lstm", "lstm-1997"])("of %s is another where there are ten steps", (cell) => {
    const { cut, whole } = both(cell, 10);
    const difference = Math.hypot(...cut.map((value, k) => value - whole[k]));
    expect(difference / Math.hypot(...whole)).toBeGreaterThan(0.05);
  });

  it("needs gates that read the last output and the input, and nothing else", () => {
    expect(() => withoutLoop(findCell("gru-torch"))).toThrow(
      /^gru-torch: its gates read more than/,
    );
  });
});

describe("the quick forms", () => {
  it("embedded: the LSTM learns the test strings", async () => {
    const done = await doInProcess(embeddedReber, { seeds: null, quick: true });
    expect(done).toHaveLength(1);
    expect(done[0].result.right).toBe(256);
    expect(done[0].result.rightFresh).toBeGreaterThan(0.98);
  });

  it("continual: with forget gates 5,000 symbols are right; taught as in 1997 the old cell fills up and fails", async () => {
    const done = await doInProcess(continualReber, { seeds: null, quick: true });
    const [forget, old] = done.map(({ result }) => result);
    expect(forget.leastRight).toBe(5000);
    expect(old.right).toBeLessThan(500);
    expect(old.middle[2]).toBeGreaterThan(5 * old.middle[1]);
    expect(old.open[2]).toBeLessThan(4);
    const { verdicts, figures } = await continualReber.report(done);
    expect(verdicts.map(({ reached }) => reached)).toEqual([true, true]);
    expect(figures[0].svg).toContain("<svg");
  });
});
