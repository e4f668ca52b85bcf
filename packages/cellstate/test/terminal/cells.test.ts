import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import {
  drawCells,
  type PicturedSignal,
  tellingUnits,
  unitsByFate,
} from "../../src/terminal/cells.ts";
import { displayWidth } from "../../src/terminal/text.ts";

const TOKENS = [
  "My",
  " name",
  " is",
  " Krish",
  ".",
  " My",
  " brother's",
  " name",
  " is",
  " Wish",
  ".",
];

function signal(
  name: string,
  range: PicturedSignal["range"],
  rows: readonly (readonly number[])[],
): PicturedSignal {
  return {
    name,
    caption: name === "f" ? "forget gate: how much of the memory to keep" : "memory cell",
    range,
    steps: rows[0].length,
    units: rows.length,
    at: (step, unit) => rows[unit][step],
  };
}

/** Unit 0 opens and shuts slowly, unit 1 drops everything where the second person comes, unit 2 never moves. */
const GATE = signal(
  "f",
  [0, 1],
  [
    [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    [1, 1, 1, 1, 1, 0, 0, 0.1, 0.1, 1, 1],
    [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
  ],
);
const MEMORY = signal("c", null, [
  [-2, -1.6, -1.2, -0.8, -0.4, 0, 0.4, 0.8, 1.2, 1.6, 2],
  [0, 0, 0, 1.5, 1.5, 0, 0, 0, 0, -1.5, -1.5],
  [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
]);
const PICTURE = { tokens: TOKENS, signals: [GATE, MEMORY], units: [0, 1, 2] };

describe("a picture of signals", () => {
  test("reads without colour: shades for gates, signs for signed values", () => {
    expect(drawCells(PICTURE, { width: 60, depth: 0 })).toMatchInlineSnapshot(`
      "                  b
                        r
                        o
                  K     t
              n   r     h n   W
              a   i     e a   i
            M m i s   M r m i s
            y e s h . y … e s h .
      f   0     ░░░░▒▒▒▒▓▓▓▓██████
          1 ██████████        ████
          2 ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒

      c   0 ≡≡≡≡==--      ∙∙++####
          1       ####        ≡≡≡≡
          2                       

      f     0   ░░▒▒▓▓██ 1
            forget gate: how much of the memory to keep
      c     −2 ≡≡==--  ∙∙++## 2
            memory cell"
    `);
  });

  test("takes one column a token where there is room for no more", () => {
    expect(drawCells(PICTURE, { width: 19, depth: 0 })).toMatchInlineSnapshot(`
      "            b
                  r
                  o
               K  t
             n r  hn W
             a i  ea i
            Mmis Mrmis
            yesh.y…esh.
      f   0   ░░▒▒▓▓███
          1 █████    ██
          2 ▒▒▒▒▒▒▒▒▒▒▒

      c   0 ≡≡=-   ∙+##
          1    ##    ≡≡
          2            

      f     0   ░░▒▒▓▓██ 1
            forget gate: how
            much of the memory
            to keep
      c     −2 ≡≡==--  ∙∙++## 2
            memory cell"
    `);
  });

  test("goes on below where the terminal is narrower still", () => {
    const lines = drawCells(PICTURE, { width: 13, depth: 0 }).split("\n");
    expect(lines.filter((line) => line.startsWith("f "))).toHaveLength(3);
  });

  test("shows the same cells in 256 colours, with words that are plain text", () => {
    const picture = drawCells(PICTURE, { width: 60, depth: 8 });
    expect(picture).toContain("\x1b[48;5;");
    expect(picture).not.toContain("\x1b[48;2;");
    const plain = stripVTControlCharacters(picture);
    expect(plain).toContain("forget gate: how much of the memory to keep");
    expect(plain).not.toContain("\x1b");
  });

  test("shows them in true colour where there is", () => {
    expect(drawCells(PICTURE, { width: 60, depth: 24 })).toContain("\x1b[48;2;42;10;82m");
  });

  test("ends the background in every line that has one", () => {
    for (const line of drawCells(PICTURE, { width: 60, depth: 24 }).split("\n")) {
      const last = Math.max(line.lastIndexOf("\x1b[48;"), 0);
      if (last > 0) expect(line.lastIndexOf("\x1b[49m")).toBeGreaterThan(last);
    }
  });

  test.each([120, 80, 40, 20, 12])("keeps within %d columns", (width) => {
    for (const depth of [0, 8, 24] as const) {
      for (const line of drawCells(PICTURE, { width, depth }).split("\n")) {
        // A legend is not cut below what it needs to be read.
        if (width >= 40) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
      }
    }
  });

  test("shows control codes, wide characters and spaces of a token in a column each", () => {
    const tokens = ["\x1b", "日", " ", "\n", "é"];
    const flat = signal("f", [0, 1], [[0, 0, 0, 0, 0]]);
    const [head] = drawCells(
      { tokens, signals: [flat], units: [0] },
      { width: 12, depth: 0 },
    ).split("\n");
    expect(head).toBe("      \u{fffd}▪␣⏎é");
  });
});

describe("the units worth showing", () => {
  test("are those whose gate changes most where the context does", () => {
    expect(tellingUnits(GATE, 1, 5)).toEqual([1]);
  });

  test("are those that vary most where no change is known", () => {
    expect(tellingUnits(GATE, 2, null).toSorted()).toEqual([0, 1]);
  });

  test("stand in the order of their change: opening ones first", () => {
    expect(tellingUnits(GATE, 3, 5)).toEqual([0, 2, 1]);
  });

  test("are all there are where fewer are there than asked for", () => {
    expect(tellingUnits(GATE, 10, 5)).toHaveLength(3);
  });
});

describe("units by what became of their memory", () => {
  const memory = signal("c", null, [
    [0, 2, 2, 2, 2, 2],
    [0, -3, -3, 0, 0, 0],
    [0, 0, 0, 0, 1, 1],
    [0, 1, 1, -1, -1, -1],
    [0, 0, 0, 0, 0, 0],
  ]);

  test("are told apart: kept, dropped, taken up", () => {
    const { units, groups } = unitsByFate(memory, 3, 2);
    expect(units).toEqual([0, 1, 2]);
    expect([...groups]).toEqual([
      [0, "kept"],
      [1, "dropped"],
      [2, "taken up"],
    ]);
  });

  test("are said at the end of the rows where each kind begins", () => {
    const { units, groups } = unitsByFate(memory, 3, 2);
    const tokens = ["a", "b", "c", "d", "e", "f"];
    const picture = { tokens, signals: [memory], units, groups, mark: { step: 3, text: "turn" } };
    expect(drawCells(picture, { width: 40, depth: 0 })).toMatchInlineSnapshot(`
      "            ▼ turn
            a b c d e f
      c   0   ++++++++++ kept
          1   ≡≡≡≡       dropped
          2         ∙∙∙∙ taken up

      c     −3 ≡≡==--  ∙∙++## 3
            memory cell"
    `);
  });
});
