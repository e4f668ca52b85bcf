/**
 * A library's SGEMM as the wasm engine wants it: raw addresses in a WebAssembly memory, passed as plain numbers. koffi then
 * makes no object a call; what it adds is about a tenth of a microsecond.
 */
import type { Gemm, GemmLender } from "@cellstate/core";
import type { Koffi, Library } from "./koffi.ts";

/** How the library is called: oneDNN has an interface of its own, all others that of CBLAS. */
export type Convention = "dnnl" | "cblas";

/** Addresses and strides as `Gemm` has them, but from the beginning of the address space. */
export type Sgemm = Gemm;

const DNNL_SIGNATURE =
  "int dnnl_sgemm(char ta, char tb, int64_t m, int64_t n, int64_t k, float alpha, uintptr_t a, int64_t lda, " +
  "uintptr_t b, int64_t ldb, float beta, uintptr_t c, int64_t ldc)";
/** With 32-bit integers, which is what a library without `64` in its name takes. */
const CBLAS_SIGNATURE =
  "void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, uintptr_t a, int lda, " +
  "uintptr_t b, int ldb, float beta, uintptr_t c, int ldc)";

const N = "N".charCodeAt(0);
const T = "T".charCodeAt(0);
const ROW_MAJOR = 101;
const NO_TRANS = 111;
const TRANS = 112;

/** @throws Error if the library does not have the function. */
export function sgemmOf(library: Library, convention: Convention): Sgemm {
  if (convention === "dnnl") {
    const call = library.func(DNNL_SIGNATURE);
    return (ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
      const status = call(ta ? T : N, tb ? T : N, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
      if (status !== 0) throw new Error(`dnnl_sgemm returned status ${status}`);
    };
  }
  const call = library.func(CBLAS_SIGNATURE);
  return (ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
    const transA = ta ? TRANS : NO_TRANS;
    const transB = tb ? TRANS : NO_TRANS;
    call(ROW_MAJOR, transA, transB, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
  };
}

/**
 * @param memory Kept alive by the function that is returned.
 * @returns `sgemm` over the memory. It throws RangeError where an operand is not wholly within it: outside of the WebAssembly
 *   sandbox nothing else would.
 */
export function bindMemory(
  koffi: Koffi,
  sgemm: Sgemm,
  memory: Parameters<GemmLender["bind"]>[0],
): Gemm {
  const bytes = new Uint8Array(memory.buffer);
  const base = Number(koffi.address(bytes));
  // An address is more than V8 keeps in place: computed anew, each would be an object of 16 bytes a call. A plan has few.
  const pointers = new Map<number, number>();
  const pointerTo = (offset: number): number => {
    let pointer = pointers.get(offset);
    if (pointer === undefined) {
      pointer = base + offset;
      pointers.set(offset, pointer);
    }
    return pointer;
  };
  return (ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
    const aEnd = a + 4 * (ta ? (k - 1) * lda + m : (m - 1) * lda + k);
    const bEnd = b + 4 * (tb ? (n - 1) * ldb + k : (k - 1) * ldb + n);
    const cEnd = c + 4 * ((m - 1) * ldc + n);
    // A memory that is not shared detaches its bytes when it grows: their length is 0 then, and every product is refused.
    const size = bytes.length;
    if (!(a >= 0 && b >= 0 && c >= 0 && aEnd <= size && bEnd <= size && cEnd <= size)) {
      throw new RangeError(outside(size, { A: [a, aEnd], B: [b, bEnd], C: [c, cEnd] }));
    }
    sgemm(ta, tb, m, n, k, pointerTo(a), lda, pointerTo(b), ldb, beta, pointerTo(c), ldc);
  };
}

function outside(size: number, operands: Record<string, readonly [number, number]>): string {
  if (size === 0) return "a product over a memory that has grown; bind the memory again";
  const ranges = Object.entries(operands).map(([name, [from, to]]) => `${name} [${from}, ${to})`);
  return `a product outside of its memory of ${size} bytes: ${ranges.join(", ")}`;
}
