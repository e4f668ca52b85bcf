/**
 * What does one row against int8 weights cost, beside float32 ones, and from how many weights on should they be packed in 8 bits
 * rather than widened to 16?
 *
 *     node bench/kernels/int8.ts [ROUNDS]     → bench/results/int8.json
 *
 * Products of [1 × 512] with [512 × 2048], one after another as many as it takes: the layers of a model, read once a token. Each is
 * checked before it is timed; formats take turns. Also 32 rows at once, as evaluation has them.
 */
import { Workshop } from "../../packages/core/src/engines/wasm/compile.ts";
import { packedProduct } from "../../packages/core/src/engines/wasm/matmul.ts";
import { quantisedProduct } from "../../packages/core/src/engines/wasm/quantisedProduct.ts";
import { int8Scale, toInt8 } from "../../packages/core/src/numbers/int8.ts";
import { circumstances, keep, median, round, sorted } from "../results.ts";

const ROUNDS = Number(process.argv[2] ?? 51);
const [K, N] = [512, 2048];
/** Matrices, and rows. */
const CASES = [
  [1, 1],
  [3, 1],
  [6, 1],
  [12, 1],
  [24, 1],
  [3, 32],
] as const;
const FORMATS = ["float32", "int8 in 16 bits", "int8 in 8 bits"] as const;
type Format = (typeof FORMATS)[number];
/** Multiply-adds a sample: a few milliseconds. */
const SAMPLE = 1e8;

function subject(format: Format, matrices: number, rows: number): () => void {
  const [a, w, c] = [0, rows * K, rows * K + K * N];
  const workshop = new Workshop({ steps: 1, batch: 1, size: c + rows * N, operations: [] });
  const whole = (count: number) => [{ at: 0, weights: 0, count }];
  const shape = { inner: whole(K), outer: whole(N), transposed: false };
  const links = Array.from({ length: matrices }, () =>
    format === "float32"
      ? packedProduct(workshop, shape)
      : quantisedProduct(workshop, shape, format === "int8 in 16 bits"),
  );
  const linked = workshop.link();
  const { numbers } = linked;
  for (let i = 0; i < c; i++) numbers[i] = (((i * 7919) % 1009) - 504) / 504;
  const products = links.map((link) => link(linked));
  for (const { pack } of products) pack(w, N);
  const run = () => {
    for (let i = 0; i < products.length; i++) products[i].multiply(a, K, rows, c, N);
  };
  run();
  check(numbers, [a, w, c], format);
  return run;
}

/** A scattering of columns of the first row, against float64; rows are rounded to 16 bits. */
function check(
  numbers: Float32Array,
  [a, w, c]: readonly [number, number, number],
  format: Format,
): void {
  for (let n = 0; n < N; n += 97) {
    const column = Array.from({ length: K }, (_, k) => numbers[w + k * N + n]);
    const scale = int8Scale(Math.max(...column.map(Math.abs)));
    const weights = format === "float32" ? column : column.map((x) => toInt8(x, scale) * scale);
    const sum = weights.reduce((total, weight, k) => total + weight * numbers[a + k], 0);
    const off = Math.abs(numbers[c + n] - sum);
    if (!(off < 2e-3)) throw new Error(`${format}: column ${n} is off by ${off}`);
  }
}

const before = circumstances();
const results = CASES.map(([matrices, rows]) => {
  const repeats = Math.max(1, Math.round(SAMPLE / (matrices * rows * K * N)));
  const subjects = FORMATS.map((format) => ({
    format,
    run: subject(format, matrices, rows),
    ms: [] as number[],
  }));
  for (let turn = -5; turn < ROUNDS; turn++) {
    for (const { run, ms } of subjects) {
      run();
      const started = performance.now();
      for (let i = 0; i < repeats; i++) run();
      // The first turns are for V8's optimizing compiler.
      if (turn >= 0) ms.push((performance.now() - started) / repeats);
    }
  }
  const formats = subjects.map(({ format, ms }) => {
    const [fastest] = sorted(ms);
    const rate = (time: number) => round((2 * matrices * rows * K * N) / time / 1e6);
    const times = { fastest: round(fastest, 4), median: round(median(ms), 4) };
    return {
      format,
      ms: times,
      gflopsEquivalent: { best: rate(fastest), median: rate(times.median) },
    };
  });
  const weights = `${matrices} x [${K} x ${N}]`;
  console.log(`${rows} row${rows > 1 ? "s" : ""} · ${weights}`);
  for (const { format, ms, gflopsEquivalent } of formats) {
    const { best, median: middle } = gflopsEquivalent;
    console.log(
      `  ${format.padEnd(16)} ${ms.median} ms (${ms.fastest})  ${middle} GFLOP/s (${best})`,
    );
  }
  return { rows, weights, formats };
});
keep(new URL("../results/int8.json", import.meta.url), {
  question: "What does a product with int8 weights cost beside one with float32 weights?",
  command: "node bench/kernels/int8.ts",
  ...before,
  rounds: ROUNDS,
  results,
});
