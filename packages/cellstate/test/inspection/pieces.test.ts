/** What the commands that look inside read and write beside pictures: selections, predicates, plots as text. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findCell } from "@cellstate/core";
import { describe, expect, test } from "vitest";
import { drawLogPlot } from "../../src/inspection/linePlotSvg.ts";
import { loadPredicate } from "../../src/inspection/loadPredicate.ts";
import { fitScale } from "../../src/inspection/scales.ts";
import { equationOf, parseSignals, parseUnits } from "../../src/inspection/selection.ts";
import { unitTextLines, unitTextSvg } from "../../src/inspection/unitText.ts";
import { drawCells } from "../../src/terminal/cells.ts";
import { logPlot } from "../../src/terminal/logPlot.ts";
import { displayWidth } from "../../src/terminal/text.ts";
import { inFolder } from "../support/command.ts";

describe("steps that are named by times", () => {
  test("show the ends of the times, by which they differ", () => {
    const tokens = ["2010-03-01 13:00", "2010-03-01 14:00"];
    const signal = { name: "h", caption: "", range: null, steps: 2, units: 1, at: () => 0 };
    const drawn = drawCells({ tokens, signals: [signal], units: [0] }, { width: 40, depth: 0 });
    const head = drawn.split("\n").slice(0, 8);
    expect(head.map((line) => line.padEnd(9).slice(6, 7)).join("")).toBe("…1 13:00");
    expect(head.map((line) => line.padEnd(9).slice(8, 9)).join("")).toBe("…1 14:00");
  });
});

describe("units", () => {
  test("are numbers and ranges", () => {
    expect(parseUnits("1,5-9, 7")).toEqual([1, 5, 6, 7, 8, 9]);
  });

  test.each(["", "x", "9-5", "1,,2", "-3", "1-99999999"])("%j is refused", (text) => {
    expect(() => parseUnits(text)).toThrow(
      /^--units .*: expected numbers and ranges from 0, such as 1,5-9$/,
    );
  });
});

test("signals are names between commas", () => {
  expect(parseSignals("f, c,f")).toEqual(["f", "c"]);
  expect(() => parseSignals("f,")).toThrow("--signal f,: expected names of signals, such as f,c");
});

test("a signal's equation is the line of the cell that gives it", () => {
  const lstm = findCell("lstm");
  expect(["f", "c", "h", "q"].map((name) => equationOf(lstm, name))).toEqual([
    ...["f = sigmoid(W_f·[h[t-1], x[t]] + b_f)", "c[t] = f * c[t-1] + i * g"],
    ...["h[t] = o * tanh(c[t])", null],
  ]);
});

describe("a predicate of one's own", () => {
  const load = (text: string, name = "mine.js") =>
    inFolder(async (folder) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return loadPredicate(path);
    });

  test("labels tokens", async () => {
    const vowels = await load("export default (tokens) => tokens.map((t) => 'aeiou'.includes(t));");
    expect(Array.from(vowels(["a", "b", "e"]))).toEqual([1, 0, 1]);
  });

  test.each([
    ["export default 3", /mine\.js: its default export is number; export default a function/],
    [
      "export const label = 3",
      /mine\.js: its default export is missing; export default a function/,
    ],
    ["export default (", /mine\.js: does not run: ./],
    ["throw new Error('no\\nway')", /mine\.js: does not run: Error: no$/],
  ])("%j is refused when it is loaded", async (text, message) => {
    await expect(load(text)).rejects.toThrow(message);
  });

  test.each([
    ["() => { throw new Error('oh\\nno'); }", /mine\.js: its function failed: Error: oh$/],
    ["async () => [1, 0]", /its function gave a promise; wanted 2, a number, true, false or NaN/],
    ["() => undefined", /its function gave undefined; wanted 2/],
    ["() => [1]", /its function gave 1 labels; wanted 2/],
    [
      "() => [1, 'x']",
      /its function gave "x" for token 1, "b"; wanted a number, true, false or NaN$/,
    ],
    ["() => [1, Infinity]", /its function gave Infinity for token 1/],
  ])("%s is refused when it is asked", async (text, message) => {
    const predicate = await load(`export default ${text};`);
    expect(() => predicate(["a", "b"])).toThrow(message);
  });

  test("has a name that is known, or of a file that is there", async () => {
    await expect(loadPredicate("quote")).rejects.toThrow(
      "--predicate quote: expected quotes, brackets, line-position or a file that ends in .js",
    );
    await expect(loadPredicate("nowhere.js")).rejects.toThrow(
      "nowhere.js: cannot read: no such file; check the name",
    );
  });
});

describe("a plot on a logarithmic axis", () => {
  const h = { sign: "h", name: "h", values: Array.from({ length: 21 }, (_, x) => 10 ** (-x / 5)) };
  const c = { sign: "c", name: "c", values: new Array<number>(21).fill(1) };

  test("has a sign a line, and one for where they meet", () => {
    expect(logPlot([h, c], "steps back", 40).join("\n")).toMatchInlineSnapshot(`
      "   1 │* cc c cc c cc c cc cc c cc c cc c
           │  hh
           │     h h
           │        h h
           │            hh
           │               h
           │                 hh
           │                    hh
           │                       h h
           │                          h h
           │                              hh
      1e-4 │                                 h
            0          steps back           20
      h: h   c: c   *: several"
    `);
  });

  test("is no wider than the terminal, and nothing where it would be too narrow", () => {
    for (const width of [30, 47, 200]) {
      const widest = Math.max(
        ...logPlot([h, c], "steps back from the loss", width).map(displayWidth),
      );
      expect(widest).toBeLessThanOrEqual(Math.min(width, 100));
    }
    expect(logPlot([h, c], "steps back", 20)).toEqual([]);
  });

  test("as SVG leaves out what has no place on it", () => {
    const line = { name: "h", values: [1, 0, Number.NaN, 1e-30, 0.1] };
    const svg = drawLogPlot([line], { x: 0, y: 0, width: 100, height: 100 }, "steps");
    expect(svg).toContain('d="M0 0M100 4.17"');
  });
});

describe("a text coloured by a unit", () => {
  const text = {
    tokens: ["a", "<", "\n", "b"],
    values: [1, -1, 0, 0.5],
    labels: [1, 0, 0, 1],
    fitted: fitScale([-1, 1], []),
  };

  test("has signs below each line where there is no colour", () => {
    expect(unitTextLines(text, 40, 0, 9)).toEqual(["  a<⏎", "  #≡", "  b", "  +"]);
  });

  test("as SVG escapes it and underlines what is labelled", () => {
    const svg = unitTextSvg("unit 3", ["score 0.9"], text);
    expect(svg).toContain("&lt;</text>");
    expect(svg.match(/stroke-width="1.5"/g)).toHaveLength(3);
  });
});
