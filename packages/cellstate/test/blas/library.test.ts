/** The libraries of this machine, over memories as the wasm engine has them. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lendFrom, openBlas } from "../../src/blas/index.ts";
import { describeEachBlas, plainGemm } from "./support/library.ts";

const support = (name: string) => fileURLToPath(new URL(`support/${name}`, import.meta.url));

function run(script: string, path: string): unknown {
  const options = { encoding: "utf8", timeout: 100_000 } as const;
  return JSON.parse(execFileSync(process.execPath, [support(script), path], options));
}

function randomise(memory: WebAssembly.Memory): Float32Array {
  const numbers = new Float32Array(memory.buffer);
  let x = 1;
  for (let i = 0; i < numbers.length; i++) {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    numbers[i] = x / 2 ** 31 - 1;
  }
  return numbers;
}

describeEachBlas("a BLAS", (path, kind) => {
  const lender = () => {
    const opened = openBlas(path);
    if (opened.lender === null) throw new Error(opened.reason);
    return opened.lender;
  };

  test("has a name with its version, and a source that is plain data", () => {
    expect(lender().name).toMatch(/ \d/);
    expect(structuredClone(lender().source)).toEqual(lender().source);
  });

  test.each([false, true])("agrees with plain loops on any shape, shared memory: %s", (shared) => {
    const memory = new WebAssembly.Memory({ initial: 8, maximum: 8, shared });
    const plain = new WebAssembly.Memory({ initial: 8 });
    const gemm = lender().bind(memory);
    const wanted = plainGemm(plain);
    const size = fc.integer({ min: 1, max: 90 });
    const gap = fc.integer({ min: 0, max: 9 });
    const flag = fc.boolean();
    fc.assert(
      fc.property(size, size, size, gap, flag, flag, flag, (m, n, k, more, ta, tb, adds) => {
        const numbers = randomise(memory);
        new Float32Array(plain.buffer).set(numbers);
        const [lda, ldb, ldc] = [(ta ? m : k) + more, (tb ? k : n) + more, n + more];
        const beta = adds ? 1 : 0;
        for (const multiply of [gemm, wanted]) {
          multiply(ta, tb, m, n, k, 4, lda, 40_000, ldb, beta, 80_000, ldc);
        }
        // All of the memory, so that nothing else has changed. Each product is below 1, and float32 loses at most 2^-24 of the
        // sum so far at each of k additions.
        const tolerance = k * k * 2 ** -24 + 2 ** -22;
        const after = new Float32Array(plain.buffer);
        expect(numbers.findIndex((x, i) => !(Math.abs(x - after[i]!) <= tolerance))).toBe(-1);
      }),
      { numRuns: 40 },
    );
  });

  test("refuses a product outside of its memory", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    const gemm = lender().bind(memory);
    const last = 65_536 - 4;
    gemm(false, false, 1, 1, 1, 0, 1, 4, 1, 0, last, 1);
    expect(() => gemm(false, false, 1, 2, 1, 0, 1, 4, 2, 0, last, 2)).toThrow(
      new RangeError(
        "a product outside of its memory of 65536 bytes: A [0, 4), B [4, 12), C [65532, 65540)",
      ),
    );
    expect(() => gemm(true, false, 1, 1, 9, -4, 1, 4, 1, 0, 8, 1)).toThrow(RangeError);
    memory.grow(1);
    expect(() => gemm(false, false, 1, 1, 1, 0, 1, 4, 1, 0, 8, 1)).toThrow(/bind the memory again/);
  });

  test("gives the same bits each time, and in the source's lender", () => {
    const memory = new WebAssembly.Memory({ initial: 8 });
    const results = [lender(), lender(), lendFrom(lender().source)].map((each) => {
      const numbers = randomise(memory);
      each.bind(memory)(false, true, 25, 70, 90, 0, 90, 20_000, 90, 0, 80_000, 70);
      return numbers.slice(20_000, 20_000 + 25 * 70);
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test("multiplies in two threads over one shared memory at once", async () => {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
    const numbers = randomise(memory);
    numbers[0] = 0;
    const [m, n, k] = [64, 128, 96];
    // Each thread has two thousand products of the same A and B, into a C of its own.
    const product = (c: number) => [false, false, m, n, k, 4096, k, 65_536, n, 0, c, n] as const;
    const own = [1_000_000, 2_000_000, 3_000_000] as const;
    const { source } = lender();
    const workers = own.slice(0, 2).map(
      (c) =>
        new Worker(support("productWorker.ts"), {
          workerData: { source, memory, products: Array(2000).fill(product(c)) },
        }),
    );
    const next = (worker: Worker) =>
      new Promise((resolve, reject) => {
        worker.once("message", resolve).once("error", reject);
      });
    expect(await Promise.all(workers.map(next))).toEqual(["ready", "ready"]);
    const done = workers.map(next);
    Atomics.store(new Int32Array(memory.buffer), 0, 1);
    Atomics.notify(new Int32Array(memory.buffer), 0);
    lender().bind(memory)(...product(own[2]));
    expect(await Promise.all(done)).toEqual(["done", "done"]);
    await Promise.all(workers.map((worker) => worker.terminate()));
    const [first, second, here] = own.map((c) => numbers.slice(c / 4, c / 4 + m * n));
    expect(first).toEqual(here);
    expect(second).toEqual(here);
  });

  const linux = process.platform === "linux";
  test.skipIf(!linux)(
    `starts no thread of its own${linux ? "" : " (skipped: only Linux lists them)"}`,
    () => {
      const { before, after } = run("threads.ts", path) as { before: number; after: number };
      expect(after).toBe(before);
    },
  );

  const signals = process.platform !== "win32";
  test.skipIf(!signals)(
    `survives signals during its products${signals ? "" : " (skipped: Windows has none)"}`,
    () => {
      expect(run("signals.ts", path)).toEqual({ came: true, wrong: 0 });
    },
  );

  test("is found by its family's name too", () => {
    expect(openBlas(kind).lender?.name).toBe(lender().name);
  });
});
