import { describe, expect, it } from "vitest";
import { histogram } from "../../src/inspect/histogram.ts";
import { signalByHand } from "./signalsByHand.ts";

const gate = signalByHand([
  [0, 0.05, 0.25],
  [0.3, 0.5, 1],
  [0.74, 0.75, Number.NaN],
]);

describe("a histogram of a gate", () => {
  it("counts every step and unit alike, edges to the upper bin and the last edge to the last", () => {
    const { low, high, shares, nan } = histogram(gate, 4);
    expect([low, high]).toEqual([0, 1]);
    expect([...shares]).toEqual([2 / 8, 2 / 8, 2 / 8, 2 / 8]);
    expect(nan).toBeCloseTo(1 / 9, 15);
  });

  it("has twenty bins unless it is told otherwise, which add up to 1", () => {
    const { shares } = histogram(gate);
    expect(shares).toHaveLength(20);
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 15);
  });

  it.each([0, 1.5, Number.NaN])("refuses %s bins", (bins) => {
    expect(() => histogram(gate, bins)).toThrow("bins: expected a whole number of 1 or more");
  });
});

describe("a histogram of what is not bounded", () => {
  it("goes from the least to the greatest value", () => {
    const { low, high, shares } = histogram({ ...gate, range: null }, 2);
    expect([low, high]).toEqual([0, 1]);
    expect([...shares]).toEqual([4 / 8, 4 / 8]);
  });

  it("of one value alone, or of none, has no width", () => {
    const same = signalByHand([[2, 2]]);
    expect(histogram({ ...same, range: null }, 2)).toMatchObject({ low: 2, high: 2 });
    expect([...histogram({ ...same, range: null }, 2).shares]).toEqual([1, 0]);
    const none = signalByHand([[Number.NaN]]);
    expect([...histogram({ ...none, range: null }, 2).shares]).toEqual([0, 0]);
  });
});
