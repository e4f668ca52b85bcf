import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Share } from "../../../src/engines/engine.ts";
import { padded } from "../../../src/engines/layout.ts";
import { Workshop } from "../../../src/engines/wasm/compile.ts";
import type { Stretch } from "../../../src/engines/wasm/matrixProduct.ts";
import { quantisedProduct } from "../../../src/engines/wasm/quantisedProduct.ts";
import { int8Scale, toInt8 } from "../../../src/numbers/int8.ts";
import { RandomStream, streamKey } from "../../../src/numbers/random.ts";

interface Shape {
  readonly rows: number;
  readonly K: number;
  readonly N: number;
  readonly transposed: boolean;
}

interface Call {
  readonly bias?: Float32Array;
  readonly rowsACall?: number;
  readonly shares?: number;
  /** Whether weights are packed in 16 bits. */
  readonly wide?: boolean;
}

/** Rows of random numbers in [−1, 1), padding zero. */
function randomRows(rows: number, width: number, seed: number): Float32Array {
  const stream = new RandomStream(streamKey(seed, "quantised"));
  const stride = padded(width);
  return Float32Array.from({ length: rows * stride }, (_, i) =>
    i % stride < width ? 2 * stream.uniform() - 1 : 0,
  );
}

function randomWeights({ K, N, transposed }: Shape, seed: number): Float32Array {
  return transposed ? randomRows(N, K, seed) : randomRows(K, N, seed);
}

const whole = (count: number): Stretch[] => [{ at: 0, weights: 0, count }];

function regions(sizes: readonly number[]) {
  const offsets: number[] = [];
  let size = 0;
  for (const count of sizes) {
    offsets.push(size);
    size += Math.ceil(count / 16) * 16;
  }
  return { offsets, workshop: new Workshop({ steps: 1, batch: 1, size, operations: [] }) };
}

function sharesOf(count: number): Share[] {
  return Array.from({ length: count }, (_, index) => ({ index, count }));
}

function multiply(shape: Shape, a: Float32Array, w: Float32Array, call: Call = {}): Float32Array {
  const { rows, K, N, transposed } = shape;
  const { bias, rowsACall = rows, shares = 1, wide } = call;
  const [aStride, cStride] = [padded(K), padded(N)];
  const { offsets, workshop } = regions([a.length, w.length, rows * cStride, cStride]);
  const [aAt, wAt, cAt, biasAt] = offsets;
  const productShape = { inner: whole(K), outer: whole(N), transposed };
  const link = quantisedProduct(workshop, productShape, wide);
  const linked = workshop.link();
  const product = link(linked);
  linked.numbers.set(a, aAt);
  linked.numbers.set(w, wAt);
  if (bias) linked.numbers.set(bias, biasAt);
  linked.numbers.fill(Number.NaN, cAt, cAt + rows * cStride);
  for (const share of sharesOf(shares)) product.pack(wAt, transposed ? aStride : cStride, share);
  for (let from = 0; from < rows; from += rowsACall) {
    const count = Math.min(rowsACall, rows - from);
    const [aRow, cRow] = [aAt + from * aStride, cAt + from * cStride];
    for (const share of sharesOf(shares)) {
      if (bias) product.addToRow(aRow, aStride, count, cRow, cStride, biasAt, share);
      else product.multiply(aRow, aStride, count, cRow, cStride, share);
    }
  }
  return linked.numbers.slice(cAt, cAt + rows * cStride);
}

const { fround } = Math;

/** To the nearest integer, ties to even, by what float32 does to numbers of 24 bits. */
function nearest(value: number): number {
  const rounder = 1.5 * 2 ** 23;
  return fround(fround(value) + rounder) - rounder;
}

/** A row of A as the kernels round it. */
function roundedRow(row: Float32Array): { scale: number; integers: readonly number[] } {
  const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = Math.max(fround(largest / 32767), 2 ** -116);
  const inverse = fround(1 / scale);
  return { scale, integers: Array.from(row, (value) => nearest(fround(value * inverse))) };
}

/** What a product must give, bit for bit: sums of integers, then three roundings a stretch of 512. */
function multiplyPlainly(
  { rows, K, N, transposed }: Shape,
  a: Float32Array,
  w: Float32Array,
  bias?: Float32Array,
): Float32Array {
  const [aStride, cStride] = [padded(K), padded(N)];
  const weight = (k: number, n: number) => (transposed ? w[n * aStride + k] : w[k * cStride + n]);
  const columns = Array.from({ length: N }, (_, n) => {
    const weights = Array.from({ length: K }, (_, k) => weight(k, n));
    const scale = int8Scale(Math.max(...weights.map(Math.abs)));
    return { scale, integers: weights.map((value) => toInt8(value, scale)) };
  });
  const blocks = Math.ceil(K / 512);
  const blockSize = Math.ceil(Math.ceil(K / blocks) / 8) * 8;
  const c = new Float32Array(rows * cStride);
  for (let r = 0; r < rows; r++) {
    for (let n = 0; n < N; n++) c[r * cStride + n] = bias ? bias[n] : 0;
    for (let from = 0; from < K; from += blockSize) {
      const end = Math.min(K, from + blockSize);
      const row = roundedRow(a.subarray(r * aStride + from, r * aStride + end));
      for (const [n, column] of columns.entries()) {
        const sum = row.integers.reduce((total, q, k) => total + q * column.integers[from + k], 0);
        const product = fround(fround(row.scale * column.scale) * fround(sum));
        c[r * cStride + n] = fround(c[r * cStride + n] + product);
      }
    }
  }
  return c;
}

const anyShape = fc.record({
  rows: fc.oneof(fc.constantFrom(1, 2, 3, 33, 50), fc.integer({ min: 1, max: 70 })),
  K: fc.oneof(fc.constantFrom(1, 5, 8, 64, 65), fc.integer({ min: 1, max: 90 })),
  N: fc.oneof(fc.constantFrom(1, 4, 8, 32, 65), fc.integer({ min: 1, max: 150 })),
  transposed: fc.boolean(),
});

describe("quantisedProduct", () => {
  it("gives the bits of exact integer sums, scaled in float32, padding zero, for any shape", () => {
    fc.assert(
      fc.property(anyShape, fc.boolean(), fc.integer(), (shape, wide, seed) => {
        const a = randomRows(shape.rows, shape.K, seed);
        const w = randomWeights(shape, seed + 1);
        expect(multiply(shape, a, w, { wide })).toEqual(multiplyPlainly(shape, a, w));
      }),
      { numRuns: 150 },
    );
  });

  it("goes on from one stretch of 512 to the next, and starts from a bias row", () => {
    for (const K of [512, 513, 1100]) {
      const shape = { rows: 5, K, N: 40, transposed: K === 1100 };
      const [a, w, bias] = [randomRows(5, K, 1), randomWeights(shape, 2), randomRows(1, 40, 3)];
      expect(multiply(shape, a, w, { bias })).toEqual(multiplyPlainly(shape, a, w, bias));
    }
  });

  it("gives a row the same bits alone as among others, and by any shares of the columns", () => {
    const shares = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(anyShape, fc.integer({ min: 1, max: 9 }), shares, (shape, rowsACall, count) => {
        const a = randomRows(shape.rows, shape.K, 5);
        const w = randomWeights(shape, 6);
        const divided = multiply(shape, a, w, { rowsACall, shares: count });
        expect(divided).toEqual(multiply(shape, a, w));
      }),
      { numRuns: 60 },
    );
  });

  it("gives the same bits for weights in 8 bits as for weights widened to 16", () => {
    const shape = { rows: 3, K: 600, N: 100, transposed: false };
    const [a, w] = [randomRows(3, 600, 1), randomWeights(shape, 2)];
    expect(multiply(shape, a, w, { wide: false })).toEqual(multiply(shape, a, w, { wide: true }));
  });

  it("holds the largest sum there can be", () => {
    const shape = { rows: 2, K: 512, N: 4, transposed: false };
    const a = new Float32Array(2 * 512).fill(-3);
    const w = new Float32Array(512 * 4).fill(0.5);
    // 512 · 127 · 32767 is not a float32; one rounding for it, two for the scales and their product.
    for (const c of multiply(shape, a, w)) expect(c / (-3 * 0.5 * 512)).toBeCloseTo(1, 5);
  });

  it("takes only its own numbers of a row, and writes only the stretches it feeds", () => {
    const inner = [
      { at: 4, weights: 0, count: 5 },
      { at: 12, weights: 8, count: 2 },
    ];
    const outer = [
      { at: 8, weights: 0, count: 6 },
      { at: 20, weights: 8, count: 20 },
    ];
    const [rows, aStride, cStride, wStride] = [3, 16, 44, 28];
    const { offsets, workshop } = regions([rows * aStride, 10 * wStride, rows * cStride]);
    const [aAt, wAt, cAt] = offsets;
    const link = quantisedProduct(workshop, { inner, outer, transposed: false });
    const linked = workshop.link();
    const product = link(linked);
    const a = randomRows(rows, aStride, 1);
    const w = randomRows(10, wStride, 2);
    const before = randomRows(rows, cStride, 3);
    // What lies between the stretches must not matter, however large.
    for (let r = 0; r < rows; r++) for (const at of [3, 9, 11, 14]) a[r * aStride + at] = 1e30;
    linked.numbers.set(a, aAt);
    linked.numbers.set(w, wAt);
    linked.numbers.set(before, cAt);
    product.pack(wAt, wStride);
    product.add(aAt, aStride, rows, cAt, cStride);

    const wanted = before.slice();
    const read = inner.flatMap(({ weights, count }) =>
      Array.from({ length: count }, (_, k) => weights + k),
    );
    for (let r = 0; r < rows; r++) {
      for (const { at, weights, count } of outer) {
        for (let n = 0; n < count; n++) {
          const column = (k: number) => w[k * wStride + weights + n];
          const scale = int8Scale(Math.max(...read.map((k) => Math.abs(column(k)))));
          let c = before[r * cStride + at + n];
          for (const part of inner) {
            const begin = r * aStride + part.at;
            const row = roundedRow(a.subarray(begin, begin + part.count));
            const sum = row.integers.reduce(
              (total, q, k) => total + q * toInt8(column(part.weights + k), scale),
              0,
            );
            c = fround(c + fround(fround(row.scale * scale) * fround(sum)));
          }
          wanted[r * cStride + at + n] = c;
        }
      }
    }
    expect(linked.numbers.slice(cAt, cAt + rows * cStride)).toEqual(wanted);
  });

  it("makes no number of a row that is not finite, and leaves padding and other rows alone", () => {
    const shape = { rows: 3, K: 13, N: 6, transposed: false };
    const a = randomRows(3, 13, 1);
    const w = randomWeights(shape, 2);
    // A column of zeros is a column too.
    for (let k = 0; k < 13; k++) w[k * 8 + 2] = 0;
    const clean = multiply(shape, a, w);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const k of [0, 7, 12]) {
        const spoilt = a.slice();
        spoilt[16 + k] = value;
        const c = multiply(shape, spoilt, w);
        expect([...c.slice(0, 8)]).toEqual([...clean.slice(0, 8)]);
        expect([...c.slice(8, 16)]).toEqual([...Array(6).fill(Number.NaN), 0, 0]);
        expect([...c.slice(16)]).toEqual([...clean.slice(16)]);
      }
    }
  });

  it("makes no number of a column whose weights are not finite", () => {
    const shape = { rows: 2, K: 5, N: 3, transposed: false };
    const [a, w] = [randomRows(2, 5, 1), randomWeights(shape, 2)];
    const clean = multiply(shape, a, w);
    w[2 * 4 + 1] = Number.NEGATIVE_INFINITY;
    w[3 * 4 + 1] = 7;
    const c = multiply(shape, a, w);
    expect([...c]).toEqual([clean[0], Number.NaN, clean[2], 0, clean[4], Number.NaN, clean[6], 0]);
  });

  it("takes rows of zeros and of the smallest and largest numbers", () => {
    const shape = { rows: 4, K: 4, N: 4, transposed: false };
    const w = new Float32Array(16).fill(1);
    const [tiny, huge] = [2 ** -149, 2 ** 120];
    const a = Float32Array.of(0, 0, 0, 0, tiny, tiny, tiny, tiny, huge, 0, 0, 0, -1, 1, 0, 0);
    const c = multiply(shape, a, w);
    // Below 2⁻¹¹⁷ nothing is left; elsewhere a rounding or two.
    expect([c[0], c[4], c[12]]).toEqual([0, 0, 0]);
    expect(c[8] / huge).toBeCloseTo(1, 6);
  });
});
