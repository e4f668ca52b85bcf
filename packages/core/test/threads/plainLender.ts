/** A library of one product, in plain TypeScript: what lent products are tested with where there is no BLAS. */
import type { GemmLender } from "../../src/engines/wasm/gemm.ts";

export const plainLender: GemmLender = {
  name: "plain loops",
  fewestRows: 1,
  source: "plain",
  bind({ buffer }) {
    const numbers = new Float32Array(buffer);
    return (transposeA, transposeB, m, n, k, a, aStride, b, bStride, beta, c, cStride) => {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let p = 0; p < k; p++) {
            const left = transposeA ? p * aStride + i : i * aStride + p;
            const right = transposeB ? j * bStride + p : p * bStride + j;
            sum += numbers[a / 4 + left] * numbers[b / 4 + right];
          }
          const at = c / 4 + i * cStride + j;
          numbers[at] = beta === 0 ? sum : numbers[at] + sum;
        }
      }
    };
  },
};
