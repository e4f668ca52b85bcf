/**
 * The one kernel behind all matrix products: C = start + A · B, with B packed into panels.
 *
 * Panels are 32 columns wide, the last ones 16, 8 and 4 as the width needs: K rows of 32, then K rows of the next 32 columns.
 * Rows of A are taken in pairs, half a panel at a time: a tile of 2 × 16 numbers of C stays in eight registers while k runs.
 * A last odd row, and so a matrix–vector product, takes a whole panel in the same eight registers.
 *
 * Every element of C is one chain: start, + A[r,0]·B[0,n], + A[r,1]·B[1,n], …, whatever the tile. So a row has the same bits
 * alone and among others, and a sum that is cut into blocks of k and goes on from C has the same bits as in one.
 *
 * Why these tiles (`bench/kernels/matmul.ts`; one thread of a machine whose four lanes can do 62 GFLOP/s): 55–59 GFLOP/s.
 * Tiles of 4 × 8 are as fast in cache and slower beyond; more accumulators than eight spill. Unrolling over k gains
 * nothing for tiles, and a tenth for a single row.
 */
import type { FunctionBuilder, Local } from "./assembler.ts";
import { f32x4, i32, v128 } from "./instructions.ts";

type Address = Local<"i32">;

const VECTOR_BYTES = 16;
/** Vectors a tile is wide, and how many it holds. */
const TILE_VECTORS = 4;
const TILE_ACCUMULATORS = 8;
/** Narrow panels take more rows instead: 4 × 8 and 4 × 4. */
const MAXIMUM_TILE_ROWS = 4;
/** Panels, in vectors, from wide to narrow. The first repeats, the others occur at most once. */
const PANELS = [8, 4, 2, 1] as const;
export const PANEL_COLUMNS = 32;
/** Rows of A that all panels pass over before the next: their part of C then stays in the second-level cache. */
const BLOCK_ROWS = 32;

/** Addresses and strides in bytes. `columns` is a multiple of 4. A start stride of 0 starts every row alike. */
export const PRODUCT_PARAMETERS = [
  ...(["i32", "i32", "i32", "i32", "i32"] as const), // a, aStride, rows, k, b
  ...(["i32", "i32", "i32", "i32", "i32"] as const), // c, cStride, columns, start, startStride
] as const;

export function emitProduct(
  f: FunctionBuilder,
  a: Address,
  aStride: Address,
  rows: Address,
  k: Address,
  b: Address,
  c: Address,
  cStride: Address,
  columns: Address,
  start: Address,
  startStride: Address,
): void {
  const kBytes = f.let(i32.shl(k, 2));
  const blockRows = f.local("i32");
  const panel = f.local("i32");
  const columnsLeft = f.local("i32");
  const rowBytes = f.let(i32.shl(columns, 2));
  const row: Row = { a: f.local("i32"), c: f.local("i32"), start: f.local("i32") };
  const strides = { a: aStride, c: cStride, start: startStride };

  /** One panel against the rows of this block. */
  const multiplyPanel = (vectors: number): void => {
    const tileVectors = Math.min(vectors, TILE_VECTORS);
    const tileRows = Math.min(TILE_ACCUMULATORS / tileVectors, MAXIMUM_TILE_ROWS);
    const left = f.let(blockRows);
    const advance = (count: number): void => {
      for (let i = 0; i < count; i++) {
        f.increment(row.a, strides.a);
        f.increment(row.c, strides.c);
        f.increment(row.start, strides.start);
      }
      f.set(left, i32.sub(left, count));
    };
    const tile = { kBytes, panel, panelVectors: vectors, row, strides };
    f.set(row.a, a);
    f.set(row.c, c);
    f.set(row.start, start);
    f.if(i32.ge_u(left, tileRows), () => {
      f.loop((again) => {
        for (let at = 0; at < vectors; at += tileVectors) {
          emitTile(f, { ...tile, rows: tileRows, vectors: tileVectors, at, unrolling: 1 });
        }
        advance(tileRows);
        f.branchIf(again, i32.ge_u(left, tileRows));
      });
    });
    f.if(left, () => {
      f.loop((again) => {
        emitTile(f, { ...tile, rows: 1, vectors, at: 0, unrolling: 2 });
        advance(1);
        f.branchIf(again, left);
      });
    });
    f.release(left);
    f.increment(panel, i32.mul(kBytes, vectors * 4));
    f.increment(c, vectors * VECTOR_BYTES);
    f.increment(start, vectors * VECTOR_BYTES);
  };

  f.if(i32.eqz(rows), () => f.return());
  f.loop((nextBlock) => {
    f.set(blockRows, rows);
    f.if(i32.gt_u(rows, BLOCK_ROWS), () => f.set(blockRows, i32.const(BLOCK_ROWS)));
    f.set(panel, b);
    f.set(columnsLeft, columns);
    f.if(i32.ge_u(columnsLeft, PANEL_COLUMNS), () => {
      f.loop((again) => {
        multiplyPanel(PANELS[0]);
        f.increment(columnsLeft, -PANEL_COLUMNS);
        f.branchIf(again, i32.ge_u(columnsLeft, PANEL_COLUMNS));
      });
    });
    for (const vectors of PANELS.slice(1)) {
      f.if(i32.and(columnsLeft, vectors * 4), () => multiplyPanel(vectors));
    }
    // c and start have moved to the end of the row.
    f.increment(a, i32.mul(blockRows, aStride));
    f.increment(c, i32.sub(i32.mul(blockRows, cStride), rowBytes));
    f.increment(start, i32.sub(i32.mul(blockRows, startStride), rowBytes));
    f.set(rows, i32.sub(rows, blockRows));
    f.branchIf(nextBlock, rows);
  });
}

/** Where a row of A begins, and where its row of C and of the start does, at the panel's first column. */
type Row = { readonly a: Address; readonly c: Address; readonly start: Address };

interface Tile {
  readonly kBytes: Address;
  readonly panel: Address;
  readonly panelVectors: number;
  /** The tile's first row. */
  readonly row: Row;
  readonly strides: Row;
  readonly rows: number;
  readonly vectors: number;
  /** First vector of the panel that the tile takes. */
  readonly at: number;
  /** Steps of k a turn of the loop. */
  readonly unrolling: number;
}

function emitTile(f: FunctionBuilder, tile: Tile): void {
  const { kBytes, panel, panelVectors, row, strides, rows, vectors, at, unrolling } = tile;
  const column = (j: number): number => (at + j) * VECTOR_BYTES;
  const sums = Array.from({ length: rows }, () => f.locals("v128", vectors));

  const pointer = f.let(row.start);
  sums.forEach((sumsOfRow, i) => {
    if (i > 0) f.increment(pointer, strides.start);
    for (const [j, sum] of sumsOfRow.entries()) f.set(sum, v128.load(pointer, column(j)));
  });

  const elements = [f.let(row.a)];
  while (elements.length < rows)
    elements.push(f.let(i32.add(elements[elements.length - 1], strides.a)));
  const [element] = elements;
  const weights = f.let(panel);
  const end = f.let(i32.add(element, kBytes));

  const step = (ahead: number): void => {
    const loads = sums[0].map((_, j) =>
      v128.load(weights, ahead * panelVectors * VECTOR_BYTES + column(j)),
    );
    // A single row uses each load once: no need of a local.
    const shared = rows > 1 ? loads.map((load) => f.let(load)) : [];
    sums.forEach((sumsOfRow, i) => {
      const splat = f.let(v128.load32_splat(elements[i], 4 * ahead));
      for (const [j, sum] of sumsOfRow.entries()) {
        f.set(sum, f32x4.add(sum, f32x4.mul(splat, shared[j] ?? loads[j])));
      }
      f.release(splat);
    });
    f.release(...shared);
  };
  const steps = (count: number): void => {
    for (let ahead = 0; ahead < count; ahead++) step(ahead);
    f.increment(weights, count * panelVectors * VECTOR_BYTES);
    for (const address of elements) f.increment(address, 4 * count);
  };
  const whileBelow = (limit: Address, count: number): void =>
    f.if(i32.lt_u(element, limit), () => {
      f.loop((again) => {
        steps(count);
        f.branchIf(again, i32.lt_u(element, limit));
      });
    });
  if (unrolling > 1) {
    const last = f.let(i32.sub(end, 4 * (unrolling - 1)));
    whileBelow(last, unrolling);
    f.release(last);
  }
  whileBelow(end, 1);

  f.set(pointer, row.c);
  sums.forEach((sumsOfRow, i) => {
    if (i > 0) f.increment(pointer, strides.c);
    for (const [j, sum] of sumsOfRow.entries()) f.store(pointer, sum, column(j));
  });
  f.release(...sums.flat(), pointer, ...elements, weights, end);
}
