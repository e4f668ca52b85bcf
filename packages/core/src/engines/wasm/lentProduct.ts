/**
 * The same products as in `matmul.ts`, lent by the machine's own library (`gemm.ts`). Weights are read where they lie; a product
 * with transposed weights reads a transposed copy, since libraries are at their best where nothing is transposed (oneDNN 2.6:
 * 224 GFLOP/s for [64 × 512] · [512 × 2048], 144 for [64 × 2048] · [512 × 2048]ᵀ).
 */
import { type Share, WHOLE } from "../engine.ts";
import { padded } from "../layout.ts";
import { transposeBlock } from "./blockKernels.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";
import type { Gemm } from "./gemm.ts";
import {
  columnsBefore,
  type PackedProduct,
  type PackedProductShape,
  type RowSumProduct,
  type RowSumShape,
} from "./matrixProduct.ts";

/**
 * With few rows a matrix is read for little work, and kernels over packed panels are as fast as any library: oneDNN 2.6 reaches
 * 51 GFLOP/s for one row of 512 against [512 × 2048], they 43; for 25 rows of 128 it reaches 200, they 57.
 */
export const FEWEST_ROWS = 8;

function lentBy({ gemm }: Linked): Gemm {
  if (gemm) return gemm;
  throw new TypeError("a plan that lends products was linked without a library");
}

export function lentProduct(
  context: PlanContext,
  { inner, outer, transposed }: PackedProductShape,
): (linked: Linked) => PackedProduct {
  // A copy has a row for each of W's columns that is multiplied, as long as the columns of C that it feeds.
  const innerWidth = Math.max(...inner.map(({ weights, count }) => weights + count));
  const copyStride = Math.max(...outer.map(({ weights, count }) => weights + padded(count)));
  const copy = transposed ? context.scratch(innerWidth * copyStride) : 0;
  const transpose = transposed ? transposeBlock(context) : null;
  // Where the weights lie is known when they are packed, and then to all threads, whichever did it.
  const source = context.scratch(2);

  return (linked) => {
    const gemm = lentBy(linked);
    const runTranspose = transpose && linked.function(transpose);
    const { numbers, integers } = linked;

    const run = (
      a: number,
      aStride: number,
      rows: number,
      c: number,
      cStride: number,
      adds: boolean,
      { index, count: shares }: Share,
    ): void => {
      const weightsAt = integers[source];
      const stride = integers[source + 1];
      let beta: 0 | 1 = adds ? 1 : 0;
      for (const { at: aAt, weights: innerWeights, count: k } of inner) {
        for (const { at: cAt, weights: outerWeights, count } of outer) {
          // Weights in rows of their own have zeros for padding, a copy has too: C's padding stays zero.
          const columns = padded(count);
          const from = columnsBefore(columns, index, shares);
          const width = columnsBefore(columns, index + 1, shares) - from;
          if (width === 0) continue;
          gemm(
            false,
            false,
            rows,
            width,
            k,
            bytes(a + aAt),
            aStride,
            bytes(weightsAt + innerWeights * stride + outerWeights + from),
            stride,
            beta,
            bytes(c + cAt + from),
            cStride,
          );
        }
        beta = 1;
      }
    };
    return {
      pack(weights, weightsStride, { index, count: shares } = WHOLE) {
        integers[source] = runTranspose ? copy : weights;
        integers[source + 1] = runTranspose ? copyStride : weightsStride;
        if (!runTranspose) return;
        for (const { weights: innerWeights, count: k } of inner) {
          for (const { weights: outerWeights, count } of outer) {
            const columns = padded(count);
            const from = columnsBefore(columns, index, shares);
            const to = Math.min(count, columnsBefore(columns, index + 1, shares));
            if (to <= from) continue;
            runTranspose(
              bytes(weights + (outerWeights + from) * weightsStride + innerWeights),
              bytes(weightsStride),
              to - from,
              k,
              bytes(copy + innerWeights * copyStride + outerWeights + from),
              bytes(copyStride),
            );
          }
        }
      },
      multiply: (a, aStride, rows, c, cStride, share = WHOLE) =>
        run(a, aStride, rows, c, cStride, false, share),
      add: (a, aStride, rows, c, cStride, share = WHOLE) =>
        run(a, aStride, rows, c, cStride, true, share),
      addToRow(a, aStride, rows, c, cStride, start, share = WHOLE) {
        for (const { at, count } of outer) {
          const columns = padded(count);
          const from = at + columnsBefore(columns, share.index, share.count);
          const to = at + columnsBefore(columns, share.index + 1, share.count);
          for (let r = 0; r < rows; r++) {
            numbers.copyWithin(c + r * cStride + from, start + from, start + to);
          }
        }
        run(a, aStride, rows, c, cStride, true, share);
      },
    };
  };
}

export function lentRowSum(
  _: PlanContext,
  { inner, outer }: RowSumShape,
): (linked: Linked) => RowSumProduct {
  return (linked) => {
    const gemm = lentBy(linked);
    return {
      multiply(terms, rows, b, bStride, share = WHOLE) {
        for (const { at, weights, count } of outer) {
          const columns = padded(count);
          const from = columnsBefore(columns, share.index, share.count);
          const width = columnsBefore(columns, share.index + 1, share.count) - from;
          if (width === 0) continue;
          for (let t = 0; t < terms.length; t++) {
            const { a, aStride, c, cStride, accumulate } = terms[t];
            gemm(
              true,
              false,
              inner[t],
              width,
              rows,
              bytes(a),
              aStride,
              bytes(b + at + from),
              bStride,
              accumulate ? 1 : 0,
              bytes(c + weights + from),
              cStride,
            );
          }
        }
      },
    };
  };
}
