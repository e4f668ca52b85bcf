/** Traces are the same wherever they are computed: every cell, every engine, any number of threads. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cell } from "../../src/cells/cell.ts";
import { lstm, ZOO } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import type { SignalTrace, Trace } from "../../src/inspect/signals.ts";
import { trace } from "../../src/inspect/trace.ts";
import { createLanguageModel, type LanguageModel } from "../../src/models/languageModel.ts";
import { LanguageStream } from "../../src/models/languageStream.ts";
import { quantise } from "../../src/models/quantise.ts";
import type { Threads } from "../../src/threads/threads.ts";
import { testThreads } from "../threads/nodeThreads.ts";
import { plainLender } from "../threads/plainLender.ts";

const TEXT = "My name is Krish. I live in a";
const vocabulary = Vocabulary.of([TEXT], "characters");

/** Units that fill no whole vector, so that padding would show. */
function modelOf(cell: Cell, hiddenSize = 11): LanguageModel {
  return createLanguageModel(
    {
      ...{ cell, vocabulary, hiddenSize, layers: 2, dropout: 0.5 },
      ...{ embeddingSize: hiddenSize, projectionSize: null, tieWeights: false },
    },
    { init: "default", forgetBias: null, chronoSteps: 30, seed: 3 },
  );
}

function* signalsOf({ layers }: Trace): Generator<readonly [string, SignalTrace]> {
  for (const [layer, signals] of layers.entries()) {
    for (const [name, signal] of Object.entries(signals)) yield [`layers.${layer}.${name}`, signal];
  }
}

function furthest(got: Trace, wanted: Trace): { readonly by: number; readonly at: string } {
  let by = 0;
  let at = "nowhere";
  const others = new Map(signalsOf(wanted));
  for (const [name, { values }] of signalsOf(got)) {
    const other = others.get(name);
    values.forEach((value, n) => {
      const distance = Math.abs(value - (other?.values[n] ?? Number.NaN));
      if (distance <= by) return;
      by = distance;
      at = name;
    });
  }
  return { by, at };
}

describe.each(ZOO)("a trace of $name", (cell) => {
  it("is the reference's within 1e-5 on wasm, every signal at every step of both layers", () => {
    const model = modelOf(cell);
    const wanted = trace(model, createReferenceEngine(), TEXT);
    const got = trace(model, createWasmEngine(), TEXT);
    expect([...signalsOf(got)].map(([name]) => name)).toEqual(
      [0, 1].flatMap((layer) => cell.signalNames.map((name) => `layers.${layer}.${name}`)),
    );
    expect(wanted.layers[1].h.values).toBeInstanceOf(Float64Array);
    // The measure of the whole: float32 against float64 over 29 steps of two layers.
    expect(furthest(got, wanted).by).toBeLessThan(1e-5);
  });
});

describe("a trace", () => {
  const started: Threads[] = [];
  const engines: Engine[] = [];
  beforeAll(async () => {
    started.push(await testThreads(2));
    engines.push(createWasmEngine({ threads: started[0], leastShared: 0 }));
  });
  afterAll(() => {
    for (const threads of started) threads.end();
  });

  it("has the same bits on two threads as on one", () => {
    const model = modelOf(lstm, 40);
    const one = trace(model, createWasmEngine(), TEXT);
    const two = trace(model, engines[0], TEXT);
    expect(furthest(two, one)).toEqual({ by: 0, at: "nowhere" });
    expect(two.predictions?.surprisal).toEqual(one.predictions?.surprisal);
  });

  it.each([
    ["float32", modelOf(lstm, 24)],
    ["int8", quantise(modelOf(lstm, 24))],
  ] as const)("ends where a stream of the %s model ends, bit for bit", (_, model) => {
    const engine = createWasmEngine();
    const stream = new LanguageStream(model, engine);
    stream.read(vocabulary.encode(TEXT).tokens);
    const { layers } = trace(model, engine, TEXT);
    const last = TEXT.length - 1;
    stream.state.forEach((state, layer) => {
      for (const name of ["h", "c"]) {
        const ended = Array.from(state[name], (_value, unit) => layers[layer][name].at(last, unit));
        expect(ended).toEqual([...state[name]]);
      }
    });
  });

  it("is that of our own products where an engine is lent others", () => {
    const model = modelOf(lstm, 24);
    const own = trace(model, createWasmEngine(), TEXT);
    const lent = trace(model, createWasmEngine({ gemm: plainLender }), TEXT);
    // Lent products round otherwise: float32 over 29 steps.
    expect(furthest(lent, own).by).toBeLessThan(1e-5);
  });
});
