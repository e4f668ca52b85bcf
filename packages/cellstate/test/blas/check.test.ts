import type { Gemm } from "@cellstate/core";
import { describe, expect, test } from "vitest";
import { checkGemm } from "../../src/blas/check.ts";
import { plainGemm } from "./support/library.ts";

/** Plain products with something wrong: `change` is given the right ones and the memory's numbers. */
function wrong(change: (right: Gemm, numbers: Float32Array) => Gemm): string | null {
  return checkGemm((memory) => change(plainGemm(memory), new Float32Array(memory.buffer)));
}

describe("the check", () => {
  test("passes plain products", () => {
    expect(checkGemm(plainGemm)).toBeNull();
  });

  test("says in which product which number is wrong", () => {
    const fault = wrong((right, numbers) => (ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
      right(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
      if (n === 5) numbers[c / 4 + ldc + 2] = 0.5;
    });
    expect(fault).toMatch(
      /^in \[3×7\]·\[7×5\] with beta 0, C\[1, 2\] is 0\.5000000, wanted -?\d\.\d+$/,
    );
  });

  test.each<[string, (right: Gemm, numbers: Float32Array) => Gemm]>([
    [
      "never transposes A",
      (right) =>
        (_, ...rest) =>
          right(false, ...rest),
    ],
    [
      "never transposes B",
      (right) =>
        (ta, _, ...rest) =>
          right(ta, false, ...rest),
    ],
    [
      "always adds to C, of which beta 0 makes nothing",
      (right) => (ta, tb, m, n, k, a, lda, b, ldb, _, c, ldc) =>
        right(ta, tb, m, n, k, a, lda, b, ldb, 1, c, ldc),
    ],
    [
      "never adds to C",
      (right) => (ta, tb, m, n, k, a, lda, b, ldb, _, c, ldc) =>
        right(ta, tb, m, n, k, a, lda, b, ldb, 0, c, ldc),
    ],
    [
      "takes A's width for its stride",
      (right) => (ta, tb, m, n, k, a, _, b, ldb, beta, c, ldc) =>
        right(ta, tb, m, n, k, a, ta ? m : k, b, ldb, beta, c, ldc),
    ],
    [
      "takes column-major for row-major",
      (right) => (ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc) =>
        right(!ta, !tb, m, n, k, a, lda, b, ldb, beta, c, ldc),
    ],
    [
      "leaves the last product of a long sum out",
      (right) => (ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc) =>
        right(ta, tb, m, n, k > 500 ? k - 1 : k, a, lda, b, ldb, beta, c, ldc),
    ],
  ])("finds a library that %s", (_, change) => {
    expect(wrong(change)).toMatch(/^in .* C\[\d+, \d+\] is \S+, wanted \S+$/);
  });

  test("finds a library that rounds what it multiplies to bfloat16", () => {
    const fault = wrong((right, numbers) => (ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
      const bits = new Uint32Array(numbers.buffer);
      const kept = bits.slice();
      const roundAll = (from: number, to: number) => {
        for (let at = from; at < to; at++) bits[at] = Number(bits[at]) & 0xffff_0000;
      };
      roundAll(0, c / 4);
      right(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
      bits.set(kept.subarray(0, c / 4));
    });
    expect(fault).toMatch(/ C\[0, 0\] is /);
  });

  test.each<[string, (c: number, m: number, ldc: number) => number]>([
    ["behind C", (c, m, ldc) => c + m * ldc],
    ["before C", (c) => c - 1],
    ["between two rows of C", (c, _, ldc) => c + ldc - 1],
  ])("finds a library that writes %s", (_, place) => {
    const fault = wrong((right, numbers) => (ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
      right(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
      numbers[place(c / 4, m, ldc)] = 0;
    });
    expect(fault).toMatch(/^in .*, it writes outside of C$/);
  });
});
