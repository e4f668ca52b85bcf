import { afterAll, describe, expect, it } from "vitest";
import { findCell, ZOO } from "../../src/cells/zoo/index.ts";
import { Vocabulary } from "../../src/data/vocabulary.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { createLanguageModel, type LanguageModel } from "../../src/models/languageModel.ts";
import { LanguageStream } from "../../src/models/languageStream.ts";
import { oneThread, startThreads, Threads } from "../../src/threads/threads.ts";
import { Trainer } from "../../src/training/trainer.ts";
import trainSome from "../browser/trainingSample.ts";
import { spawnTestThread, testThreads } from "./nodeThreads.ts";
import { plainLender } from "./plainLender.ts";
import { TALLY, tallyTasks, tallyWords } from "./tally.ts";

const started: Threads[] = [];
async function threads(count: number, script?: string): Promise<Threads> {
  const made = await testThreads(count, script);
  started.push(made);
  return made;
}
afterAll(() => {
  for (const made of started) made.end();
});

const vocabulary = Vocabulary.of(["abcdefghijklmnopqrstuvwxyz"], "characters");
/** A cell that joins x with its units wants an input as wide as they are. */
function tokenSizes(name: string): { embeddingSize: number } {
  return { embeddingSize: findCell(name).program.tiedInput ? 37 : 0 };
}

function model(cell = "lstm", sizes = {}): LanguageModel {
  return createLanguageModel(
    {
      cell: findCell(cell),
      vocabulary,
      hiddenSize: 37,
      layers: 2,
      embeddingSize: 0,
      projectionSize: null,
      dropout: 0,
      tieWeights: false,
      ...sizes,
    },
    { init: "default", forgetBias: null, chronoSteps: 10, seed: 1 },
  );
}

describe("any number of threads", () => {
  for (const count of [2, 3]) {
    it(`trains the same models, byte for byte, and writes the same text: ${count}`, async () => {
      const engine = createWasmEngine({ threads: await threads(count), leastShared: 0 });
      expect(engine.threads).toBe(count);
      expect(await trainSome(engine)).toEqual(await trainSome());
    });
  }

  // Products divided by columns: of cells with one stage, two, a projection, and tokens used pointwise.
  for (const { name } of ZOO) {
    it(`reads the same from one row: ${name}`, async () => {
      const alone = new LanguageStream(model(name, tokenSizes(name)), createWasmEngine());
      const shared = new LanguageStream(
        model(name, tokenSizes(name)),
        createWasmEngine({ threads: await threads(3), leastShared: 0 }),
      );
      for (const token of [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]) {
        expect([...shared.step(token)]).toEqual([...alone.step(token)]);
      }
    });
  }

  it("shares lent products too", async () => {
    const sample = async (count: number) => {
      const gemm = plainLender;
      return await trainSome(
        createWasmEngine({ threads: await threads(count), gemm, leastShared: 0 }),
      );
    };
    expect(await sample(2)).toEqual(await sample(1));
  });
});

describe("threads", () => {
  const batchSize = 8;
  const trainer = (on: Threads): Trainer =>
    new Trainer(model(), createWasmEngine({ threads: on, leastShared: 0 }), {
      batchSize,
      window: 5,
      optimizer: { name: "sgd", learningRate: 0.1 },
      seed: 1,
    });
  const window = {
    steps: 5,
    starts: Array.from({ length: batchSize }, () => true),
    pieces: new Int32Array(batchSize),
    inputs: new Int32Array(5 * batchSize),
    targets: new Int32Array(5 * batchSize),
    counted: 5 * batchSize,
  };

  it("that die end the work with one line that says which", async () => {
    const other = await spawnTestThread();
    const on = new Threads([other]);
    const run = trainer(on);
    run.step(window, 0.1);
    await other.worker.terminate();
    const steps = () => {
      for (let i = 0; i < 200; i++) run.step(window, 0.1);
    };
    expect(steps).toThrow(
      /^thread 2 of 2 ended before the work did .*goes on from its last checkpoint/,
    );
    expect(steps).toThrow(/^thread 2 of 2 ended/);
  });

  it("that fail in their share end the work with what they say", async () => {
    const on = await threads(2);
    const nothing = on.add({ plan: null }, {});
    expect(() => on.run(nothing, 0, () => {})).toThrow(/^a thread failed: /);
  });

  it("share many plans, and plans made between steps of others", async () => {
    const on = await threads(2);
    const alone = trainer(oneThread());
    const first = trainer(on);
    const losses: number[] = [];
    for (let i = 0; i < 5; i++) {
      losses.push(first.step(window, 0.1).loss);
      expect(trainer(on).step(window, 0.1).loss).toBe(losses[0]);
      expect(losses[i]).toBe(alone.step(window, 0.1).loss);
    }
  });

  it("that have no library for products laid out for one say so", async () => {
    const on = await threads(2, "bareThread.ts");
    const engine = createWasmEngine({ threads: on, gemm: plainLender, leastShared: 0 });
    const lends = { batchSize, window: 5, optimizer: { name: "sgd" }, seed: 1 } as const;
    expect(() => new Trainer(model(), engine, lends).step(window, 0.1)).toThrow(
      /^a thread failed: .*without a library/,
    );
  });

  it("let go of plans that nobody holds", async () => {
    const engine = createWasmEngine({ threads: await threads(2), leastShared: 0 });
    const PLANS = 128;
    const size = 2 ** 23;
    const before = process.memoryUsage.rss();
    for (let n = 0; n < PLANS; n++) {
      engine.compile({ steps: 1, batch: 1, size, operations: [] }).numbers.fill(1);
      // Plans are given up between turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Of 4 GiB in all. What collectors leave for later was at most 0.7 GiB in 18 runs, with and without other load.
    expect(process.memoryUsage.rss() - before).toBeLessThan((PLANS / 2) * 4 * size);
  });

  it("that have been ended refuse further work", async () => {
    const on = await threads(2);
    const run = trainer(on);
    on.end();
    expect(() => run.step(window, 0.1)).toThrow(/have been ended/);
    expect(() => trainer(on)).toThrow(/have been ended/);
  });

  it("are one, and no error, where memory cannot be shared", async () => {
    const { SharedArrayBuffer: shared } = globalThis;
    Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
    try {
      expect((await startThreads(4, () => spawnTestThread())).count).toBe(1);
    } finally {
      globalThis.SharedArrayBuffer = shared;
    }
  });

  it("are refused where their number is none", async () => {
    await expect(startThreads(0, () => spawnTestThread())).rejects.toThrow(
      "threads: expected a whole number from 1 to 255, got 0",
    );
    await expect(startThreads(1.5, () => spawnTestThread())).rejects.toThrow("got 1.5");
  });

  it("that cannot be started are an error, and none is left behind", async () => {
    const begun: (readonly [number, boolean])[] = [];
    const spawn = async (index: number) => {
      if (index === 2) throw new Error("no more threads");
      const other = await spawnTestThread();
      const terminate = () => {
        begun.push([index, true]);
        other.terminate();
      };
      return { ...other, terminate };
    };
    await expect(startThreads(3, spawn)).rejects.toThrow("no more threads");
    expect(begun).toEqual([[1, true]]);
  });
});

describe("work that threads share", () => {
  const COUNT = 3;
  const tallyThreads = () => threads(COUNT, "tallyThread.ts");

  it("is done once a share, when run returns, among jobs that come in between", async () => {
    const on = await tallyThreads();
    const jobs: { readonly job: number; readonly words: Int32Array; times: number }[] = [];
    for (let n = 0; n < 20_000; n++) {
      if (n % 1000 === 0) {
        const words = tallyWords(COUNT);
        jobs.push({ job: on.add(words, words), words, times: 0 });
      }
      const piece = jobs[(n * 7) % jobs.length];
      on.arguments[0] = n % 3 === 0 ? 0 : n % 500;
      on.run(piece.job, TALLY.spin, tallyTasks(piece.words)[TALLY.spin]);
      piece.times++;
      if (piece.words.some((times, i) => i < COUNT && times !== piece.times)) {
        expect.fail(`piece ${n} was done [${piece.words}] times, wanted ${piece.times}`);
      }
    }
    for (const { words, times } of jobs) expect([...words]).toEqual([times, times, times, 0]);
  });

  it("is over when run throws what the leader's share threw, and goes on afterwards", async () => {
    const on = await tallyThreads();
    const words = tallyWords(COUNT);
    const job = on.add(words, words);
    on.arguments[0] = 30;
    const fails = () =>
      on.run(job, TALLY.sleep, () => {
        // Long enough for the others to begin.
        Atomics.wait(words, COUNT, 0, 10);
        throw new Error("a share of the leader's");
      });
    for (let n = 0; n < 3; n++) {
      expect(fails).toThrow("a share of the leader's");
      const after = [...words];
      Atomics.wait(words, COUNT, 0, 50);
      expect([...words], "nobody works on").toEqual(after);
      on.run(job, TALLY.sleep, tallyTasks(words)[TALLY.sleep]);
      expect([...words]).toEqual(after.map((times, i) => (i < COUNT ? times + 1 : 0)));
    }
  });

  it("goes on after a job that could not be sent", async () => {
    const on = await tallyThreads();
    const words = tallyWords(COUNT);
    const job = on.add(words, words);
    on.arguments[0] = 0;
    expect(() => on.add(() => {}, {})).toThrow("could not be cloned");
    const run = () => on.run(job, TALLY.spin, tallyTasks(words)[TALLY.spin]);
    for (let n = 0; n < 100; n++) run();
    on.add(words, words);
    run();
    expect([...words]).toEqual([101, 101, 101, 0]);
  });

  it("is refused once a thread was found dead", async () => {
    const others = await Promise.all([
      spawnTestThread("tallyThread.ts"),
      spawnTestThread("tallyThread.ts"),
    ]);
    const on = new Threads(others);
    started.push(on);
    const words = tallyWords(COUNT);
    const job = on.add(words, words);
    on.arguments[0] = 0;
    const run = () => on.run(job, TALLY.spin, tallyTasks(words)[TALLY.spin]);
    run();
    await others[1].worker.terminate();
    expect(() => on.add(words, words)).toThrow(/^thread 3 of 3 ended/);
    expect(run).toThrow(/^thread 3 of 3 ended/);
  });
});
