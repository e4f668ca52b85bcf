/** How rows fit a narrow terminal. */
import { expect, test } from "vitest";
import { narrowed } from "../../src/shapes/writeRows.ts";

test.each([
  ["what fits stays", [10, 20, 11], [true, true, false], 60, [10, 20, 11]],
  [
    "texts give way to numbers, the widest first",
    [50, 40, 11],
    [true, true, false],
    60,
    [22, 23, 11],
  ],
  ["a text keeps eight columns, and numbers all of theirs", [50, 30], [true, false], 20, [8, 30]],
])("%s", (_, wanted, isText, width, widths) => {
  expect(narrowed(wanted, isText, width)).toEqual(widths);
});
