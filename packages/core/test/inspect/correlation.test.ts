import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areaUnderCurve, correlation } from "../../src/inspect/correlation.ts";

describe("correlation", () => {
  it("is Pearson's r", () => {
    // Means 2.75 and 3.25: Σ of products 10.25, of squares 8.75 and 14.75.
    expect(correlation([1, 2, 3, 5], [2, 1, 4, 6])).toBeCloseTo(
      10.25 / Math.sqrt(8.75 * 14.75),
      14,
    );
    expect(correlation([1, 2, 3], [-2, -4, -6])).toBe(-1);
  });

  it("leaves out pairs of which one is NaN", () => {
    expect(correlation([1, 9, 2, 3], [2, Number.NaN, 4, 6])).toBe(1);
    expect(correlation([1, Number.NaN, 2, 3], [2, 9, 4, 6])).toBe(1);
  });

  it("is NaN where one does not change, also where its mean is rounded", () => {
    expect(correlation([0.1, 0.1, 0.1], [1, 2, 3])).toBeNaN();
    expect(correlation([1, 2, 3], [0.3, 0.3, 0.3])).toBeNaN();
  });
});

describe("areaUnderCurve", () => {
  it("is the share of pairs in which the one labelled 1 is higher, ties half", () => {
    const value = fc.integer({ min: 0, max: 4 });
    const pair = fc.tuple(value, fc.constantFrom(0, 1, Number.NaN));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 20 }), (pairs) => {
        const of = (wanted: number) =>
          pairs.filter(([, label]) => label === wanted).map(([value]) => value);
        let sum = 0;
        for (const a of of(1)) for (const b of of(0)) sum += a > b ? 1 : a === b ? 0.5 : 0;
        const expected = sum / (of(1).length * of(0).length);
        const values = pairs.map(([value]) => value);
        const labels = pairs.map(([, label]) => label);
        const area = areaUnderCurve(values, labels);
        if (Number.isNaN(expected)) expect(area).toBeNaN();
        else expect(area).toBeCloseTo(expected, 12);
      }),
    );
  });
});
