import { describe, expect, it } from "vitest";
import { Sampler } from "../../src/models/sampling.ts";
import { uniform } from "../../src/numbers/random.ts";

/** Probabilities 0.1, 0.2, 0.3, 0.4. */
const logits = Float64Array.from([0.1, 0.2, 0.3, 0.4], Math.log);

/** How often each token comes in 100,000 draws, as shares. */
function shares(sampler: Sampler): number[] {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 100_000; i++) counts[sampler.draw(logits, uniform([7, 9], i))]++;
  return counts.map((count) => count / 100_000);
}

/** Four standard deviations of a share of one half in 100,000 draws. */
const tolerance = 4 * Math.sqrt(0.25 / 100_000);

function expectShares(found: number[], wanted: number[]): void {
  wanted.forEach((share, token) => {
    expect(Math.abs(found[token] - share)).toBeLessThan(tolerance);
  });
}

describe("Sampler", () => {
  it("draws tokens as often as the softmax says", () => {
    expectShares(shares(new Sampler(4)), [0.1, 0.2, 0.3, 0.4]);
  });

  it("sharpens with a low temperature: at one half, probabilities are squared", () => {
    const squares = [0.01, 0.04, 0.09, 0.16].map((square) => square / 0.3);
    expectShares(shares(new Sampler(4, { temperature: 0.5 })), squares);
  });

  it("takes the most likely token at temperature 0", () => {
    expect(shares(new Sampler(4, { temperature: 0 }))).toEqual([0, 0, 0, 1]);
  });

  it("keeps the k most likely", () => {
    expectShares(shares(new Sampler(4, { topK: 2 })), [0, 0, 3 / 7, 4 / 7]);
  });

  it("keeps the least set that reaches p", () => {
    expectShares(shares(new Sampler(4, { topP: 0.69 })), [0, 0, 3 / 7, 4 / 7]);
    expectShares(shares(new Sampler(4, { topP: 0.71 })), [0, 2 / 9, 3 / 9, 4 / 9]);
  });

  it.each([
    [{ temperature: -1 }, "temperature: expected a number of 0 or more, got -1"],
    [{ topK: 0 }, "topK: expected a whole number of 1 or more, got 0"],
    [{ topP: 0 }, "topP: expected a number above 0 and up to 1, got 0"],
  ])("refuses %o", (options, message) => {
    expect(() => new Sampler(4, options)).toThrow(message);
  });
});
