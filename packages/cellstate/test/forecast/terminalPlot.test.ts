/** The plot of a forecast in the terminal: it fits, and can be read without colour. */
import { describe, expect, test } from "vitest";
import { type PlottedForecast, terminalPlot } from "../../src/forecast/terminalPlot.ts";
import { displayWidth } from "../../src/terminal/text.ts";

const HOUR = 3600;
const wave = (step: number): number => 50 + 20 * Math.sin((2 * Math.PI * step) / 12);
const steps = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i);

const FORECAST: PlottedForecast = {
  title: "load, 12 steps ahead",
  past: { times: steps(0, 24).map((step) => step * HOUR), values: steps(0, 24).map(wave) },
  times: steps(24, 12).map((step) => step * HOUR),
  values: steps(24, 12).map(wave),
  band: {
    share: 0.8,
    low: steps(24, 12).map((step) => wave(step) - 6),
    high: steps(24, 12).map((step) => wave(step) + 6),
  },
};

describe("a plot of 60 columns", () => {
  const lines = terminalPlot(FORECAST, 60);

  test("shows the past, the present and the band", () => {
    expect(lines.join("\n")).toMatchSnapshot();
  });

  test("is never wider than asked", () => {
    for (const width of [24, 40, 79, 200]) {
      for (const line of terminalPlot(FORECAST, width)) {
        expect(displayWidth(line)).toBeLessThanOrEqual(Math.min(100, width));
      }
    }
  });

  test("has no codes for colour", () => {
    expect(lines.join("")).not.toContain("\x1b");
  });
});

test("missing values leave gaps, and a single step or a constant is drawn", () => {
  const past = { times: [0, HOUR, 2 * HOUR], values: [5, Number.NaN, 5] };
  const one = terminalPlot({ ...FORECAST, past, times: [3 * HOUR], values: [5], band: null }, 40);
  expect(one.filter((line) => /[\u2801-\u28ff]/.test(line))).toHaveLength(1);
});

test("where there is no room, or nothing is known, there is no plot", () => {
  expect(terminalPlot(FORECAST, 20)).toEqual([]);
  const nothing = { times: [0], values: [Number.NaN] };
  const unknown = { ...FORECAST, past: nothing, values: [Number.NaN], times: [1], band: null };
  expect(terminalPlot(unknown, 60)).toEqual([]);
});
