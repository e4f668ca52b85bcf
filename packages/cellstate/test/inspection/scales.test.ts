/** What colour a number has: zero in the middle, ends that say what lies beyond them, lightness that goes one way. */
import { describe, expect, test } from "vitest";
import {
  colourAt,
  colourOf,
  fitDecades,
  fitScale,
  positionOf,
  type Rgb,
  shortNumber,
  ticksOf,
} from "../../src/inspection/scales.ts";

const lightness = ([red, green, blue]: Rgb): number => 0.3 * red + 0.59 * green + 0.11 * blue;
const positions = Array.from({ length: 21 }, (_, i) => i / 20);

describe("the colours", () => {
  test.each(["gate", "log"] as const)(
    "of a %s get darker all the way on paper, lighter on a screen",
    (kind) => {
      const paper = positions.map((position) => lightness(colourAt(kind, position, "paper")));
      const screen = positions.map((position) => lightness(colourAt(kind, position, "screen")));
      expect(paper).toEqual(paper.toSorted((a, b) => b - a));
      expect(screen).toEqual(screen.toSorted((a, b) => a - b));
    },
  );

  test("of signed values part at zero, which is neutral: the middle of paper is light, of a screen dark", () => {
    const scale = fitScale(null, [-2, 1]).scale;
    expect(colourOf(scale, 0, "paper")).toEqual([247, 247, 247]);
    expect(colourOf(scale, 0, "screen")).toEqual([38, 38, 42]);
    expect(colourOf(scale, -2, "paper")).toEqual([179, 88, 6]);
    expect(colourOf(scale, 2, "paper")).toEqual([33, 102, 172]);
  });

  test("of a number that is not there is the ground's", () => {
    expect(colourOf({ kind: "gate", low: 0, high: 1 }, Number.NaN, "paper")).toEqual([
      255, 255, 255,
    ]);
  });
});

describe("a scale", () => {
  test("of a gate is its range, whatever the values", () => {
    expect(fitScale([0, 1], [0.4, 0.5]).scale).toEqual({ kind: "gate", low: 0, high: 1 });
  });

  test("without a range is symmetric about zero, in two figures that are no smaller", () => {
    expect(fitScale(null, [-0.123, 0.05]).scale).toEqual({
      kind: "signed",
      low: -0.13,
      high: 0.13,
    });
    expect(fitScale(null, [0, 0]).scale).toEqual({ kind: "signed", low: -1, high: 1 });
  });

  test("leaves a few that lie far out beyond its ends, and counts them", () => {
    const values = Array.from({ length: 999 }, (_, i) => Math.sin(i));
    const fitted = fitScale(null, [...values, -50]);
    expect(fitted).toMatchObject({ clipped: 1, of: 1000, most: 50 });
    expect(fitted.scale).toEqual({ kind: "signed", low: -1, high: 1 });
    expect(positionOf(fitted.scale, -50)).toBe(0);
  });

  test("of gradients has whole decades; zero is not on it", () => {
    const { scale, clipped } = fitDecades([0.3, 2e-4, 0]);
    expect(scale).toEqual({ kind: "log", low: 1e-4, high: 1 });
    expect(clipped).toBe(0);
    expect(positionOf(scale, 0.01)).toBeCloseTo(0.5, 12);
    expect(ticksOf(scale).map(({ text }) => text)).toEqual(["1e-4", "1e-2", "1e0"]);
  });

  test("of gradients has twelve decades at the most, and counts what is below", () => {
    const { scale, clipped } = fitDecades([1, 1e-20, 1e-30]);
    expect([scale.low, scale.high, clipped]).toEqual([1e-12, 1, 2]);
  });
});

test("numbers are short, with a true minus", () => {
  expect([0, 1, -0.5, 12.345, 1234.5, 2e-7, -3e6].map(shortNumber)).toEqual([
    ...["0", "1", "−0.5", "12.3", "1235", "2e-7", "−3e6"],
  ]);
});
