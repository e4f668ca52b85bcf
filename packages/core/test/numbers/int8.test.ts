import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INT8_LARGEST, int8Scale, toInt8 } from "../../src/numbers/int8.ts";

const largestOf = (weights: readonly number[]): number =>
  weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0);

/** Weights of one row, with a common factor so that rows of any magnitude occur. */
const row = fc
  .tuple(
    fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }),
    fc.integer({ min: -140, max: 126 }),
  )
  .map(([weights, exponent]) => weights.map((weight) => Math.fround(weight * 2 ** exponent)));

describe("the int8 grid", () => {
  it("has its points exactly in float32", () => {
    fc.assert(
      fc.property(row, (weights) => {
        const scale = int8Scale(largestOf(weights));
        expect(Math.fround(scale)).toBe(scale);
        expect(weights.every((weight) => Math.abs(toInt8(weight, scale)) <= 127)).toBe(true);
        for (const q of [1, 3, 85, 127]) expect(Math.fround(q * scale)).toBe(q * scale);
      }),
    );
  });

  it("is the same grid for weights that lie on it", () => {
    fc.assert(
      fc.property(row, (weights) => {
        const scale = int8Scale(largestOf(weights));
        const rounded = weights.map((weight) => toInt8(weight, scale) * scale);
        const again = int8Scale(largestOf(rounded));
        // Where all weights vanished, any scale is as good.
        if (rounded.some((weight) => weight !== 0)) expect(again).toBe(scale);
        expect(rounded.map((weight) => toInt8(weight, again) * again)).toEqual(rounded);
      }),
      { numRuns: 500 },
    );
  });

  it("is at most half a step away, and a little for the scale's own rounding", () => {
    fc.assert(
      fc.property(row, (weights) => {
        const scale = int8Scale(largestOf(weights));
        // The scale has 17 bits: at 127 steps from zero a 2⁻¹⁰th of a step. Weights below 10⁻³⁵ are zeros.
        const tolerance = scale === 1 ? 2 ** -118 : scale * (0.5 + 2 ** -10);
        for (const weight of weights) {
          expect(Math.abs(toInt8(weight, scale) * scale - weight)).toBeLessThanOrEqual(tolerance);
        }
      }),
    );
  });

  it("reaches from −127 to 127", () => {
    const scale = int8Scale(0.3);
    expect([0.3, -0.3, 0].map((weight) => toInt8(weight, scale))).toEqual([127, -127, 0]);
    expect(INT8_LARGEST).toBe(127);
  });

  it("has the scale 1 for zeros, and NaN for what is not finite", () => {
    expect(int8Scale(0)).toBe(1);
    expect(int8Scale(Number.POSITIVE_INFINITY)).toBeNaN();
    expect(int8Scale(Number.NaN)).toBeNaN();
    expect(toInt8(1, Number.NaN)).toBe(0);
  });
});
