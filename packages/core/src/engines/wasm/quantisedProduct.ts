/**
 * Matrix products with weights of 8 bits, computed in integers: the same interface as `packedProduct`.
 *
 * `pack` rounds weights to the grid of `numbers/int8.ts`, one scale a column of C. A call rounds its rows of A to 16 bits, each
 * stretch of at most 512 numbers with the scale that its largest needs, and multiplies those. What this costs: half a
 * step of the weights' grid, and of the rows 2⁻¹⁶ of their largest number.
 *
 * A row gives the same bits alone as among others. Each thread rounds the rows that it multiplies for itself.
 *
 * Few weights are packed in 16 bits, widened once; many in 8, since then memory is slower than widening.
 */
import { int8Scale, toInt8 } from "../../numbers/int8.ts";
import { type PlanSpec, type Share, WHOLE } from "../engine.ts";
import { padded } from "../layout.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";
import {
  columnsBefore,
  type PackedProduct,
  type PackedProductShape,
  panelWidth,
} from "./matrixProduct.ts";
import {
  emitQuantisedProduct,
  emitQuantiseRows,
  grouped,
  LONGEST_SUM,
  QUANTISE_PARAMETERS,
  QUANTISED_PRODUCT_PARAMETERS,
  quantisedRowBytes,
} from "./quantisedKernel.ts";

/** Rows of A that are rounded at a time. */
const BLOCK_ROWS = 32;
/** The most that a plan's weights may take in 16 bits. One row against six megabytes is a quarter faster so, against twelve slower. */
const WIDE_BYTES = 2 ** 23;

/** A stretch of k that is summed in integers. */
interface Block {
  readonly at: number;
  readonly weights: number;
  readonly k: number;
}

/** Columns of C that lie together. */
interface Columns {
  readonly at: number;
  readonly weights: number;
  readonly count: number;
  /** Their scales, in numbers; padding has the scale 0. */
  readonly scales: number;
  /** Of each block, in bytes from the beginning of the packed copy. */
  readonly packed: readonly number[];
}

/** Numbers of all matrices that the plan multiplies with. */
function countWeights({ operations }: PlanSpec): number {
  const matrices = operations.flatMap((operation) => {
    if (operation.kind === "cell") return operation.weights;
    return operation.kind === "linear" ? [operation.weight] : [];
  });
  return matrices.reduce((count, { rows, stride }) => count + rows * stride, 0);
}

function blocksOf(inner: PackedProductShape["inner"]): Block[] {
  return inner.flatMap(({ at, weights, count }) => {
    const size = grouped(Math.ceil(count / Math.ceil(count / LONGEST_SUM)));
    const blocks: Block[] = [];
    for (let from = 0; from < count; from += size) {
      blocks.push({ at: at + from, weights: weights + from, k: Math.min(size, count - from) });
    }
    return blocks;
  });
}

/** @param wide Whether weights are packed in 16 bits. The bits of the products are the same. @default where the plan has few */
export function quantisedProduct(
  context: PlanContext,
  { inner, outer, transposed }: PackedProductShape,
  wide: boolean = 2 * countWeights(context.plan) <= WIDE_BYTES,
): (linked: Linked) => PackedProduct {
  const blocks = blocksOf(inner);
  const weightBytes = wide ? 2 : 1;
  let packedBytes = 0;
  const stretches: readonly Columns[] = outer.map(({ at, weights, count }) => {
    const packed = blocks.map(({ k }) => {
      const begin = packedBytes;
      packedBytes += weightBytes * grouped(k) * padded(count);
      return begin;
    });
    return { at, weights, count, packed, scales: context.scratch(padded(count)) };
  });
  const packedAt = bytes(context.scratch(packedBytes / 4));
  const zeros = context.scratch(Math.max(...outer.map(({ at, count }) => at + padded(count))));
  const longest = Math.max(...blocks.map(({ k }) => k));
  context.temporary((BLOCK_ROWS * quantisedRowBytes(longest)) / 4);
  const quantise = context.kernel("quantiseRows", QUANTISE_PARAMETERS, null, emitQuantiseRows);
  const product = context.kernel(
    wide ? "quantisedProduct wide" : "quantisedProduct",
    QUANTISED_PRODUCT_PARAMETERS,
    null,
    (f, ...parameters) => emitQuantisedProduct(wide, f, ...parameters),
  );

  return (linked) => {
    const { numbers } = linked;
    const integers = wide ? new Int16Array(numbers.buffer) : new Int8Array(numbers.buffer);
    const runQuantise = linked.function(quantise);
    const runProduct = linked.function(product);
    const rounded = bytes(linked.temporary);

    /** Rows [first, first + rows), all of one block at a time: their integers stay in the first-level cache. */
    const multiplyRows = (
      a: number,
      aStride: number,
      rows: number,
      c: number,
      cStride: number,
      start: number,
      startStride: number,
      { index, count }: Share,
    ): void => {
      for (let i = 0; i < blocks.length; i++) {
        const { at, k } = blocks[i];
        runQuantise(bytes(a + at), bytes(aStride), rows, k, rounded);
        for (let j = 0; j < stretches.length; j++) {
          const { at: column, count: width, scales, packed } = stretches[j];
          const from = columnsBefore(padded(width), index, count);
          const to = columnsBefore(padded(width), index + 1, count);
          if (to === from) continue;
          const begin = i === 0 ? start : c;
          runProduct(
            rounded,
            rows,
            k,
            packedAt + packed[i] + weightBytes * grouped(k) * from,
            bytes(scales + from),
            bytes(c + column + from),
            bytes(cStride),
            to - from,
            bytes(begin + column + from),
            bytes(i === 0 ? startStride : cStride),
          );
        }
      }
    };
    const run = (
      a: number,
      aStride: number,
      rows: number,
      c: number,
      cStride: number,
      start: number,
      startStride: number,
      share: Share,
    ): void => {
      for (let row = 0; row < rows; row += BLOCK_ROWS) {
        const aRow = a + row * aStride;
        const cRow = c + row * cStride;
        const startRow = start + row * startStride;
        const count = Math.min(BLOCK_ROWS, rows - row);
        multiplyRows(aRow, aStride, count, cRow, cStride, startRow, startStride, share);
      }
    };

    return {
      pack(weights, weightsStride, share = WHOLE) {
        const alongK = transposed ? 1 : weightsStride;
        const alongN = transposed ? weightsStride : 1;
        for (let j = 0; j < stretches.length; j++) {
          const stretch = stretches[j];
          const end = columnsBefore(padded(stretch.count), share.index + 1, share.count);
          let at = columnsBefore(padded(stretch.count), share.index, share.count);
          while (at < end) {
            const width = panelWidth(padded(stretch.count) - at);
            const from = weights + (stretch.weights + at) * alongN;
            packPanel(
              numbers,
              integers,
              blocks,
              stretch,
              at,
              width,
              packedAt,
              from,
              alongK,
              alongN,
            );
            at += width;
          }
        }
      },
      multiply: (a, aStride, rows, c, cStride, share = WHOLE) =>
        run(a, aStride, rows, c, cStride, zeros, 0, share),
      add: (a, aStride, rows, c, cStride, share = WHOLE) =>
        run(a, aStride, rows, c, cStride, c, cStride, share),
      addToRow: (a, aStride, rows, c, cStride, start, share = WHOLE) =>
        run(a, aStride, rows, c, cStride, start, 0, share),
    };
  };
}

/** @param from Where the weights' row (or column) 0 has the panel's first column. */
function packPanel(
  numbers: Float32Array,
  integers: Int8Array | Int16Array,
  blocks: readonly Block[],
  { count, scales, packed }: Columns,
  at: number,
  width: number,
  packedAt: number,
  from: number,
  alongK: number,
  alongN: number,
): void {
  const columns = Math.min(width, count - at);
  const panelScales = scales + at;
  // First the largest magnitudes, in the scales' place.
  numbers.fill(0, panelScales, panelScales + columns);
  for (let i = 0; i < blocks.length; i++) {
    const { weights, k } = blocks[i];
    for (let row = 0; row < k; row++) {
      const w = from + (weights + row) * alongK;
      for (let n = 0; n < columns; n++) {
        const magnitude = Math.abs(numbers[w + n * alongN]);
        numbers[panelScales + n] = Math.max(numbers[panelScales + n], magnitude);
      }
    }
  }
  for (let n = 0; n < columns; n++) numbers[panelScales + n] = int8Scale(numbers[panelScales + n]);
  for (let i = 0; i < blocks.length; i++) {
    const { weights, k } = blocks[i];
    const panel = (packedAt + packed[i]) / integers.BYTES_PER_ELEMENT + grouped(k) * at;
    for (let row = 0; row < k; row++) {
      const w = from + (weights + row) * alongK;
      const pairs = panel + (row >> 1) * 2 * width + (row & 1);
      for (let n = 0; n < columns; n++) {
        integers[pairs + 2 * n] = toInt8(numbers[w + n * alongN], numbers[panelScales + n]);
      }
    }
  }
}
