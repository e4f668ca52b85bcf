import { expect, it } from "vitest";
import { decayOf } from "../../src/inspect/decay.ts";

const decay = (norms: number[], precision: "float32" | "float64" = "float64") =>
  decayOf(Float64Array.from(norms), precision);

it("is the least squares line through the logarithms", () => {
  // Slopes by hand: log₂ of 1, 4, 2, 8 is 0, 2, 1, 3; Σ (d − 1.5)·y = 4, Σ (d − 1.5)² = 5.
  const { rate, verdict, span, memoryLength } = decay([1, 4, 2, 8]);
  expect(Math.abs(rate - 2 ** 0.8)).toBeLessThan(1e-14);
  expect([verdict, span, memoryLength]).toEqual(["carried", { from: 0, to: 3 }, Infinity]);
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
  expect(decay([0, 0])).toMatchObject({ rate: Number.NaN, verdict: "vanishing", span: null });
});

it("explodes where norms end in infinity, or are no numbers any more", () => {
  for (const end of [Number.POSITIVE_INFINITY, Number.NaN]) {
    expect(decay([1, 2, 4, end])).toMatchObject({ verdict: "exploding", span: { from: 0, to: 2 } });
  }
});

it("leaves out what float32 has lost the digits of", () => {
  const norms = Array.from({ length: 20 }, (_, d) => 10 ** (-2 * d - 3));
  expect(decay(norms, "float32").span).toEqual({ from: 0, to: 16 });
  expect(decay(norms, "float64").span).toEqual({ from: 0, to: 19 });
});
