/**
 * Kernels over whole rows that a cell needs beside its products and stages: one-hot tokens pick and collect rows of weights
 * where vectors would be multiplied, and gradients of learned vectors are sums over rows.
 *
 * Rows have `width` numbers, whole vectors of four; strides are in numbers and part of the code. What sums over rows is
 * divided among threads by columns, like the products of gradients.
 */
import { type Share, WHOLE } from "../engine.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { bytes, type Kernel, type Linked, type PlanContext } from "./compile.ts";
import { f32, f32x4, i32, v128 } from "./instructions.ts";
import { columnsBefore } from "./matrixProduct.ts";

const NUMBER_BYTES = 4;
const VECTOR_BYTES = 16;

type Pointer = Local<"i32">;
type ThreeAddresses = readonly ["i32", "i32", "i32"];

export interface RowShape {
  readonly width: number;
  readonly toStride: number;
  readonly fromStride: number;
}

/** Calls `body` for each vector of so many bytes, four a turn; the body gets a byte offset and a constant to add to it. */
function forVectors(
  f: FunctionBuilder,
  bytesWide: Pointer,
  unit: Pointer,
  body: (unit: Pointer, constant: number) => void,
): void {
  const turn = 4 * VECTOR_BYTES;
  const whole = f.let(i32.and(bytesWide, ~(turn - 1)));
  f.forLoop(unit, 0, whole, turn, () => {
    for (let constant = 0; constant < turn; constant += VECTOR_BYTES) body(unit, constant);
  });
  f.forLoop(unit, whole, bytesWide, VECTOR_BYTES, () => body(unit, 0));
  f.release(whole);
}

/** Bytes from the table's beginning to the row of the token at this address. */
function tokenRow(token: Pointer, stride: number) {
  return i32.mul(i32.load(token), stride * NUMBER_BYTES);
}

/** Offsets in numbers; a share of the columns, all of them unless given. No call takes memory. */
export type GatherRows = (
  to: number,
  table: number,
  tokens: number,
  rows: number,
  share?: Share,
) => void;

/** to[r] = table[tokens[r]], or with `add` added to it. */
export function gatherRows(
  context: PlanContext,
  { width, toStride, fromStride }: RowShape,
  add: boolean,
): (linked: Linked) => GatherRows {
  const kernel = context.kernel(
    `gatherRows ${toStride} ${fromStride}${add ? " add" : ""}`,
    ["i32", "i32", "i32", "i32", "i32"],
    null,
    (f, to, table, token, rows, columnBytes) => {
      const from = f.local("i32");
      const unit = f.local("i32");
      f.forLoop(f.local("i32"), 0, rows, 1, () => {
        f.set(from, i32.add(table, tokenRow(token, fromStride)));
        forVectors(f, columnBytes, unit, (at, constant) => {
          const value = v128.load(i32.add(from, at), constant);
          const address = i32.add(to, at);
          const held = v128.load(address, constant);
          f.store(address, add ? f32x4.add(held, value) : value, constant);
        });
        f.increment(to, toStride * NUMBER_BYTES);
        f.increment(token, NUMBER_BYTES);
      });
    },
  );
  return (linked) => {
    const run = linked.function(kernel);
    return (to, table, tokens, rows, { index, count } = WHOLE) => {
      const first = columnsBefore(width, index, count);
      const columns = columnsBefore(width, index + 1, count) - first;
      if (columns > 0) {
        run(bytes(to + first), bytes(table + first), bytes(tokens), rows, bytes(columns));
      }
    };
  };
}

/** Offsets in numbers; rows of `from`, and what a share of the columns is. No call takes memory. */
export type ScatterRows = (
  table: number,
  tableRows: number,
  from: number,
  tokens: number,
  rows: number,
  share: Share,
) => void;

/** table = 0, then table[tokens[r]] += from[r], row after row. */
export function scatterRows(
  context: PlanContext,
  { width, toStride, fromStride }: RowShape,
): (linked: Linked) => ScatterRows {
  const kernel = context.kernel(
    `scatterRows ${toStride} ${fromStride}`,
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    null,
    (f, table, tableRows, from, token, rows, columnBytes) => {
      const to = f.let(table);
      f.forLoop(f.local("i32"), 0, tableRows, 1, () => {
        f.fillZero(to, columnBytes);
        f.increment(to, toStride * NUMBER_BYTES);
      });
      const unit = f.local("i32");
      f.forLoop(f.local("i32"), 0, rows, 1, () => {
        f.set(to, i32.add(table, tokenRow(token, toStride)));
        forVectors(f, columnBytes, unit, (at, constant) => {
          const address = i32.add(to, at);
          const value = v128.load(i32.add(from, at), constant);
          f.store(address, f32x4.add(v128.load(address, constant), value), constant);
        });
        f.increment(from, fromStride * NUMBER_BYTES);
        f.increment(token, NUMBER_BYTES);
      });
    },
  );
  return (linked) => {
    const run = linked.function(kernel);
    return (table, tableRows, from, tokens, rows, { index, count }) => {
      const first = columnsBefore(width, index, count);
      const columns = columnsBefore(width, index + 1, count) - first;
      if (columns === 0) return;
      run(
        bytes(table + first),
        tableRows,
        bytes(from + first),
        bytes(tokens),
        rows,
        bytes(columns),
      );
    };
  };
}

/** Offsets in numbers. */
export type SumRows = (to: number, from: number, rows: number, share: Share) => void;

/** to = Σ_r from[r], row after row. */
export function sumRows(
  context: PlanContext,
  { width, fromStride }: Omit<RowShape, "toStride">,
): (linked: Linked) => SumRows {
  const kernel = context.kernel(
    `sumRows ${fromStride}`,
    ["i32", "i32", "i32", "i32"],
    null,
    (f, to, from, rows, columnBytes) => {
      const rowBytes = fromStride * NUMBER_BYTES;
      const end = f.let(i32.add(from, i32.mul(rows, rowBytes)));
      const address = f.local("i32");
      const unit = f.local("i32");
      const columns = (count: number): void => {
        const totals = Array.from({ length: count }, () => f.let(f32x4.const(0)));
        f.forLoop(address, i32.add(from, unit), end, rowBytes, () => {
          totals.forEach((total, i) => {
            f.set(total, f32x4.add(total, v128.load(address, i * VECTOR_BYTES)));
          });
        });
        totals.forEach((total, i) => {
          f.store(i32.add(to, unit), total, i * VECTOR_BYTES);
        });
        f.release(...totals);
      };
      const block = 8 * VECTOR_BYTES;
      const whole = f.let(i32.and(columnBytes, ~(block - 1)));
      f.forLoop(unit, 0, whole, block, () => columns(8));
      f.forLoop(unit, whole, columnBytes, VECTOR_BYTES, () => columns(1));
    },
  );
  return (linked) => {
    const run = linked.function(kernel);
    return (to, from, rows, { index, count }) => {
      const first = columnsBefore(width, index, count);
      const columns = columnsBefore(width, index + 1, count) - first;
      if (columns > 0) run(bytes(to + first), bytes(from + first), rows, bytes(columns));
    };
  };
}

/** to[r] = the one-hot vector of tokens[r]: (to, tokens, rows). */
export function oneHotRows(context: PlanContext, stride: number): Kernel<ThreeAddresses, null> {
  const key = `oneHotRows ${stride}`;
  return context.kernel(key, ["i32", "i32", "i32"], null, (f, to, token, rows) => {
    const rowBytes = stride * NUMBER_BYTES;
    f.forLoop(f.local("i32"), 0, rows, 1, () => {
      f.fillZero(to, rowBytes);
      f.store(i32.add(to, i32.mul(i32.load(token), NUMBER_BYTES)), f32.const(1));
      f.increment(to, rowBytes);
      f.increment(token, NUMBER_BYTES);
    });
  });
}
