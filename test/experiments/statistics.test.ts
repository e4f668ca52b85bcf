import { describe, expect, it } from "vitest";
import {
  estimateText,
  meanInterval,
  standardDeviation,
  tQuantile,
  wilson,
} from "../../experiments/statistics.ts";

describe("Wilson's interval", () => {
  // Known from tables: R's prop.test(x, n, correct = FALSE).
  it.each([
    [0, 30, 0, 0.1135],
    [30, 30, 0.8865, 1],
    [15, 30, 0.3315, 0.6685],
    [8, 10, 0.4902, 0.9433],
  ])("of %i in %i is %f to %f", (successes, trials, low, high) => {
    const estimate = wilson(successes, trials);
    expect(estimate.value).toBe(successes / trials);
    expect(estimate.low).toBeCloseTo(low, 4);
    expect(estimate.high).toBeCloseTo(high, 4);
  });

  it("refuses more successes than trials", () => {
    expect(() => wilson(4, 3)).toThrow("wilson: expected 0 to trials successes, got 4 of 3");
  });
});

describe("Student's interval of a mean", () => {
  it("is that of the textbooks", () => {
    // 5.1 ± 2.77645 · 0.158114 / √5
    const { value, low, high } = meanInterval([4.9, 5.0, 5.1, 5.2, 5.3]);
    expect(value).toBeCloseTo(5.1, 12);
    expect(high - value).toBeCloseTo(0.19632, 5);
    expect(value - low).toBeCloseTo(0.19632, 5);
  });

  it("is unknown for one value", () => {
    expect(meanInterval([3])).toEqual({ value: 3, low: Number.NaN, high: Number.NaN });
  });

  // From tables of the distribution.
  it.each([
    [1, 12.7062],
    [10, 2.22814],
    [11, 2.20099],
    [20, 2.08596],
    [30, 2.04227],
    [120, 1.97993],
  ])("takes for %i degrees of freedom %f deviations", (freedom, quantile) => {
    // The expansion is exact to 2e-4 where it begins, at 11.
    expect(Math.abs(tQuantile(freedom) - quantile)).toBeLessThan(2e-4);
  });
});

it("the standard deviation is a sample's", () => {
  expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.13809, 5);
});

it("an estimate shows its interval where there is one", () => {
  expect(estimateText({ value: 0.5, low: 0.25, high: 0.75 })).toBe("0.500 [0.250, 0.750]");
  expect(estimateText({ value: 0.5, low: Number.NaN, high: Number.NaN })).toBe("0.500");
});
