import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  coverageSums,
  errorSums,
  mase,
  meanOf,
  pinballSums,
  regressionScores,
  seasonalNaiveError,
} from "../../src/metrics/regression.ts";
import { total } from "../../src/metrics/sums.ts";

const TRUTH = [3, -0.5, 2, 7, 4.2];
const PREDICTED = [2.5, 0, 2, 8, 5];

const scores = (predicted: number[], truth: number[]) =>
  regressionScores(total(errorSums(predicted, truth)));

// Thousandths: squares of numbers near the smallest there are would vanish.
const number = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 1000);
const pairs = fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 50 });

describe("errors of predicted numbers", () => {
  // NumPy 1.24, from the definitions.
  it("are told as RMSE, MAE and R²", () => {
    const { count, missing, rmse, mae, r2 } = scores(PREDICTED, TRUTH);
    expect([count, missing]).toEqual([5, 0]);
    expect(rmse).toBeCloseTo(0.654217089351845, 14);
    expect(mae).toBeCloseTo(0.56, 14);
    expect(r2).toBeCloseTo(0.9300470711297071, 14);
  });

  it("skip and count truths that are missing, whatever was predicted there", () => {
    const truth = [3, NaN, -0.5, 2, NaN, 7, 4.2];
    const predicted = [2.5, 9, 0, 2, NaN, 8, 5];
    expect(scores(predicted, truth)).toEqual({ ...scores(PREDICTED, TRUTH), missing: 2 });
  });

  it("are added within each row", () => {
    const { count, width, values } = errorSums([1, 2, 3, 4], [0, 0, NaN, 2], 2);
    expect([count, width]).toEqual([2, 6]);
    // Known, missing, squared, absolute.
    expect(Array.from(values.subarray(0, 4))).toEqual([2, 0, 5, 3]);
    expect(Array.from(values.subarray(6, 10))).toEqual([1, 1, 4, 2]);
  });

  it("are unknown where no truth is known", () => {
    expect(scores([1], [NaN])).toEqual({ count: 0, missing: 1, rmse: NaN, mae: NaN, r2: NaN });
  });

  it("give R² of constant truths as 1 without error and 0 with", () => {
    expect(scores([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]).r2).toBe(1);
    expect(scores([0.1, 0.2, 0.1], [0.1, 0.1, 0.1]).r2).toBe(0);
  });

  it("give R² 0 to the mean of the truths, far from zero too", () => {
    const truth = [1e9 + 1, 1e9 + 2, 1e9 + 6];
    expect(scores([1e9 + 3, 1e9 + 3, 1e9 + 3], truth).r2).toBeCloseTo(0, 12);
  });

  it("do not depend on the order of examples, and MAE is at most RMSE", () => {
    fc.assert(
      fc.property(pairs, (found) => {
        const of = (list: [number, number][]) =>
          scores(
            list.map(([predicted]) => predicted),
            list.map(([, truth]) => truth),
          );
        const { rmse, mae } = of(found);
        const reversed = of(found.toReversed());
        // Sums in another order: 50 roundings of 2⁻⁵³ each.
        expect(Math.abs(reversed.rmse - rmse)).toBeLessThanOrEqual(1e-13 * rmse);
        expect(Math.abs(reversed.mae - mae)).toBeLessThanOrEqual(1e-13 * mae);
        expect(mae).toBeLessThanOrEqual(rmse * (1 + 1e-13));
      }),
    );
  });

  it("are 0 and R² 1 for a perfect prediction", () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 50 }), (truth) => {
        const { rmse, mae, r2 } = scores(truth, truth);
        expect([rmse, mae, r2]).toEqual([0, 0, 1]);
      }),
    );
  });

  it("say what does not fit", () => {
    expect(() => errorSums([1], [1, 2])).toThrow(
      new RangeError("errorSums: 2 truths need as many predictions, got 1"),
    );
    expect(() => errorSums([1, 2, 3], [1, 2, 3], 2)).toThrow(
      new RangeError("errorSums: 3 numbers are no whole rows of 2"),
    );
    expect(() => errorSums([1, NaN], [1, 2])).toThrow(
      new RangeError("errorSums: prediction 1 is NaN where the truth is 2"),
    );
  });
});

describe("MASE", () => {
  it("measures in units of the season-old forecast's error in training", () => {
    const series = [1, 2, 3, 5, 2, 6];
    // |3−1|, |5−2|, |2−3|, |6−5|
    expect(seasonalNaiveError(series, 2)).toBe(7 / 4);
    expect(mase(3.5, series, 2)).toBe(2);
  });

  it("is 1 for the naive forecast of the training series itself", () => {
    const series = [4, 1, 7, 7, 2];
    const { mae } = scores(series.slice(0, -1), series.slice(1));
    expect(mase(mae, series, 1)).toBe(1);
  });

  it("skips steps that cannot be compared", () => {
    expect(seasonalNaiveError([1, NaN, 4, 6], 1)).toBe(2);
    expect(seasonalNaiveError([1, 2], 2)).toBe(NaN);
  });

  it("wants a season of whole steps", () => {
    expect(() => seasonalNaiveError([1, 2], 0)).toThrow(
      new RangeError("seasonalNaiveError: season is 0, wanted a positive integer"),
    );
  });
});

describe("predicted quantiles", () => {
  // NumPy 1.24, from the definition.
  it.each([
    [0.1, 0.424],
    [0.5, 0.28],
    [0.9, 0.136],
  ])("have the pinball loss at level %d", (level, loss) => {
    expect(meanOf(total(pinballSums(PREDICTED, TRUTH, level)))).toBeCloseTo(loss, 14);
  });

  it("have their least pinball loss at the quantile of the truths", () => {
    const truth = Array.from({ length: 101 }, (_, i) => i);
    const lossAt = (guess: number) =>
      meanOf(total(pinballSums(Array(101).fill(guess), truth, 0.8)));
    for (const other of [79, 81, 50, 100]) expect(lossAt(80)).toBeLessThan(lossAt(other));
  });

  it("cover the truths between them and on them", () => {
    const sums = total(coverageSums([0, 0, 0, 0, 0], [2, 2, 2, 2, 2], [0, 2, 1, 3, NaN]));
    expect(meanOf(sums)).toBe(3 / 4);
  });

  it("want a level within 0 and 1", () => {
    expect(() => pinballSums([1], [1], 1)).toThrow(
      new RangeError("pinballSums: level is 1, wanted above 0 and below 1"),
    );
  });
});
