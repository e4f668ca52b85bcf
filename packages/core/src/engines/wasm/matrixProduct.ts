/** What a matrix product is asked for, whoever computes it, and how threads divide it: by columns, whole panels each. */
import type { Share } from "../engine.ts";
import { PANEL_COLUMNS } from "./productKernel.ts";

/** `count` consecutive numbers of a row, from `at` on; they meet the weights' rows (or columns) from `weights` on. */
export interface Stretch {
  readonly at: number;
  readonly weights: number;
  readonly count: number;
}

export interface PackedProductShape {
  /** What a row of A gives to the sum. */
  readonly inner: readonly Stretch[];
  /** What a row of C takes. Each begins at a multiple of 4, and its padding, zero in W, is written too. */
  readonly outer: readonly Stretch[];
  /** False: W is [inner, outer]. True: W is [outer, inner]. */
  readonly transposed: boolean;
}

/**
 * Offsets and strides in numbers. Rows of A and C are `aStride` and `cStride` apart. A share is of C's columns, all of them
 * unless given. No call takes memory.
 */
export interface PackedProduct {
  /** Makes a share of the packed copy. To be called when weights have changed. */
  pack(weights: number, weightsStride: number, share?: Share): void;
  /** C = A · W */
  multiply(
    a: number,
    aStride: number,
    rows: number,
    c: number,
    cStride: number,
    share?: Share,
  ): void;
  /** C = C + A · W */
  add(a: number, aStride: number, rows: number, c: number, cStride: number, share?: Share): void;
  /** C = the row at `start`, laid out like a row of C, + A · W: a bias. */
  addToRow(
    a: number,
    aStride: number,
    rows: number,
    c: number,
    cStride: number,
    start: number,
    share?: Share,
  ): void;
}

/** Several products with one B: what each A has a row, and how a row of B is cut (`weights` is the column in C). */
export interface RowSumShape {
  readonly inner: readonly number[];
  readonly outer: readonly Stretch[];
}

/** One of them: its A, and its C, which is overwritten or with `accumulate` added to. Offsets and strides in numbers. */
export interface RowSumTerm {
  readonly a: number;
  readonly aStride: number;
  readonly c: number;
  readonly cStride: number;
  readonly accumulate: boolean;
}

export interface RowSumProduct {
  /** C = Aᵀ · B, or C + Aᵀ · B, for each term; one a number in `inner`. */
  multiply(
    terms: readonly RowSumTerm[],
    rows: number,
    b: number,
    bStride: number,
    share?: Share,
  ): void;
}

/** The first of so many columns that is not of the shares before this one: whole panels, but at the end. */
export function columnsBefore(columns: number, index: number, count: number): number {
  if (index === 0) return 0;
  if (index === count) return columns;
  const panels = Math.ceil(columns / PANEL_COLUMNS);
  return Math.min(columns, Math.floor((panels * index) / count) * PANEL_COLUMNS);
}

/** Width of the panel that begins where so many columns, a multiple of 4, are left. */
export function panelWidth(columnsLeft: number): number {
  let width = PANEL_COLUMNS;
  while (width > columnsLeft) width /= 2;
  return width;
}
