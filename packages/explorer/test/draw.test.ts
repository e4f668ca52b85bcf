/** What pictures are made from, without a browser: pixels, what is in sight, lines, and where tokens stand. */
import { colourOf, type ScaleKind } from "cellstate/scales";
import { assert, double, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { type Cells, paintCells } from "../src/draw/bitmap.ts";
import type { ColourScale, Ground } from "../src/draw/colours.ts";
import { decadesOf, labelsOf, markedSteps, rangeOf } from "../src/draw/linesData.ts";
import { following, panned, reductionFor, wholeSight, zoomed } from "../src/draw/sight.ts";
import { lineOf, linesOf } from "../src/views/strip/layout.ts";

const signed: ColourScale = { kind: "signed", low: -1, high: 1 };
const log: ColourScale = { kind: "log", low: 1e-4, high: 1 };
const gate: ColourScale = { kind: "gate", low: 0, high: 1 };
const whole = ({ steps, units }: Cells) => ({ from: 0, to: steps, top: 0, bottom: units });

/** Of a pixel: red, green, blue, and how opaque it is. */
function parts(pixel: number): number[] {
  return [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255, pixel >>> 24];
}

describe("pixels", () => {
  test.each<[ScaleKind, ColourScale, Ground]>([
    ["gate", gate, "paper"],
    ["gate", gate, "screen"],
    ["signed", signed, "paper"],
    ["signed", signed, "screen"],
    ["log", log, "paper"],
  ])("of a %s scale have its colours to half a shade", (_, scale, ground) => {
    const values = Float32Array.from({ length: 60 }, (_, n) =>
      scale.kind === "log" ? 10 ** (-4 + n / 15) : scale.low + ((scale.high - scale.low) * n) / 59,
    );
    const cells = { values, steps: 20, units: 3, order: null };
    const pixels = paintCells(cells, whole(cells), scale, ground);
    for (let step = 0; step < 20; step++) {
      for (let unit = 0; unit < 3; unit++) {
        const [red, green, blue, opaque] = parts(pixels[unit * 20 + step]);
        const wanted = colourOf(scale, values[step * 3 + unit], ground);
        // 255 shades between the anchors: a colour's part moves by at most 2 within half of one.
        for (const [n, part] of [red, green, blue].entries()) {
          expect(Math.abs(part - wanted[n])).toBeLessThanOrEqual(2);
        }
        expect(opaque).toBe(255);
      }
    }
  });

  test("beyond the ends have the end's colour, and no number is transparent", () => {
    const values = Float32Array.from([-9, -1, 1, 9, Number.NaN, Number.POSITIVE_INFINITY]);
    const cells = { values, steps: 6, units: 1, order: null };
    const [under, low, high, over, none, endless] = paintCells(
      cells,
      whole(cells),
      signed,
      "paper",
    );
    expect(under).toBe(low);
    expect(over).toBe(high);
    expect(endless).toBe(high);
    expect(none).toBe(0);
  });

  test("stand in the order of the units that is given, in the window alone", () => {
    const values = Float32Array.from({ length: 12 }, (_, n) => n / 12);
    const all = paintCells(
      { values, steps: 4, units: 3, order: null },
      { from: 0, to: 4, top: 0, bottom: 3 },
      gate,
      "paper",
    );
    const order = Int32Array.from([2, 0, 1]);
    const part = paintCells(
      { values, steps: 4, units: 3, order },
      { from: 1, to: 3, top: 0, bottom: 2 },
      gate,
      "paper",
    );
    expect([...part]).toEqual([all[2 * 4 + 1], all[2 * 4 + 2], all[1], all[2]]);
  });

  test("that stand for several cells have the value largest by size; what is no number counts last", () => {
    const values = Float32Array.from([0.5, -0.9, 0.1, Number.NaN, 0.2, Number.NaN, Number.NaN]);
    const cells = { values, steps: 7, units: 1, order: null };
    const one = (value: number) => {
      const single = { values: Float32Array.of(value), steps: 1, units: 1, order: null };
      return paintCells(single, whole(single), signed, "paper")[0];
    };
    const pixels = paintCells(cells, whole(cells), signed, "paper", { steps: 2, rows: 1 });
    expect([...pixels]).toEqual([one(Math.fround(-0.9)), one(Math.fround(0.1)), one(0.2), 0]);
    const rows = { values: values.subarray(0, 3), steps: 1, units: 3, order: null };
    expect([...paintCells(rows, whole(rows), signed, "paper", { steps: 1, rows: 2 })]).toEqual([
      one(-0.9),
      one(0.1),
    ]);
  });
});

describe("what is in sight", () => {
  const there = { steps: 2000, rows: 512 };

  test("keeps under the pointer what is there while it is zoomed, and shows no more than there is", () => {
    const share = double({ min: 0, max: 1, noNaN: true });
    const moves = record({ factor: double({ min: 1, max: 8, noNaN: true }), x: share, y: share });
    assert(
      property(moves, moves, (first, second) => {
        const near = zoomed(wholeSight(there), first.factor, first.x, first.y, there);
        const nearer = zoomed(near, second.factor, second.x, second.y, there);
        const under = (sight: typeof near) => sight.from + second.x * (sight.to - sight.from);
        expect(under(nearer)).toBeCloseTo(under(near), 6);
        const far = zoomed(nearer, 1e-3, second.x, second.y, there);
        expect(far).toEqual(wholeSight(there));
        const away = panned(nearer, 1e6, -1e6, there);
        expect([away.to, away.top]).toEqual([there.steps, 0]);
        expect(away.to - away.from).toBeCloseTo(nearer.to - nearer.from, 6);
      }),
    );
  });

  test("follows the cursor just so far that its cell is whole", () => {
    const sight = { from: 100, to: 200, top: 10, bottom: 30 };
    expect(following(sight, 150, 20, there)).toBe(sight);
    expect(following(sight, 200, 9, there)).toEqual({ from: 101, to: 201, top: 9, bottom: 29 });
  });

  test("leaves no cell out: as many cells a pixel as are needed, and no more than twice that", () => {
    assert(
      property(integer({ min: 1, max: 20_000 }), integer({ min: 1, max: 3000 }), (steps, width) => {
        const { steps: each } = reductionFor(wholeSight({ steps, rows: 1 }), width, 1);
        expect(steps / each).toBeLessThanOrEqual(width);
        if (each > 1) expect(steps / (each / 2)).toBeGreaterThan(width);
      }),
    );
  });
});

describe("lines", () => {
  const line = (values: readonly number[]) => ({ name: "a", values, colour: "--ink" });

  test("have whole powers of ten for their ends where heights are logarithmic, over what can be drawn", () => {
    const series = [line([0, 0.003, Number.NaN, 40])];
    expect(rangeOf({ series, isLog: true })).toEqual([1e-3, 100]);
    expect(decadesOf([1e-3, 100], 3)).toEqual([0.01, 1, 100]);
    expect(rangeOf({ series: [line([Number.NaN])] })).toEqual([0, 1]);
  });

  test("have names that do not cover one another and stay inside", () => {
    const series = [line([5]), line([5.1]), line([0.1]), line([Number.NaN])];
    const labels = labelsOf({ series }, (value) => 100 - 10 * value, {
      top: 10,
      bottom: 100,
      line: 15,
    });
    expect(labels.map(({ series: index }) => index)).toEqual([1, 0, 2]);
    for (const [n, { at }] of labels.entries()) {
      expect(at).toBeLessThanOrEqual(100);
      if (n > 0) expect(at - labels[n - 1].at).toBeGreaterThanOrEqual(15);
    }
  });

  test("have markers at steps of their own", () => {
    const [first, second] = [0, 1].map((index) => markedSteps(500, 700, index, 2));
    expect(first.length).toBeGreaterThan(5);
    expect(first.filter((step) => second.includes(step))).toEqual([]);
    expect(Math.max(...first, ...second)).toBeLessThan(500);
  });
});

test("tokens fill a line until the next has no room, and a line break ends one", () => {
  const widths = [40, 40, 30, 10, 90, 20];
  const starts = linesOf(widths, (token) => token === 2, 100);
  expect(starts).toEqual([0, 2, 3, 5]);
  expect([0, 1, 2, 3, 4, 5].map((token) => lineOf(starts, token))).toEqual([0, 0, 1, 2, 2, 3]);
});
