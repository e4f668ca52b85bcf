import { describe, expect, it } from "vitest";
import { wilson } from "../../experiments/shapes/dates.ts";
import {
  alignmentOf,
  chanceOf,
  heatMap,
  partsOf,
} from "../../experiments/shapes/datesAlignment.ts";
import { type Forecasts, judge } from "../../experiments/shapes/forecastingScores.ts";
import { sentencesOf } from "../../experiments/shapes/translation.ts";
import type { Transduced } from "../../packages/core/src/index.ts";

describe("the parts of a written date", () => {
  const found = (input: string): string[] | undefined => {
    const parts = partsOf(input);
    return parts
      ? [parts.year, parts.month, parts.day].map(([from, to]) => input.slice(from, to))
      : undefined;
  };

  it.each([
    ["february 1 2023", ["2023", "february", "1"]],
    ["21 January 1974", ["1974", "January", "21"]],
    ["Saturday, 21 August 1976", ["1976", "August", "21"]],
    ["19DEC1980", ["1980", "DEC", "19"]],
    ["7/22/94", ["94", "7", "22"]],
    ["2.8.1989", ["1989", "8", "2"]],
    ["14-07-2008", ["2008", "07", "14"]],
    ["19670430", ["1967", "04", "30"]],
  ])("are found in %s", (input, parts) => {
    expect(found(input)).toEqual(parts);
  });

  it("are not guessed in what is no date", () => {
    expect(partsOf("tomorrow")).toBeNull();
  });
});

/** Each character of the answer looks at one of the input, and a quarter at the end. */
function looking(source: string, target: string, at: readonly number[]): Transduced {
  const names = [...source, "<end>"];
  const weights = new Float32Array(at.length * names.length);
  for (const [step, place] of at.entries()) {
    weights[step * names.length + place] += 0.75;
    weights[(step + 1) * names.length - 1] += 0.25;
  }
  const attention = { source: names, target: [...target, "<end>"], weights };
  return { text: target, probability: 1, attention };
}

describe("the alignment of a date", () => {
  //                                 20230102     2 0 2 3 - 0 1 - 0 2 end
  const answer = looking("20230102", "2023-01-02", [0, 1, 2, 3, 8, 4, 5, 8, 1, 7, 8]);

  it("says of each digit whether it looks at what it comes from, and with how much weight", () => {
    const digits = alignmentOf("20230102", answer);
    expect(digits.map(({ part }) => part)).toEqual([
      ...["year", "year", "year", "year"],
      ...["month", "month", "day", "day"],
    ]);
    // The day's first digit looks at the year.
    const sevenOfEight = [true, true, true, true, true, true, false, true];
    expect(digits.map(({ largest }) => largest)).toEqual(sevenOfEight);
    expect(digits[0].weight).toBe(0.75);
    expect(digits[6].weight).toBe(0);
  });

  it("by chance is as large as the parts are", () => {
    // Of nine places, with the end: 4 for four digits, 2 for four.
    expect(chanceOf("20230102")).toBeCloseTo((4 * 4 + 4 * 2) / 8 / 9, 12);
  });

  it("is drawn as tenths of weight, a row a character", () => {
    const lines = heatMap("20230102", answer);
    expect(lines[0]).toBe("      20230102$");
    expect(lines[1]).toBe("  2   7.......2  year 2023");
    expect(lines[5]).toBe("  -   ........9");
    expect(lines).toHaveLength(12);
  });
});

it("no error among 2,000 leaves room for one in five hundred and more", () => {
  const { low, high } = wilson(new Array<boolean>(2000).fill(true));
  // n / (n + z²)
  expect(low).toBeCloseTo(2000 / (2000 + 1.96 ** 2), 12);
  expect(high).toBe(1);
});

describe("forecasts", () => {
  const windows = 400;
  const each = (value: (window: number, step: number) => number): Float64Array =>
    Float64Array.from({ length: 2 * windows }, (_, i) => value(i >> 1, i & 1));
  const truth = each((window) => (window % 4 === 0 ? Number.NaN : 10));
  const forecasts: Forecasts = {
    horizon: 2,
    truth,
    // One off at the first step, three at the second.
    values: each((_, step) => (step === 0 ? 11 : 13)),
    persistence: each(() => 12),
    seasonal: each(() => 6),
    bands: [
      { level: 0.1, values: each(() => 9) },
      { level: 0.9, values: each((_, step) => (step === 0 ? 11 : 9.5)) },
    ],
  };

  it("are judged step by step, missing hours left out, beside the naive ones of the same hours", () => {
    const first = judge(forecasts, 0, 2);
    expect(first.hours).toBe(300);
    expect(first.rmse.value).toBe(1);
    expect(first.mase.value).toBe(0.5);
    expect(first.coverage.value).toBe(1);
    expect(first.persistence.rmse.value).toBe(2);
    expect(first.persistence.above.value).toBe(1);
    const second = judge(forecasts, 1, 2);
    expect(second.rmse.value).toBe(3);
    expect(second.coverage.value).toBe(0);
    // The truth lies 0.5 above the quantile 0.9.
    expect(second.pinball[1].loss.value).toBeCloseTo(0.45, 12);
    expect(second.persistence.above.value).toBe(-1);
  });

  it("are judged all steps together", () => {
    const all = judge(forecasts, "all", 2);
    expect(all.hours).toBe(600);
    expect(all.rmse.value).toBeCloseTo(Math.sqrt((1 + 9) / 2), 12);
    expect(all.coverage.value).toBe(0.5);
  });
});

it("an English sentence is judged once, by all its translations, in the seed's order", () => {
  const pairs = {
    inputs: ["Run!", "Go.", "Run!", "Hi."],
    targets: ["Cours !", "Va !", "File !", "Salut."],
  };
  const { sentences, references } = sentencesOf(pairs);
  expect([...sentences].sort()).toEqual(["Go.", "Hi.", "Run!"]);
  expect(references[sentences.indexOf("Run!")]).toEqual(["Cours !", "File !"]);
  expect(sentencesOf(pairs).sentences).toEqual(sentences);
});
