import { afterAll, describe, expect, it } from "vitest";
import { findCell, ZOO } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { createReferenceEngine } from "../../src/engines/reference/index.ts";
import type { GemmLender } from "../../src/engines/wasm/gemm.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { createLanguageModel, type LanguageModel } from "../../src/models/languageModel.ts";
import { LanguageStream } from "../../src/models/languageStream.ts";
import { RandomStream, streamKey } from "../../src/numbers/random.ts";
import type { Threads } from "../../src/threads/threads.ts";
import { testThreads } from "../threads/nodeThreads.ts";
import { plainLender } from "../threads/plainLender.ts";

const engine = createWasmEngine();
const vocabulary = Vocabulary.of(["abcdefghijklmnopqrstuvwxyz"], "characters");

/** Two layers; an embedding where the cell joins x with its units, else one-hot tokens. */
function model(name: string, embeddingSize?: number): LanguageModel {
  const cell = findCell(name);
  return createLanguageModel(
    {
      ...{ cell, vocabulary, hiddenSize: 21, layers: 2, projectionSize: null },
      ...{ embeddingSize: embeddingSize ?? (cell.program.tiedInput ? 21 : 0) },
      ...{ dropout: 0, tieWeights: false },
    },
    { init: "default", forgetBias: null, chronoSteps: 10, seed: 1 },
  );
}

function tokensOf(count: number): Int32Array {
  const stream = new RandomStream(streamKey(1, "tokens"));
  return Int32Array.from({ length: count }, () => stream.integer(vocabulary.size));
}

/** What a stream gives and remembers after reading, and after three tokens more. */
function outcome(of: LanguageStream, read: () => ArrayLike<number>) {
  const logits = [Array.from(read()), ...[3, 1, 4].map((token) => [...of.step(token)])];
  return { logits, state: of.state };
}

function stepByStep(of: LanguageStream, tokens: Int32Array) {
  return outcome(of, () => {
    let logits: ArrayLike<number> = [];
    for (const token of tokens) logits = of.step(token);
    return logits;
  });
}

describe("reading a prompt", () => {
  // One token, a window and its borders, and more than two windows.
  const lengths = [1, 2, 64, 65, 66, 150];

  it.each(ZOO)("gives the bits of reading token by token: $name", ({ name }) => {
    const [reader, stepper] = [0, 1].map(() => new LanguageStream(model(name), engine));
    for (const length of lengths) {
      const tokens = tokensOf(length);
      reader.reset();
      stepper.reset();
      const wanted = stepByStep(stepper, tokens);
      expect(outcome(reader, () => reader.read(tokens))).toEqual(wanted);
    }
  });

  it.each(["lstm", "gru", "lstm-projection"])("and through an embedding: %s", (name) => {
    const [reader, stepper] = [0, 1].map(() => new LanguageStream(model(name, 7), engine));
    const tokens = tokensOf(130);
    const wanted = stepByStep(stepper, tokens);
    expect(outcome(reader, () => reader.read(tokens))).toEqual(wanted);
  });

  it("goes on from what was read before, on any engine", () => {
    for (const used of [engine, createReferenceEngine()]) {
      const [whole, parts] = [0, 1].map(() => new LanguageStream(model("lstm"), used));
      const tokens = tokensOf(100);
      const wanted = [...whole.read(tokens)];
      parts.read(tokens.subarray(0, 70));
      expect([...parts.read(tokens.subarray(70))]).toEqual(wanted);
    }
  });

  it("agrees to rounding where the products of a window are lent, and those of a step are not", () => {
    let windows = 0;
    const gemm: GemmLender = {
      ...plainLender,
      fewestRows: 2,
      bind: (memory) => {
        const product = plainLender.bind(memory);
        return (...given) => {
          // Rows of x, of an embedding of 7 and of 21 units below.
          expect([7, 21]).toContain(given[4]);
          windows++;
          product(...given);
        };
      },
    };
    const lent = createWasmEngine({ gemm });
    const [reader, stepper] = [0, 1].map(() => new LanguageStream(model("lstm", 7), lent));
    const tokens = tokensOf(130);
    const wanted = stepByStep(stepper, tokens).logits.flat();
    expect(windows).toBe(0);
    const got = outcome(reader, () => reader.read(tokens)).logits.flat();
    // Two windows of 64 tokens, two layers; one token more is too few.
    expect(windows).toBe(4);
    // Float32 sums of 7 and 21 products, once rounded at the end and once at every step.
    got.forEach((value, n) => {
      expect(Math.abs(value - wanted[n])).toBeLessThan(1e-5);
    });
  });

  it("refuses an empty one, and tokens that the vocabulary has not, before it reads any", () => {
    const stream = new LanguageStream(model("lstm"), engine);
    const before = stream.state;
    expect(() => stream.read([])).toThrow("expected at least one token to read, got none");
    expect(() => stream.read([1, 2, 26])).toThrow("expected a token from 0 to 25, got 26");
    expect(() => stream.step(-1)).toThrow("expected a token from 0 to 25, got -1");
    expect(stream.state).toEqual(before);
  });
});

it("a stream goes on in another from its state", () => {
  const [first, second] = [0, 1].map(() => new LanguageStream(model("lstm"), engine));
  first.read([1, 2, 3]);
  second.state = first.state;
  expect([...second.step(5)]).toEqual([...first.step(5)]);
});

describe("threads", () => {
  const started: Threads[] = [];
  afterAll(() => {
    for (const threads of started) threads.end();
  });
  const shared = async (count: number): Promise<Engine> => {
    const threads = await testThreads(count);
    started.push(threads);
    // Also what would be too little to share.
    return createWasmEngine({ threads, leastShared: 0 });
  };

  // Cells of one stage and of two, with and without a product of a state, and with x used pointwise.
  const cells = ["lstm", "gru", "gru-reset-before", "lstm-projection", "sru", "mingru"];
  it.each(cells)("change no bit of what is read, 1, 2 or 3 of them: %s", async (name) => {
    const tokens = tokensOf(90);
    const run = (used: Engine, embeddingSize?: number) => {
      const stream = new LanguageStream(model(name, embeddingSize), used);
      return outcome(stream, () => stream.read(tokens));
    };
    const embedded = findCell(name).program.tiedInput ? 21 : 9;
    const wanted = [run(engine), run(engine, embedded)];
    for (const count of [2, 3]) {
      const used = await shared(count);
      expect([run(used), run(used, embedded)]).toEqual(wanted);
    }
  });
});
