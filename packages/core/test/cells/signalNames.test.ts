/** The names of signals are known to the type of a cell; `npm run typecheck` holds this file to it as much as the tests do. */
import { expect, expectTypeOf, test } from "vitest";
import type { Cell } from "../../src/cells/cell.ts";
import { defineCell } from "../../src/cells/defineCell.ts";

const cell = defineCell(`
  # h = a comment's = is none of ours
  b_f ~ 1
  m[0] = 1
  f = sigmoid(W_f·x[t] + b_f)     # f = forget
  \tkeep  = f * (
      m[t-1] +
      x[t])
  m [t] = keep
  h[t] = tanh(W·m[t])
`);

test("a literal's signals are its lines' names, in the type and in the value", () => {
  expectTypeOf(cell).toEqualTypeOf<Cell<"f" | "keep" | "m" | "h">>();
  expect(cell.signalNames).toEqual(["f", "keep", "m", "h"]);
});

test("a name that no line has does not compile", () => {
  // @ts-expect-error no line says what q is
  expect(cell.signalNames.includes("q")).toBe(false);
});

test("a text that is known only at run time has any names", () => {
  const text: string = ["h[t] = ", "tanh(W·x[t])"].join("");
  expectTypeOf(defineCell(text)).toEqualTypeOf<Cell<string>>();
});

test("Windows' line ends are no part of a name", () => {
  const windows = defineCell("f = sigmoid(W·x[t])\r\nh[t] = f * 2\r\n");
  expectTypeOf(windows).toEqualTypeOf<Cell<"f" | "h">>();
  expect(windows.signalNames).toEqual(["f", "h"]);
});

test("a cell with known names serves where any cell does", () => {
  const anyCell: Cell = cell;
  expect(anyCell.program).toBe(cell.program);
});
