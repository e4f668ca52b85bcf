/**
 * The check before a library's first product: small products with everything that can go wrong, against plain loops in
 * float64. A library that computes something else would otherwise be noticed by a model that does not learn, or never.
 */
import type { Gemm } from "@cellstate/core";

/**
 * [m, n, k]: single numbers, a row, a column, edges of every width of vector, and sums longer than the blocks in which
 * libraries cut them.
 */
const SHAPES = [
  [1, 1, 1],
  [3, 5, 7],
  [1, 67, 129],
  [41, 1, 33],
  [29, 70, 131],
  [6, 18, 517],
] as const;

/** Between rows, and before and behind every matrix: numbers that may not be read (A, B) or written (C). */
const GAP = 3;
const FENCE = 16;
/** A quiet NaN with a mark in it; whoever reads it spoils the result, whoever writes over it is noticed. */
const GUARD = 0x7fc0_5afe;

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  /** Of its first number. */
  readonly at: number;
}

/** @returns null where every product is right, else what the first wrong one was: `in [3×7]·[5×7]ᵀ with beta 0, C[0, 1] is …`. */
export function checkGemm(bind: (memory: WebAssembly.Memory) => Gemm): string | null {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const gemm = bind(memory);
  const numbers = new Float32Array(memory.buffer);
  const bits = new Uint32Array(memory.buffer);
  for (const [m, n, k] of SHAPES) {
    for (let variant = 0; variant < 8; variant++) {
      const beta = variant & 1 ? 1 : 0;
      const [ta, tb] = [(variant & 2) !== 0, (variant & 4) !== 0];
      const a = place(FENCE, ta ? k : m, ta ? m : k);
      const b = place(end(a), tb ? n : k, tb ? k : n);
      const c = place(end(b), m, n);
      bits.fill(GUARD);
      fill(numbers, a, 1);
      fill(numbers, b, 2);
      if (beta === 1) fill(numbers, c, 3);
      const before = bits.slice(0, end(c));
      const [atA, atB, atC] = [4 * a.at, 4 * b.at, 4 * c.at];
      gemm(ta, tb, m, n, k, atA, a.stride, atB, b.stride, beta, atC, c.stride);
      const fault = compare(numbers, new Float32Array(before.buffer), a, b, c, ta, tb, beta, k);
      const product = describe(ta, tb, m, n, k, beta);
      if (fault !== null) return `in ${product}, ${fault}`;
      if (strays(bits, before, c)) return `in ${product}, it writes outside of C`;
    }
  }
  return null;
}

function place(at: number, rows: number, columns: number): Matrix {
  return { rows, columns, stride: columns + GAP, at };
}

function end({ rows, stride, at }: Matrix): number {
  return at + rows * stride + FENCE;
}

/** In [-1, 1), the same every time, and no two neighbours alike. */
function fill(numbers: Float32Array, matrix: Matrix, seed: number): void {
  let x = Math.imul(seed, 0x9e37_79b9) >>> 0;
  for (let row = 0; row < matrix.rows; row++) {
    for (let column = 0; column < matrix.columns; column++) {
      x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
      numbers[matrix.at + row * matrix.stride + column] = x / 2 ** 31 - 1;
    }
  }
}

function compare(
  after: Float32Array,
  before: Float32Array,
  a: Matrix,
  b: Matrix,
  c: Matrix,
  ta: boolean,
  tb: boolean,
  beta: 0 | 1,
  k: number,
): string | null {
  const [aRow, aColumn] = ta ? [1, a.stride] : [a.stride, 1];
  const [bRow, bColumn] = tb ? [1, b.stride] : [b.stride, 1];
  for (let i = 0; i < c.rows; i++) {
    for (let j = 0; j < c.columns; j++) {
      const at = c.at + i * c.stride + j;
      let wanted = beta === 1 ? Number(before[at]) : 0;
      let size = Math.abs(wanted);
      for (let p = 0; p < k; p++) {
        const x = Number(before[a.at + i * aRow + p * aColumn]);
        const product = x * Number(before[b.at + p * bRow + j * bColumn]);
        wanted += product;
        size += Math.abs(product);
      }
      // The most that float32 can lose over k products and additions in any order, 2^-24 of the sum of sizes each, twice over.
      // bfloat16 or TensorFloat products, which some libraries can be told to take, lose 2^-9 or 2^-11 of each: too much.
      const tolerance = (k + 2) * 2 ** -23 * size;
      const got = Number(after[at]);
      if (!(Math.abs(got - wanted) <= tolerance)) {
        return `C[${i}, ${j}] is ${got.toPrecision(7)}, wanted ${wanted.toPrecision(7)}`;
      }
    }
  }
  return null;
}

/** Whether anything but C's own numbers has changed, from the memory's beginning to the fence behind C. */
function strays(after: Uint32Array, before: Uint32Array, c: Matrix): boolean {
  for (let at = 0; at < before.length; at++) {
    if (after[at] !== before[at] && !isIn(c, at)) return true;
  }
  return false;
}

function isIn({ rows, columns, stride, at: first }: Matrix, at: number): boolean {
  const row = Math.floor((at - first) / stride);
  return row >= 0 && row < rows && at - first - row * stride < columns;
}

function describe(ta: boolean, tb: boolean, m: number, n: number, k: number, beta: 0 | 1): string {
  const a = ta ? `[${k}×${m}]ᵀ` : `[${m}×${k}]`;
  const b = tb ? `[${n}×${k}]ᵀ` : `[${k}×${n}]`;
  return `${a}·${b} with beta ${beta}`;
}
