/** Kernels that move rectangles of numbers: copied as they are, or transposed. Both make the packed copies of matrix products. */
import type { FunctionBuilder, Local } from "./assembler.ts";
import type { KernelFunction, PlanContext } from "./compile.ts";
import { f32, i32, shuffleLanes, v128 } from "./instructions.ts";

type Address = Local<"i32">;

/** from, its stride, rows, columns, to, its stride: addresses and strides in bytes. */
const PARAMETERS = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;
export type BlockFunction = KernelFunction<typeof PARAMETERS, null>;

const VECTOR_BYTES = 16;
const WIDE_VECTORS = 8;

/** to[r][c] = from[r][c]. Columns are a multiple of 4. */
export function copyBlock(context: PlanContext) {
  return context.kernel("copyBlock", PARAMETERS, null, emitCopyBlock);
}

/** to[c][r] = from[r][c]. */
export function transposeBlock(context: PlanContext) {
  return context.kernel("transposeBlock", PARAMETERS, null, emitTransposeBlock);
}

function emitCopyBlock(
  f: FunctionBuilder,
  from: Address,
  fromStride: Address,
  rows: Address,
  columns: Address,
  to: Address,
  toStride: Address,
): void {
  const end = f.let(i32.add(from, i32.mul(rows, fromStride)));
  const columnBytes = f.let(i32.shl(columns, 2));
  const column = f.local("i32");
  f.forLoop(from, from, end, fromStride, () => {
    f.set(column, i32.const(0));
    // A whole panel at a time, then vectors.
    for (const vectors of [WIDE_VECTORS, 1]) {
      const width = vectors * VECTOR_BYTES;
      f.block((done) => {
        f.loop((again) => {
          f.branchIf(done, i32.gt_u(i32.add(column, width), columnBytes));
          const source = f.let(i32.add(from, column));
          const target = f.let(i32.add(to, column));
          for (let at = 0; at < width; at += VECTOR_BYTES)
            f.store(target, v128.load(source, at), at);
          f.release(source, target);
          f.increment(column, width);
          f.branch(again);
        });
      });
    }
    f.increment(to, toStride);
  });
}

function emitTransposeBlock(
  f: FunctionBuilder,
  from: Address,
  fromStride: Address,
  rows: Address,
  columns: Address,
  to: Address,
  toStride: Address,
): void {
  const fullRows = f.let(i32.and(rows, ~3));
  const fullColumns = f.let(i32.and(columns, ~3));
  const row = f.local("i32");
  const column = f.local("i32");
  const source = f.local("i32");
  const target = f.local("i32");

  /** Row r, column c of `from`; row c, column r of `to`. */
  const aim = (): void => {
    f.set(source, i32.add(i32.add(from, i32.mul(row, fromStride)), i32.shl(column, 2)));
    f.set(target, i32.add(i32.add(to, i32.mul(column, toStride)), i32.shl(row, 2)));
  };
  f.forLoop(row, 0, fullRows, 4, () => {
    f.forLoop(column, 0, fullColumns, 4, () => {
      aim();
      const lines = [0, 1, 2, 3].map((i) => {
        if (i > 0) f.increment(source, fromStride);
        return f.let(v128.load(source));
      });
      for (const [i, line] of transposed(f, lines).entries()) {
        if (i > 0) f.increment(target, toStride);
        f.store(target, line);
        f.release(line);
      }
      f.release(...lines);
    });
  });
  const one = (): void => {
    aim();
    f.store(target, f32.load(source));
  };
  // What the squares of 4 × 4 leave over: columns on the right of all rows, then the last rows.
  f.forLoop(row, 0, rows, 1, () => f.forLoop(column, fullColumns, columns, 1, one));
  f.forLoop(row, fullRows, rows, 1, () => f.forLoop(column, 0, fullColumns, 1, one));
}

/** Four vectors as columns: pairs are interleaved, then pairs of pairs. */
function transposed(f: FunctionBuilder, [a, b, c, d]: readonly Local<"v128">[]): Local<"v128">[] {
  const low = f.let(shuffleLanes(a, b, [0, 4, 1, 5]));
  const high = f.let(shuffleLanes(a, b, [2, 6, 3, 7]));
  const low2 = f.let(shuffleLanes(c, d, [0, 4, 1, 5]));
  const high2 = f.let(shuffleLanes(c, d, [2, 6, 3, 7]));
  const columns = [
    f.let(shuffleLanes(low, low2, [0, 1, 4, 5])),
    f.let(shuffleLanes(low, low2, [2, 3, 6, 7])),
    f.let(shuffleLanes(high, high2, [0, 1, 4, 5])),
    f.let(shuffleLanes(high, high2, [2, 3, 6, 7])),
  ];
  f.release(low, high, low2, high2);
  return columns;
}
