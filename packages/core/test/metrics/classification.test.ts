import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accuracy,
  classScores,
  confusionMatrix,
  LEAST_PROBABILITY,
  logLoss,
  macroF1,
} from "../../src/metrics/classification.ts";

// Ten examples of five classes, of which 3 is never predicted and 4 never occurs.
const TRUTH = [0, 0, 1, 2, 2, 2, 1, 0, 3, 2];
const PREDICTED = [0, 1, 1, 2, 0, 2, 1, 0, 2, 2];
const CLASSES = 5;

const pairs = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 60 });
const confusionOf = (found: [number, number][]) =>
  confusionMatrix(
    found.map(([truth]) => truth),
    found.map(([, predicted]) => predicted),
    CLASSES,
  );

describe("classification", () => {
  // Counted by hand; quotients checked with NumPy 1.24 from their definitions.
  it("counts true classes in rows and predicted ones in columns", () => {
    const { counts } = confusionMatrix(TRUTH, PREDICTED, CLASSES);
    expect(Array.from(counts)).toEqual([
      2, 1, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
    ]);
  });

  it("knows precision, recall and F1, and takes 0 / 0 for 0", () => {
    expect(classScores(confusionMatrix(TRUTH, PREDICTED, CLASSES))).toEqual([
      { precision: 2 / 3, recall: 2 / 3, f1: 2 / 3, support: 3, predicted: 3 },
      { precision: 2 / 3, recall: 1, f1: 0.8, support: 2, predicted: 3 },
      { precision: 0.75, recall: 0.75, f1: 0.75, support: 4, predicted: 4 },
      { precision: 0, recall: 0, f1: 0, support: 1, predicted: 0 },
      { precision: 0, recall: 0, f1: 0, support: 0, predicted: 0 },
    ]);
  });

  it("leaves a class that occurs nowhere out of macro-F1, but not one that is never predicted", () => {
    const confusion = confusionMatrix(TRUTH, PREDICTED, CLASSES);
    expect(macroF1(confusion)).toBeCloseTo(0.5541666666666667, 14);
    expect(accuracy(confusion)).toBe(0.7);
  });

  it("counts a sample's examples as often as they stand in it", () => {
    const { counts } = confusionMatrix([0, 1], [1, 1], 2, [0, 0, 1]);
    expect(Array.from(counts)).toEqual([0, 2, 0, 1]);
  });

  it("has no opinion without examples", () => {
    const none = confusionMatrix([], [], 3);
    expect([accuracy(none), macroF1(none), logLoss([], [], 3)]).toEqual([NaN, NaN, NaN]);
  });

  // NumPy: -mean(log([0.7, 0.8, 0.3, eps])), eps = 2⁻⁵².
  it("keeps the log loss of a certain error finite", () => {
    const probabilities = [0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4, 0.5, 0.5, 0];
    expect(LEAST_PROBABILITY).toBe(2 ** -52);
    expect(logLoss([0, 1, 1, 2], probabilities, 3)).toBeCloseTo(9.456861172174008, 13);
  });

  it("counts every example once, in any order", () => {
    fc.assert(
      fc.property(pairs, fc.integer(), (found, turn) => {
        const confusion = confusionOf(found);
        expect(confusion.counts.reduce((a, b) => a + b)).toBe(found.length);
        const at = Math.abs(turn) % found.length;
        const turned = confusionOf([...found.slice(at), ...found.slice(0, at)]);
        expect(turned.counts).toEqual(confusion.counts);
      }),
    );
  });

  it("gives 1 exactly when all is right, and stays within 0 and 1", () => {
    fc.assert(
      fc.property(pairs, (found) => {
        const right = found.every(([truth, predicted]) => truth === predicted);
        const confusion = confusionOf(found);
        for (const score of [accuracy(confusion), macroF1(confusion)]) {
          expect(score === 1).toBe(right);
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("says which example has which class that is none", () => {
    expect(() => confusionMatrix([0, 2], [0, 0], 2)).toThrow(
      new RangeError("confusionMatrix: truth of example 1 is 2, wanted 0 to 1"),
    );
    expect(() => confusionMatrix([0], [0.5], 2)).toThrow(
      new RangeError("confusionMatrix: prediction of example 0 is 0.5, wanted 0 to 1"),
    );
    expect(() => logLoss([0, 1], [1, 0], 2)).toThrow(
      new RangeError("logLoss: 2 true classes need as many predictions, got 1"),
    );
  });
});
