import { describe, expect, it } from "vitest";
import { decayOf } from "../../src/inspect/decay.ts";

const decay = (norms: number[], precision: "float32" | "float64" = "float64") =>
  decayOf(Float64Array.from(norms), precision);

it("is the least squares line through the logarithms", () => {
  // Slopes by hand: log₂ of 1, 4, 2, 8 is 0, 2, 1, 3; Σ (d − 1.5)·y = 4, Σ (d − 1.5)² = 5.
  const { rate, verdict, span, memoryLength } = decay([1, 4, 2, 8]);
  expect(Math.abs(rate - 2 ** 0.8)).toBeLessThan(1e-14);
  expect([verdict, span, memoryLength]).toEqual(["exploding", { from: 0, to: 3 }, Infinity]);
});

it("has a memory length of 1 where each step leaves 1/e", () => {
  const { memoryLength } = decay([0, 1, 2, 3].map((d) => Math.exp(-d)));
  expect(Math.abs(memoryLength - 1)).toBeLessThan(1e-14);
});

it("begins at the first norm that is something", () => {
  expect(decay([0, 0, 4, 2, 1])).toMatchObject({ rate: 0.5, span: { from: 2, to: 4 } });
});

it("vanishes where norms end in nothing, whatever they were before", () => {
  expect(decay([1, 1, 1, 0, 0])).toMatchObject({
    rate: 1,
    verdict: "vanishing",
    span: { from: 0, to: 2 },
  });
  expect(decay([1, 0, 0])).toMatchObject({ rate: 0, verdict: "vanishing", memoryLength: 0 });
});

it("explodes where norms end in infinity", () => {
  const end = Number.POSITIVE_INFINITY;
  expect(decay([1, 2, 4, end])).toMatchObject({ verdict: "exploding", span: { from: 0, to: 2 } });
  expect(decay([end, end])).toMatchObject({ verdict: "exploding", span: null });
});

it("is unknown of norms that are no numbers, of a single norm, and of none", () => {
  expect(decay([1, 2, 4, Number.NaN])).toMatchObject({ rate: 2, verdict: "unknown" });
  expect(decay([1, 0.1, Number.NaN, 0])).toMatchObject({ verdict: "unknown" });
  for (const norms of [[3], [0, 3], [Number.NaN], [0, 0], []]) {
    expect(decay(norms)).toMatchObject({
      ...{ rate: Number.NaN, memoryLength: Number.NaN, verdict: "unknown" },
    });
  }
});

describe("the verdict", () => {
  const powers = (rate: number, steps: number) =>
    decay(Array.from({ length: steps + 1 }, (_, d) => rate ** d)).verdict;

  it("is what the rate comes to over the span: a tenth, or ten times", () => {
    // 0.1 ^ (1/50) = 0.9550, 0.1 ^ (1/200) = 0.9886; the inverses are 1.0471 and 1.0116.
    expect([0.95, 0.96, 1, 1.04, 1.05].map((rate) => powers(rate, 50))).toEqual([
      ...["vanishing", "carried", "carried", "carried", "exploding"],
    ]);
    expect([0.98, 0.99, 1, 1.01, 1.02].map((rate) => powers(rate, 200))).toEqual([
      ...["vanishing", "carried", "carried", "carried", "exploding"],
    ]);
  });

  it("of a short span is what the rate would come to over ten steps", () => {
    // 0.1 ^ (1/10) = 0.7943, whose inverse is 1.2589.
    for (const steps of [1, 3, 10]) {
      expect([0.7, 0.79, 0.8, 1.25, 1.26].map((rate) => powers(rate, steps))).toEqual([
        ...["vanishing", "vanishing", "carried", "carried", "exploding"],
      ]);
    }
    expect(powers(0.7, 14)).toBe("vanishing");
  });
});

it("leaves out what float32 has lost the digits of", () => {
  const norms = Array.from({ length: 20 }, (_, d) => 10 ** (-2 * d - 3));
  expect(decay(norms, "float32").span).toEqual({ from: 0, to: 16 });
  expect(decay(norms, "float64").span).toEqual({ from: 0, to: 19 });
});
