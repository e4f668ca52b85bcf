import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { padded } from "../../../src/engines/layout.ts";
import { Workshop } from "../../../src/engines/wasm/compile.ts";
import { packedProduct, rowSumProduct } from "../../../src/engines/wasm/matmul.ts";
import type { Stretch } from "../../../src/engines/wasm/matrixProduct.ts";
import { RandomStream, streamKey } from "../../../src/numbers/random.ts";

/** Rows of random numbers in [−1, 1), padding zero. */
function randomRows(rows: number, width: number, seed: number): Float32Array {
  const stream = new RandomStream(streamKey(seed, "matmul"));
  const stride = padded(width);
  return Float32Array.from({ length: rows * stride }, (_, i) =>
    i % stride < width ? 2 * stream.uniform() - 1 : 0,
  );
}

/** start + Σ_k a(k)·b(k), rounded to float32 after every operation: bit for bit what a kernel must give. */
function chain(start: number, count: number, a: (k: number) => number, b: (k: number) => number) {
  let sum = Math.fround(start);
  for (let k = 0; k < count; k++) sum = Math.fround(sum + Math.fround(a(k) * b(k)));
  return sum;
}

const whole = (count: number): Stretch[] => [{ at: 0, weights: 0, count }];

/** A workshop whose plan is one region for A, B, C and a bias row; regions begin where `Layout` would put them. */
function regions(...sizes: number[]) {
  const offsets: number[] = [];
  let size = 0;
  for (const count of sizes) {
    offsets.push(size);
    size += Math.ceil(count / 16) * 16;
  }
  return { offsets, workshop: new Workshop({ steps: 1, batch: 1, size, operations: [] }) };
}

function multiply(
  { rows, K, N, transposed }: { rows: number; K: number; N: number; transposed: boolean },
  a: Float32Array,
  w: Float32Array,
  { bias, rowsACall = rows }: { bias?: Float32Array; rowsACall?: number } = {},
): Float32Array {
  const [aStride, cStride] = [padded(K), padded(N)];
  const { offsets, workshop } = regions(a.length, w.length, rows * cStride, cStride);
  const [aAt, wAt, cAt, biasAt] = offsets;
  const link = packedProduct(workshop, { inner: whole(K), outer: whole(N), transposed });
  const linked = workshop.link();
  const product = link(linked);
  linked.numbers.set(a, aAt);
  linked.numbers.set(w, wAt);
  if (bias) linked.numbers.set(bias, biasAt);
  linked.numbers.fill(Number.NaN, cAt, cAt + rows * cStride);
  product.pack(wAt, transposed ? aStride : cStride);
  for (let from = 0; from < rows; from += rowsACall) {
    const count = Math.min(rowsACall, rows - from);
    const [aRow, cRow] = [aAt + from * aStride, cAt + from * cStride];
    if (bias) product.addToRow(aRow, aStride, count, cRow, cStride, biasAt);
    else product.multiply(aRow, aStride, count, cRow, cStride);
  }
  return linked.numbers.slice(cAt, cAt + rows * cStride);
}

function multiplyPlainly(
  { rows, K, N, transposed }: { rows: number; K: number; N: number; transposed: boolean },
  a: Float32Array,
  w: Float32Array,
  bias?: Float32Array,
): Float32Array {
  const [aStride, cStride] = [padded(K), padded(N)];
  const weight = (k: number, n: number) => (transposed ? w[n * aStride + k] : w[k * cStride + n]);
  return Float32Array.from({ length: rows * cStride }, (_, i) => {
    const [r, n] = [Math.floor(i / cStride), i % cStride];
    if (n >= N) return 0;
    const start = bias ? bias[n] : 0;
    return chain(
      start,
      K,
      (k) => a[r * aStride + k],
      (k) => weight(k, n),
    );
  });
}

const anyShape = fc.record({
  rows: fc.oneof(fc.constantFrom(1, 2, 3, 33, 50), fc.integer({ min: 1, max: 70 })),
  K: fc.oneof(fc.constantFrom(1, 5, 64, 65), fc.integer({ min: 1, max: 90 })),
  N: fc.oneof(fc.constantFrom(1, 4, 8, 32, 65), fc.integer({ min: 1, max: 150 })),
  transposed: fc.boolean(),
});

describe("packedProduct", () => {
  it("gives the bits of sums taken one after another in float32, padding zero, for any shape", () => {
    fc.assert(
      fc.property(anyShape, fc.integer(), (shape, seed) => {
        const a = randomRows(shape.rows, shape.K, seed);
        const [weightRows, weightWidth] = shape.transposed
          ? [shape.N, shape.K]
          : [shape.K, shape.N];
        const w = randomRows(weightRows, weightWidth, seed + 1);
        expect(multiply(shape, a, w)).toEqual(multiplyPlainly(shape, a, w));
      }),
      { numRuns: 150 },
    );
  });

  it("goes on in the same bits from one block of k to the next", () => {
    for (const K of [513, 1100]) {
      const shape = { rows: 5, K, N: 40, transposed: K === 1100 };
      const a = randomRows(5, K, 1);
      const w = shape.transposed ? randomRows(40, K, 2) : randomRows(K, 40, 2);
      expect(multiply(shape, a, w)).toEqual(multiplyPlainly(shape, a, w));
    }
  });

  it("starts from a bias row", () => {
    const shape = { rows: 7, K: 9, N: 45, transposed: false };
    const [a, w, bias] = [randomRows(7, 9, 1), randomRows(9, 45, 2), randomRows(1, 45, 3)];
    expect(multiply(shape, a, w, { bias })).toEqual(multiplyPlainly(shape, a, w, bias));
  });

  it("gives a row the same bits alone as among others, however the rows are split", () => {
    fc.assert(
      fc.property(anyShape, fc.integer({ min: 1, max: 9 }), (shape, rowsACall) => {
        const a = randomRows(shape.rows, shape.K, 5);
        const [weightRows, weightWidth] = shape.transposed
          ? [shape.N, shape.K]
          : [shape.K, shape.N];
        const w = randomRows(weightRows, weightWidth, 6);
        expect(multiply(shape, a, w, { rowsACall })).toEqual(multiply(shape, a, w));
      }),
      { numRuns: 50 },
    );
  });

  it("writes only the stretches it feeds, and adds over the stretches it reads", () => {
    // Of rows of A it takes numbers 4–8 and 12–13; of rows of C it feeds columns 8–13 and 20–39.
    const inner = [
      { at: 4, weights: 0, count: 5 },
      { at: 12, weights: 8, count: 2 },
    ];
    const outer = [
      { at: 8, weights: 0, count: 6 },
      { at: 20, weights: 8, count: 20 },
    ];
    const [rows, aStride, cStride, wStride] = [3, 16, 44, 28];
    const { offsets, workshop } = regions(rows * aStride, 10 * wStride, rows * cStride);
    const [aAt, wAt, cAt] = offsets;
    const link = packedProduct(workshop, { inner, outer, transposed: false });
    const linked = workshop.link();
    const product = link(linked);
    const a = randomRows(rows, aStride, 1);
    const w = randomRows(10, wStride, 2);
    // The first block's padding.
    for (let k = 0; k < 10; k++) w.fill(0, k * wStride + 6, k * wStride + 8);
    const before = randomRows(rows, cStride, 3);
    linked.numbers.set(a, aAt);
    linked.numbers.set(w, wAt);
    linked.numbers.set(before, cAt);
    product.pack(wAt, wStride);
    product.add(aAt, aStride, rows, cAt, cStride);

    const wanted = before.slice();
    for (let r = 0; r < rows; r++) {
      for (const { at, weights, count } of outer) {
        for (let n = 0; n < count; n++) {
          let sum = before[r * cStride + at + n];
          for (const part of inner) {
            const element = (k: number) => a[r * aStride + part.at + k];
            const weight = (k: number) => w[(part.weights + k) * wStride + weights + n];
            sum = chain(sum, part.count, element, weight);
          }
          wanted[r * cStride + at + n] = sum;
        }
      }
    }
    expect(linked.numbers.slice(cAt, cAt + rows * cStride)).toEqual(wanted);
  });
});

describe("rowSumProduct", () => {
  const anySum = fc.record({
    rows: fc.oneof(fc.constantFrom(1, 3, 127, 128, 129, 400), fc.integer({ min: 1, max: 300 })),
    K: fc.oneof(fc.constantFrom(1, 5, 8), fc.integer({ min: 1, max: 40 })),
    N: fc.oneof(fc.constantFrom(1, 8, 36), fc.integer({ min: 1, max: 70 })),
    accumulate: fc.boolean(),
  });

  it("gives the bits of sums over rows taken one after another, for any shape", () => {
    fc.assert(
      fc.property(anySum, ({ rows, K, N, accumulate }) => {
        const [aStride, bStride] = [padded(K), padded(N)];
        const [a, b] = [randomRows(rows, K, 1), randomRows(rows, N, 2)];
        const before = randomRows(K, N, 3);
        const { offsets, workshop } = regions(a.length, b.length, before.length);
        const [aAt, bAt, cAt] = offsets;
        const link = rowSumProduct(workshop, { inner: [K], outer: whole(N) });
        const linked = workshop.link();
        const product = link(linked);
        linked.numbers.set(a, aAt);
        linked.numbers.set(b, bAt);
        linked.numbers.set(before, cAt);
        const term = { a: aAt, aStride, c: cAt, cStride: bStride, accumulate };
        product.multiply([term], rows, bAt, bStride);

        const wanted = before.map((held, i) => {
          const [k, n] = [Math.floor(i / bStride), i % bStride];
          const start = accumulate ? held : 0;
          return chain(
            start,
            rows,
            (r) => a[r * aStride + k],
            (r) => b[r * bStride + n],
          );
        });
        expect(linked.numbers.slice(cAt, cAt + before.length)).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  it("of no rows is zero, or what was there", () => {
    const { workshop } = regions(16, 16, 16);
    const link = rowSumProduct(workshop, { inner: [2], outer: whole(8) });
    const linked = workshop.link();
    const product = link(linked);
    linked.numbers.fill(7, 32, 48);
    const term = { a: 0, aStride: 4, c: 32, cStride: 8 };
    product.multiply([{ ...term, accumulate: true }], 0, 16, 8);
    expect([...linked.numbers.slice(32, 48)]).toEqual(Array(16).fill(7));
    product.multiply([{ ...term, accumulate: false }], 0, 16, 8);
    expect([...linked.numbers.slice(32, 48)]).toEqual(Array(16).fill(0));
  });
});
