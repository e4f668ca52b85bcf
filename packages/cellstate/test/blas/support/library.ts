/** What the tests of `blas/` share: libraries that are here, and plain products to compare with. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Gemm } from "@cellstate/core";
import { describe } from "vitest";
import { findBlas, openBlas } from "../../../src/blas/index.ts";

/** A group for each library that this machine has. Where it has none, the group is skipped and its name says why. */
export function describeEachBlas(title: string, tests: (path: string, kind: string) => void): void {
  const libraries = findBlas().filter(({ fault }) => fault === null);
  if (libraries.length === 0) {
    const none = openBlas();
    const reason = none.lender === null ? none.reason : "none passes the check";
    describe.skip(`${title} (skipped: ${reason})`, () => tests("", ""));
  }
  for (const { name, path, kind } of libraries) {
    describe(`${title}: ${name}`, () => tests(path, kind));
  }
}

export const compiler = ["cc", "gcc", "clang"].find((name) => {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

/** Compiles a library from C into a new folder. @returns its path. */
export function compile(name: string, source: string): string {
  const folder = mkdtempSync(join(tmpdir(), "cellstate-blas-"));
  const library = join(folder, `${name}.${process.platform === "darwin" ? "dylib" : "so"}`);
  writeFileSync(join(folder, `${name}.c`), source);
  const args = ["-shared", "-fPIC", "-O1", "-o", library, join(folder, `${name}.c`)];
  execFileSync(compiler ?? "cc", args, { stdio: ["ignore", "ignore", "inherit"] });
  return library;
}

/** C = op(A)·op(B) + beta·C by three loops, summed in float64. */
export function plainGemm(memory: WebAssembly.Memory): Gemm {
  const numbers = new Float32Array(memory.buffer);
  return (ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const at = c / 4 + i * ldc + j;
        let sum = beta === 1 ? Number(numbers[at]) : 0;
        for (let p = 0; p < k; p++) {
          const x = Number(numbers[a / 4 + (ta ? p * lda + i : i * lda + p)]);
          sum += x * Number(numbers[b / 4 + (tb ? j * ldb + p : p * ldb + j)]);
        }
        numbers[at] = sum;
      }
    }
  };
}
