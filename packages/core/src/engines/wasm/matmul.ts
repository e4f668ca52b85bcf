/**
 * Matrix products over the kernel in `productKernel.ts`.
 *
 * `packedProduct`: C = start + A · W, or A · Wᵀ, with W packed once per `pack` and used many times.
 * `rowSumProduct`: C = start + Aᵀ · B, a sum over rows: the gradient of weights.
 *
 * Rows of A and C may be cut into stretches: a source whose weights feed pre-activations 0 and 2 of four writes two stretches
 * of a row and leaves the rest alone. Every element is summed in the order of k, whatever the number of rows in the call;
 * see the kernel for what that promises.
 *
 * Threads divide a product by columns of C, whole panels each.
 */
import { type Share, WHOLE } from "../engine.ts";
import { padded } from "../layout.ts";
import { type BlockFunction, copyBlock, transposeBlock } from "./blockKernels.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";
import {
  columnsBefore,
  type PackedProduct,
  type PackedProductShape,
  panelWidth,
  type RowSumProduct,
  type RowSumShape,
  type Stretch,
} from "./matrixProduct.ts";
import { emitProduct, PRODUCT_PARAMETERS } from "./productKernel.ts";

/** Longest stretch of k in one pass: half a panel of so many rows, 32 KiB, stays in the first-level cache. */
const BLOCK_INNER = 512;
/** Rows that `rowSumProduct` packs at a time. */
const BLOCK_ROWS = 128;

/** A block of k against one outer stretch: one call of the kernel. */
interface Segment {
  readonly first: boolean;
  readonly aAt: number;
  readonly k: number;
  readonly innerWeights: number;
  readonly cAt: number;
  readonly count: number;
  /** `count` with padding. */
  readonly columns: number;
  readonly outerWeights: number;
  /** Where its panels begin in the packed copy. */
  readonly packed: number;
}

function segmentsOf({ inner, outer }: PackedProductShape): Segment[] {
  const segments: Segment[] = [];
  let packed = 0;
  let first = true;
  for (const { at, weights, count } of inner) {
    const blocks = Math.ceil(count / BLOCK_INNER);
    const blockSize = Math.ceil(count / blocks);
    for (let from = 0; from < count; from += blockSize) {
      const k = Math.min(blockSize, count - from);
      for (const { at: cAt, weights: outerWeights, count: columns } of outer) {
        const innerWeights = weights + from;
        segments.push({
          first,
          aAt: at + from,
          k,
          innerWeights,
          cAt,
          count: columns,
          columns: padded(columns),
          outerWeights,
          packed,
        });
        packed += k * padded(columns);
      }
      first = false;
    }
  }
  return segments;
}

/** One row of zeros to start from, as long as a row of C is wide. */
function zeroRow(context: PlanContext, outer: readonly Stretch[]): number {
  return context.scratch(Math.max(...outer.map(({ at, count }) => at + padded(count))));
}

function productKernel(context: PlanContext) {
  return context.kernel("product", PRODUCT_PARAMETERS, null, emitProduct);
}

export function packedProduct(
  context: PlanContext,
  shape: PackedProductShape,
): (linked: Linked) => PackedProduct {
  const segments = segmentsOf(shape);
  const { k, count, packed: lastPacked } = segments[segments.length - 1];
  const packed = context.scratch(lastPacked + k * padded(count));
  const zeros = zeroRow(context, shape.outer);
  const product = productKernel(context);
  const move = shape.transposed ? transposeBlock(context) : copyBlock(context);
  const packSegment = shape.transposed ? packTransposed : packPlain;

  return (linked) => {
    const runProduct = linked.function(product);
    const runMove = linked.function(move);
    const run = (
      a: number,
      aStride: number,
      rows: number,
      c: number,
      cStride: number,
      start: number,
      startStride: number,
      { index, count }: Share,
    ): void => {
      for (let i = 0; i < segments.length; i++) {
        const s = segments[i];
        const from = columnsBefore(s.columns, index, count);
        const to = columnsBefore(s.columns, index + 1, count);
        if (to === from) continue;
        const begin = s.first ? start : c;
        runProduct(
          bytes(a + s.aAt),
          bytes(aStride),
          rows,
          s.k,
          bytes(packed + s.packed + s.k * from),
          bytes(c + s.cAt + from),
          bytes(cStride),
          to - from,
          bytes(begin + s.cAt + from),
          bytes(s.first ? startStride : cStride),
        );
      }
    };
    return {
      pack(weights, weightsStride, share = WHOLE) {
        for (let i = 0; i < segments.length; i++) {
          packSegment(runMove, segments[i], packed, weights, weightsStride, share);
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

function packPlain(
  copy: BlockFunction,
  { k, count, packed, innerWeights, outerWeights }: Segment,
  to: number,
  weights: number,
  stride: number,
  share: Share,
): void {
  const columns = padded(count);
  const end = columnsBefore(columns, share.index + 1, share.count);
  for (let at = columnsBefore(columns, share.index, share.count); at < end; ) {
    const width = panelWidth(columns - at);
    const from = weights + innerWeights * stride + outerWeights + at;
    copy(bytes(from), bytes(stride), k, width, bytes(to + packed + k * at), bytes(width));
    at += width;
  }
}

/** Padding of the last panel is never written: the scratch was zero at first. */
function packTransposed(
  transpose: BlockFunction,
  { k, count, packed, innerWeights, outerWeights }: Segment,
  to: number,
  weights: number,
  stride: number,
  share: Share,
): void {
  const columns = padded(count);
  const end = columnsBefore(columns, share.index + 1, share.count);
  for (let at = columnsBefore(columns, share.index, share.count); at < end; ) {
    const width = panelWidth(columns - at);
    const rows = Math.min(width, count - at);
    const from = weights + (outerWeights + at) * stride + innerWeights;
    transpose(bytes(from), bytes(stride), rows, k, bytes(to + packed + k * at), bytes(width));
    at += width;
  }
}

/** A block of rows of B is packed once for all terms. */
export function rowSumProduct(
  context: PlanContext,
  { inner, outer }: RowSumShape,
): (linked: Linked) => RowSumProduct {
  const packedSize = BLOCK_ROWS * outer.reduce((total, { count }) => total + padded(count), 0);
  context.temporary(packedSize + padded(Math.max(...inner) * BLOCK_ROWS));
  const widest = Math.max(...outer.map(({ count }) => padded(count)));
  const zeros = zeroRow(context, [{ at: 0, weights: 0, count: widest }]);
  const product = productKernel(context);
  const transpose = transposeBlock(context);
  const copy = copyBlock(context);

  return (linked) => {
    const runProduct = linked.function(product);
    const runTranspose = linked.function(transpose);
    const runCopy = linked.function(copy);
    const bPacked = linked.temporary;
    const aTransposed = linked.temporary + packedSize;

    /** @returns where the next stretch begins. */
    const packRows = (
      b: number,
      bStride: number,
      rows: number,
      columns: number,
      to: number,
    ): number => {
      for (let at = 0; at < columns; ) {
        const width = panelWidth(columns - at);
        runCopy(bytes(b + at), bytes(bStride), rows, width, bytes(to + rows * at), bytes(width));
        at += width;
      }
      return to + rows * columns;
    };
    return {
      multiply(terms, rows, b, bStride, { index, count: shares } = WHOLE) {
        const first = (stretch: Stretch) => columnsBefore(padded(stretch.count), index, shares);
        const end = (stretch: Stretch) => columnsBefore(padded(stretch.count), index + 1, shares);
        // No rows at all are a sum too: one block of none.
        for (let from = 0; from === 0 || from < rows; from += BLOCK_ROWS) {
          const count = Math.min(BLOCK_ROWS, rows - from);
          let packed = bPacked;
          for (const stretch of outer) {
            const begin = first(stretch);
            const source = b + from * bStride + stretch.at + begin;
            packed = packRows(source, bStride, count, end(stretch) - begin, packed);
          }
          for (let t = 0; t < terms.length; t++) {
            const { a, aStride, c, cStride, accumulate } = terms[t];
            const aBlock = bytes(a + from * aStride);
            const aRows = bytes(BLOCK_ROWS);
            runTranspose(aBlock, bytes(aStride), count, inner[t], bytes(aTransposed), aRows);
            const goesOn = accumulate || from > 0;
            packed = bPacked;
            for (const stretch of outer) {
              const columns = end(stretch) - first(stretch);
              if (columns === 0) continue;
              const target = bytes(c + stretch.weights + first(stretch));
              runProduct(
                bytes(aTransposed),
                aRows,
                inner[t],
                count,
                bytes(packed),
                target,
                bytes(cStride),
                columns,
                goesOn ? target : bytes(zeros),
                goesOn ? bytes(cStride) : 0,
              );
              packed += count * columns;
            }
          }
        }
      },
    };
  };
}
