/**
 * How near do the wasm engine's matrix products come to what four float32 lanes can do on this machine?
 *
 *     node bench/kernels/matmul.ts [ROUNDS]     → bench/results/matmul.json
 *
 * The peak is measured, not read from a data sheet: multiplications and additions with next to nothing loaded. Each product is
 * checked against plain loops before it is timed; then peak and products take turns, so that all meet the same noise.
 * Shares are those of the medians, and of the best samples: on a machine with other work the latter say more.
 */
import { padded } from "../../packages/core/src/engines/layout.ts";
import { Workshop } from "../../packages/core/src/engines/wasm/compile.ts";
import { packedProduct, rowSumProduct } from "../../packages/core/src/engines/wasm/matmul.ts";
import { circumstances, keep, median, round, sorted } from "../results.ts";
import { lanesPeak } from "./peak.ts";

const ROUNDS = Number(process.argv[2] ?? 101);
/** Long enough for the clock, short enough to be seldom interrupted. */
const SAMPLE_FLOP = 1e7;

interface Subject {
  readonly name: string;
  /** Floating-point operations a run. */
  readonly flop: number;
  readonly run: () => void;
}

/** C[M, N] = A[M, K] · B[K, N]; as `rows` A is [K, M], summed over its rows. */
interface Shape {
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly kind: "packed" | "transposed" | "rows";
}

const SHAPES: readonly Shape[] = [
  { M: 50, K: 128, N: 512, kind: "packed" },
  { M: 2500, K: 128, N: 512, kind: "packed" },
  { M: 50, K: 512, N: 128, kind: "transposed" },
  { M: 2500, K: 512, N: 128, kind: "transposed" },
  { M: 2500, K: 128, N: 65, kind: "packed" },
  { M: 128, K: 2500, N: 512, kind: "rows" },
  { M: 64, K: 512, N: 2048, kind: "packed" },
  { M: 1, K: 128, N: 512, kind: "packed" },
  { M: 1, K: 512, N: 2048, kind: "packed" },
];

/** Whole numbers from −4 to 4: sums of their products are exact, so any order must give the same. */
function fill(numbers: Float32Array, from: number, rows: number, width: number): void {
  for (let i = 0; i < rows * padded(width); i++) {
    numbers[from + i] = i % padded(width) < width ? ((i * 7919) % 9) - 4 : 0;
  }
}

function product({ M, K, N, kind }: Shape): Subject {
  const [strideM, strideK, strideN] = [padded(M), padded(K), padded(N)];
  const aSize = kind === "rows" ? K * strideM : M * strideK;
  const bSize = kind === "transposed" ? N * strideK : K * strideN;
  const size = aSize + bSize + M * strideN;
  const workshop = new Workshop({ steps: 1, batch: 1, size, operations: [] });
  const outer = [{ at: 0, weights: 0, count: N }];
  const [a, b, c] = [0, aSize, aSize + bSize];
  const name = `[${M} x ${K}] [${K} x ${N}] ${kind}`;
  const flop = 2 * M * K * N;

  if (kind === "rows") {
    const link = rowSumProduct(workshop, { inner: [M], outer });
    const linked = workshop.link();
    const { multiply } = link(linked);
    fill(linked.numbers, a, K, M);
    fill(linked.numbers, b, K, N);
    const terms = [{ a, aStride: strideM, c, cStride: strideN, accumulate: false }];
    const run = () => multiply(terms, K, b, strideN);
    run();
    const at = (m: number, k: number) => linked.numbers[a + k * strideM + m];
    check(name, linked.numbers, { M, K, N, kind }, c, at, (k, n) => b + k * strideN + n);
    return { name, flop, run };
  }
  const transposed = kind === "transposed";
  const inner = [{ at: 0, weights: 0, count: K }];
  const link = packedProduct(workshop, { inner, outer, transposed });
  const linked = workshop.link();
  const { pack, multiply } = link(linked);
  fill(linked.numbers, a, M, K);
  fill(linked.numbers, b, transposed ? N : K, transposed ? K : N);
  const weightsStride = transposed ? strideK : strideN;
  const run = () => multiply(a, strideK, M, c, strideN);
  pack(b, weightsStride);
  run();
  const at = (m: number, k: number) => linked.numbers[a + m * strideK + k];
  const weight = (k: number, n: number) => b + (transposed ? n * strideK + k : k * strideN + n);
  check(name, linked.numbers, { M, K, N, kind }, c, at, weight);
  return { name, flop, run };
}

/** The corners and a scattering of elements. */
function check(
  name: string,
  numbers: Float32Array,
  { M, K, N }: Shape,
  c: number,
  a: (m: number, k: number) => number,
  b: (k: number, n: number) => number,
): void {
  for (let i = 0; i < 500; i++) {
    const m = i === 0 ? M - 1 : (i * 31) % M;
    const n = i === 0 ? N - 1 : (i * 17) % N;
    let sum = 0;
    for (let k = 0; k < K; k++) sum += a(m, k) * numbers[b(k, n)];
    const got = numbers[c + m * padded(N) + n];
    if (got !== sum) throw new Error(`${name}: C[${m}, ${n}] should be ${sum}, is ${got}`);
  }
}

/** GFLOP/s of one sample, the operands in cache as far as they fit: the turn before was another product's. */
function sample({ flop, run }: Subject): number {
  const repeats = Math.max(1, Math.round(SAMPLE_FLOP / flop));
  run();
  const started = performance.now();
  for (let i = 0; i < repeats; i++) run();
  return (flop * repeats) / (performance.now() - started) / 1e6;
}

const before = circumstances();
const subjects = [{ name: "peak", ...lanesPeak() }, ...SHAPES.map(product)];
// Until V8 has compiled everything with its optimizing compiler.
for (const subject of subjects) for (let i = 0; i < 30; i++) sample(subject);
const samples = subjects.map(() => [] as number[]);
for (let round = 0; round < ROUNDS; round++) {
  for (const [i, subject] of subjects.entries()) samples[i].push(sample(subject));
}

const rates = samples.map(sorted);
const [peakRates] = rates;
const last = (values: readonly number[]): number => values[values.length - 1];
const rows = subjects.map(({ name }, i) => ({
  name,
  gflops: {
    minimum: round(rates[i][0]),
    median: round(median(rates[i])),
    maximum: round(last(rates[i])),
  },
  shareOfPeak: {
    medians: round(median(rates[i]) / median(peakRates), 3),
    best: round(last(rates[i]) / last(peakRates), 3),
  },
}));
console.log(`${before.machine}, Node ${before.node}, ${ROUNDS} rounds; GFLOP/s`);
console.log(`${"".padEnd(36)}median   best   worst   share of peak: medians, best`);
for (const { name, gflops, shareOfPeak } of rows) {
  const columns = [gflops.median, gflops.maximum, gflops.minimum].map((rate) =>
    rate.toFixed(1).padStart(7),
  );
  const percent = [shareOfPeak.medians, shareOfPeak.best].map((share) =>
    `${(100 * share).toFixed(0)} %`.padStart(7),
  );
  console.log(name.padEnd(34), ...columns, ...percent);
}
keep(new URL("../results/matmul.json", import.meta.url), {
  question: "How near do the matrix products come to what four float32 lanes can do here?",
  command: "node bench/kernels/matmul.ts",
  ...before,
  rounds: ROUNDS,
  rows,
});
