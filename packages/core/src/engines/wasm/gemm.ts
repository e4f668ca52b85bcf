/**
 * Matrix products lent by the machine: what a BLAS calls SGEMM, over an engine's own memory. `core` knows no library; the
 * platform hands a lender in, and the wasm engine asks it instead of its own kernels.
 */

/**
 * C = op(A) · op(B) + beta · C, all row-major float32, addresses in bytes from the memory's beginning, leading dimensions in
 * numbers. op(A) is [m, k], op(B) [k, n], C [m, n]; op transposes where its flag is set. With beta 0 C is not read. m, n and k
 * are at least 1.
 */
export type Gemm = (
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  a: number,
  aStride: number,
  b: number,
  bStride: number,
  beta: 0 | 1,
  c: number,
  cStride: number,
) => void;

export interface GemmLender {
  /** The library and its version, `oneDNN 3.6.2`: results depend on it. */
  readonly name: string;
  /** Sequences side by side from which on the library is asked; with fewer, a plan keeps to kernels. @default 8 */
  readonly fewestRows?: number;
  /** Plain data from which the platform makes the same lender in another thread. */
  readonly source: unknown;
  /**
   * Products over this memory, to be called from this thread alone. A call takes no memory of JavaScript.
   *
   * @param memory A WebAssembly.Memory, of which the buffer is all that a lender needs; users' compilers without the DOM do
   *   not know that name.
   */
  bind(memory: { readonly buffer: ArrayBuffer | SharedArrayBuffer }): Gemm;
}
