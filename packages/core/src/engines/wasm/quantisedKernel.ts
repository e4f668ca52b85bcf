/**
 * The kernels behind products in integers: rows of A rounded to 16 bits, and C = start + A · B with B in 8 bits.
 *
 * A quantised row is its scale, padded to 16 bytes, then its integers: q = a / scale, the largest magnitude 32767. B lies in
 * panels of 32 columns, then 16, 8 and 4 as the width needs, k in pairs: both k of a column, then of the next column.
 * So `dot_i16x8_s` multiplies one pair of A, in all lanes, with the pairs of four columns, and nothing is
 * summed across lanes.
 *
 * The sum of integers is exact: it depends on neither order nor tile. Only then come float32: start + (scale of the row · scale of
 * the column) · sum. A row that is not finite has NaN for its scale, and so NaN in all its columns.
 *
 * One row is bounded by what vector units do with a weight: widen, multiply, add. So there is a second form for weights that a
 * cache holds anyhow: widened once, 16 bits each, a quarter faster, the same bits. Figures: docs/decisions/0011.
 */
import type { FunctionBuilder, Local } from "./assembler.ts";
import { f32, f32x4, i16x8, i32, i32x4, shuffleLanes, v128 } from "./instructions.ts";

type Address = Local<"i32">;

const VECTOR_BYTES = 16;
/** Numbers that are rounded together. */
const GROUP = 8;
/** Of a rounded number of A, and of a pair of them. */
const NUMBER_BYTES = 2;
const PAIR_BYTES = 4;
/** What stands before a quantised row's integers. */
const HEAD_BYTES = 16;
/** Of 16 bits with a sign. */
const LARGEST = 32767;
/** So small a scale is not divided by: its inverse would be infinite. Rows that need it are below 10⁻³⁰. */
const SMALLEST_SCALE = 2 ** -116;
/** Added to a number below 2²², leaves it rounded to an integer in the last bits. */
const ROUNDER = 1.5 * 2 ** 23;
const INFINITY_BITS = 0x7f800000;

/**
 * Longest stretch of k of which the products' sum fits 32 bits whatever the data: k · 127 · 32767 < 2³¹, in whole groups.
 */
export const LONGEST_SUM = 512;

/** k rounded up to whole groups: what a quantised row and a packed column have. */
export function grouped(k: number): number {
  return Math.ceil(k / GROUP) * GROUP;
}

/** Bytes from one quantised row to the next. */
export function quantisedRowBytes(k: number): number {
  return HEAD_BYTES + NUMBER_BYTES * grouped(k);
}

/** Addresses and strides in bytes: a, aStride, rows, k, to. */
export const QUANTISE_PARAMETERS = ["i32", "i32", "i32", "i32", "i32"] as const;

export function emitQuantiseRows(
  f: FunctionBuilder,
  a: Address,
  aStride: Address,
  rows: Address,
  k: Address,
  to: Address,
): void {
  const wholeBytes = f.let(i32.shl(i32.and(k, ~(GROUP - 1)), 2));
  const rest = f.let(i32.and(k, GROUP - 1));
  const at = f.local("i32");
  const inverse = f.local("v128");
  const [low, high, largest] = f.locals("v128", 3);
  // Numbers of the last group that belong to the row; what lies behind them may be anything.
  const lanes = [i32x4.const(0, 1, 2, 3), i32x4.const(4, 5, 6, 7)];
  const masks = lanes.map((lane) => f.let(i32x4.lt_s(lane, i32x4.splat(rest))));

  const forGroups = (body: () => void): void => {
    const end = f.let(i32.add(a, wholeBytes));
    f.forLoop(at, a, end, GROUP * 4, () => {
      f.set(low, v128.load(at));
      f.set(high, v128.load(at, VECTOR_BYTES));
      body();
    });
    f.if(rest, () => {
      f.set(low, v128.and(v128.load(end), masks[0]));
      f.set(high, v128.and(v128.load(end, VECTOR_BYTES), masks[1]));
      body();
    });
    f.release(end);
  };
  const integer = (x: Local<"v128">) =>
    i32x4.sub(f32x4.add(f32x4.mul(x, inverse), f32x4.const(ROUNDER)), f32x4.const(ROUNDER));

  f.forLoop(f.local("i32"), 0, rows, 1, () => {
    // Without their signs floats are in the order of their bits, ∞ and NaN above all others.
    f.set(largest, i32x4.const(0));
    forGroups(() => {
      for (const x of [low, high]) {
        f.set(largest, i32x4.max_s(largest, v128.and(x, i32x4.const(0x7fffffff))));
      }
    });
    f.set(largest, i32x4.max_s(largest, shuffleLanes(largest, largest, [2, 3, 0, 1])));
    f.set(largest, i32x4.max_s(largest, shuffleLanes(largest, largest, [1, 0, 3, 2])));
    const bits = f.let(i32x4.extract_lane(largest, 0));
    const scale = f.let(f32.max(f32.div(f32.reinterpret_i32(bits), LARGEST), SMALLEST_SCALE));
    f.if(i32.ge_s(bits, INFINITY_BITS), () => f.set(scale, f32.const(Number.NaN)));
    f.store(to, scale);
    f.set(inverse, f32x4.splat(f32.div(1, scale)));
    f.increment(to, HEAD_BYTES);
    forGroups(() => {
      f.store(to, i16x8.narrow_i32x4_s(integer(low), integer(high)));
      f.increment(to, VECTOR_BYTES);
    });
    f.release(bits, scale);
    f.increment(a, aStride);
  });
}

/** Vectors a tile is wide, and how many it holds. */
const TILE_VECTORS = 4;
const TILE_ACCUMULATORS = 8;
const MAXIMUM_TILE_ROWS = 2;
/** Panels, in vectors, from wide to narrow. The first repeats, the others occur at most once. */
const PANELS = [8, 4, 2, 1] as const;
/** Pairs of k a turn of the loop; a group has four. */
const UNROLLING = 2;

/** Addresses and strides in bytes. `columns` is a multiple of 4. A start stride of 0 starts every row alike. */
export const QUANTISED_PRODUCT_PARAMETERS = [
  ...(["i32", "i32", "i32", "i32", "i32"] as const), // a, rows, k, b, scales
  ...(["i32", "i32", "i32", "i32", "i32"] as const), // c, cStride, columns, start, startStride
] as const;

/** @param wide Whether B's numbers are 16 bits each. */
export function emitQuantisedProduct(
  wide: boolean,
  f: FunctionBuilder,
  a: Address,
  rows: Address,
  k: Address,
  b: Address,
  scales: Address,
  c: Address,
  cStride: Address,
  columns: Address,
  start: Address,
  startStride: Address,
): void {
  const kBytes = f.let(i32.shl(i32.and(i32.add(k, GROUP - 1), ~(GROUP - 1)), 1));
  const aStride = f.let(i32.add(kBytes, HEAD_BYTES));
  const row: Row = { a: f.local("i32"), c: f.local("i32"), start: f.local("i32") };
  const strides = { a: aStride, c: cStride, start: startStride };
  const left = f.local("i32");

  /** One panel against all rows. */
  const multiplyPanel = (vectors: number): void => {
    const tileVectors = Math.min(vectors, TILE_VECTORS);
    const tileRows = Math.min(TILE_ACCUMULATORS / tileVectors, MAXIMUM_TILE_ROWS);
    const advance = (count: number): void => {
      for (let i = 0; i < count; i++) {
        for (const part of ["a", "c", "start"] as const) f.increment(row[part], strides[part]);
      }
      f.increment(left, -count);
    };
    const tile = { wide, kBytes, panel: b, scales, panelVectors: vectors, row, strides };
    f.set(row.a, a);
    f.set(row.c, c);
    f.set(row.start, start);
    f.set(left, rows);
    f.if(i32.ge_u(left, tileRows), () => {
      f.loop((again) => {
        for (let at = 0; at < vectors; at += tileVectors) {
          emitTile(f, { ...tile, rows: tileRows, vectors: tileVectors, at });
        }
        advance(tileRows);
        f.branchIf(again, i32.ge_u(left, tileRows));
      });
    });
    f.if(left, () => emitTile(f, { ...tile, rows: 1, vectors, at: 0 }));
    f.increment(b, i32.mul(kBytes, vectors * (wide ? 4 : 2)));
    for (const address of [c, start, scales]) f.increment(address, vectors * VECTOR_BYTES);
  };

  const [widest, ...narrow] = PANELS;
  f.if(i32.ge_u(columns, widest * 4), () => {
    f.loop((again) => {
      multiplyPanel(widest);
      f.increment(columns, -widest * 4);
      f.branchIf(again, i32.ge_u(columns, widest * 4));
    });
  });
  for (const vectors of narrow) f.if(i32.and(columns, vectors * 4), () => multiplyPanel(vectors));
}

/** Where a quantised row of A begins, and where its row of C and of the start does, at the panel's first column. */
type Row = { readonly a: Address; readonly c: Address; readonly start: Address };

interface Tile {
  readonly wide: boolean;
  /** Of a quantised row's integers. */
  readonly kBytes: Address;
  readonly panel: Address;
  /** Of the panel's columns. */
  readonly scales: Address;
  readonly panelVectors: number;
  /** The tile's first row. */
  readonly row: Row;
  readonly strides: Row;
  readonly rows: number;
  readonly vectors: number;
  /** First vector of the panel that the tile takes. */
  readonly at: number;
}

function emitTile(f: FunctionBuilder, tile: Tile): void {
  const { wide, kBytes, panel, scales, panelVectors, row, strides, rows, vectors, at } = tile;
  const sums = Array.from({ length: rows }, () => f.locals("v128", vectors));
  for (const sum of sums.flat()) f.set(sum, i32x4.const(0));

  const rowsOfA = [f.let(row.a)];
  while (rowsOfA.length < rows)
    rowsOfA.push(f.let(i32.add(rowsOfA[rowsOfA.length - 1], strides.a)));
  const elements = rowsOfA.map((address) => f.let(address));
  const weights = f.let(panel);
  // Bytes of four columns' pairs, and of the panel's.
  const pairBytes = wide ? VECTOR_BYTES : VECTOR_BYTES / 2;
  const load = wide ? v128.load : v128.load8x8_s;
  const stepBytes = panelVectors * pairBytes;
  const end = f.let(i32.add(elements[0], kBytes));
  f.loop((again) => {
    for (let ahead = 0; ahead < UNROLLING; ahead++) {
      const loads = sums[0].map((_, j) => load(weights, ahead * stepBytes + (at + j) * pairBytes));
      // A single row uses each load once: no need of a local.
      const shared = rows > 1 ? loads.map((load) => f.let(load)) : [];
      sums.forEach((sumsOfRow, i) => {
        const pair = f.let(v128.load32_splat(elements[i], HEAD_BYTES + PAIR_BYTES * ahead));
        for (const [j, sum] of sumsOfRow.entries()) {
          f.set(sum, i32x4.add(sum, i32x4.dot_i16x8_s(shared[j] ?? loads[j], pair)));
        }
        f.release(pair);
      });
      f.release(...shared);
    }
    f.increment(weights, UNROLLING * stepBytes);
    for (const element of elements) f.increment(element, UNROLLING * PAIR_BYTES);
    f.branchIf(again, i32.lt_u(elements[0], end));
  });

  const from = f.let(row.start);
  const to = f.let(row.c);
  sums.forEach((sumsOfRow, i) => {
    if (i > 0) {
      f.increment(from, strides.start);
      f.increment(to, strides.c);
    }
    const rowScale = f.let(v128.load32_splat(rowsOfA[i]));
    for (const [j, sum] of sumsOfRow.entries()) {
      const column = (at + j) * VECTOR_BYTES;
      const scale = f.let(v128.load(scales, column));
      const product = f32x4.mul(f32x4.mul(rowScale, scale), f32x4.convert_i32x4_s(sum));
      // Padding has the scale 0, and stays zero even where the row's is NaN.
      const kept = v128.and(product, f32x4.ne(scale, f32x4.const(0)));
      f.store(to, f32x4.add(v128.load(from, column), kept), column);
      f.release(scale);
    }
    f.release(rowScale);
  });
  f.release(...sums.flat(), ...rowsOfA, ...elements, weights, end, from, to);
}
