/** Real libraries, compiled here, each wrong in one way: a library is believed for what it computes. */
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openBlas } from "../../src/blas/index.ts";
import { loadKoffi } from "../../src/blas/koffi.ts";
import { compile, compiler } from "./support/library.ts";

/** CBLAS's row-major SGEMM by three loops, with places to spoil it. */
const cblas = (spoil: { before?: string; term?: string; after?: string }) => `
void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
                 const float *b, int ldb, float beta, float *c, int ldc) {
  int transA = ta == 112, transB = tb == 112;
  ${spoil.before ?? ""}
  for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) {
    double sum = beta == 0 ? 0 : beta * c[i * ldc + j];
    for (int p = 0; p < k; p++) {
      float x = transA ? a[p * lda + i] : a[i * lda + p], y = transB ? b[j * ldb + p] : b[p * ldb + j];
      sum += ${spoil.term ?? "alpha * x * y"};
    }
    c[i * ldc + j] = sum;
  }
  ${spoil.after ?? ""}
}`;

const missing = loadKoffi();
const reason =
  "missing" in missing
    ? missing.missing
    : process.platform === "win32" || compiler === undefined
      ? "there is no C compiler here"
      : null;
const suite = reason === null ? describe : describe.skip;

suite(`a library from a file${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  const folders: string[] = [];
  const library = (name: string, source: string) => {
    const path = compile(name, source);
    folders.push(dirname(path));
    return path;
  };
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  test("is lent when it computes what it should", () => {
    const path = library("libright", cblas({}));
    const opened = openBlas(path);
    expect(opened.passedOver).toEqual([]);
    expect(opened.lender?.source).toEqual({ library: path });
    expect(opened.lender?.name).toMatch(/^libright\./);
  });

  test.each([
    ["transposes neither operand", { before: "transA = transB = 0;" }],
    ["ignores beta", { before: "beta = 0;" }],
    ["reads C where beta is 0", { term: "alpha * x * y + beta * 0 + 0 * c[i * ldc + j]" }],
    ["has coarser products", { term: "(int)(x * y * 4096) / 4096.0" }],
  ])("is passed over when it %s", (_, spoil) => {
    const path = library("libwrong", cblas(spoil));
    const { lender, passedOver } = openBlas(path);
    expect(lender).toBeNull();
    expect(passedOver).toHaveLength(1);
    expect(passedOver[0]).toContain(`${path} is passed over: in [`);
    expect(passedOver[0]).toMatch(/ with beta [01], C\[\d+, \d+\] is \S+, wanted -?[\d.]+$/);
  });

  test("is passed over when it writes outside of C", () => {
    const path = library("libwide", cblas({ after: "c[n] = 0;" }));
    expect(openBlas(path).passedOver[0]).toMatch(/it writes outside of C$/);
  });

  test("is passed over when it has no product", () => {
    const path = library("libother", "int answer(void) { return 42; }");
    expect(openBlas(path).passedOver[0]).toBe(
      `${path} is passed over: it has neither dnnl_sgemm nor cblas_sgemm`,
    );
  });

  test("is passed over when oneDNN is built for threads that cannot be kept to one", () => {
    const path = library(
      "libdnnl",
      `static struct { int major, minor, patch; const char *hash; unsigned cpu, gpu; } v = { 3, 11, 2, "", 4, 0 };
       const void *dnnl_version(void) { return &v; }
       int dnnl_sgemm(void) { return 0; }`,
    );
    expect(openBlas(path).passedOver[0]).toContain(
      "it is built for TBB, SYCL or a thread pool, and cannot be kept to one thread",
    );
  });

  test("is passed over when oneDNN refuses a product", () => {
    const path = library(
      "libdnnl",
      `static struct { int major, minor, patch; const char *hash; unsigned cpu, gpu; } v = { 3, 11, 2, "", 1, 0 };
       const void *dnnl_version(void) { return &v; }
       int dnnl_sgemm(void) { return 3; }`,
    );
    expect(openBlas(path).passedOver[0]).toBe(
      `oneDNN 3.11.2 (${path}) is passed over: dnnl_sgemm returned status 3`,
    );
  });

  test("is passed over when OpenBLAS has 64-bit integers", () => {
    const config =
      'const char *openblas_get_config(void) { return "OpenBLAS 0.3.30 USE64BITINT"; }';
    const path = library("libopenblas64_", `${cblas({})}\n${config}`);
    expect(openBlas(path).passedOver[0]).toMatch(/it has 64-bit integers$/);
  });
});
