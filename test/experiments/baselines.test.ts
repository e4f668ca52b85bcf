import { describe, expect, it } from "vitest";
import { countNgrams, ngramColumns } from "../../experiments/baselines/characterNgrams.ts";
import { chooseL2 } from "../../experiments/baselines/chooseL2.ts";
import { lbfgs } from "../../experiments/baselines/lbfgs.ts";
import {
  balancedWeights,
  fitLogisticRegression,
  predictClasses,
  probabilities,
} from "../../experiments/baselines/logisticRegression.ts";
import { nearestMean } from "../../experiments/baselines/nearestMean.ts";
import { chooseRows, sparseRows } from "../../experiments/baselines/sparseRows.ts";

describe("L-BFGS", () => {
  it("finds the minimum of a quadratic with scales a million apart", () => {
    const scales = [1, 1e3, 1e6, 10, 1e5, 1e2, 1e4];
    const x = new Float64Array(scales.length);
    const found = lbfgs(
      (at, gradient) => {
        let value = 0;
        for (const [i, scale] of scales.entries()) {
          gradient[i] = scale * (at[i] - i);
          value += (scale / 2) * (at[i] - i) ** 2;
        }
        return value;
      },
      x,
      { tolerance: 1e-7 },
    );
    expect(found.converged).toBe(true);
    // The gradient's bound over the smallest scale, 1.
    for (const [i, value] of x.entries()) expect(Math.abs(value - i)).toBeLessThan(1e-7);
  });

  it("follows Rosenbrock's curved valley to (1, 1)", () => {
    const x = Float64Array.of(-1.2, 1);
    const { converged, iterations } = lbfgs(
      ([a, b], gradient) => {
        gradient[0] = -400 * a * (b - a * a) - 2 * (1 - a);
        gradient[1] = 200 * (b - a * a);
        return 100 * (b - a * a) ** 2 + (1 - a) ** 2;
      },
      x,
      { tolerance: 1e-8 },
    );
    expect(converged).toBe(true);
    expect(iterations).toBeLessThan(100);
    // The Hessian's smallest eigenvalue there is 0.4.
    expect(Math.hypot(x[0] - 1, x[1] - 1)).toBeLessThan(1e-7);
  });

  it("says when it stopped before the minimum", () => {
    const x = Float64Array.of(-1.2, 1);
    const { converged, iterations } = lbfgs(
      ([a, b], gradient) => {
        gradient.set([4 * a ** 3, 4 * b ** 3]);
        return a ** 4 + b ** 4;
      },
      x,
      { iterations: 2 },
    );
    expect([converged, iterations]).toEqual([false, 2]);
  });
});

const ROWS = sparseRows(
  [
    [
      [0, 1],
      [2, 2],
    ],
    [[1, 1]],
    [
      [0, 3],
      [2, 1],
    ],
    [
      [1, 2],
      [2, 1],
    ],
    [
      [0, 1],
      [1, 1],
    ],
    [[2, 1]],
  ],
  3,
);
const LABELS = Int32Array.of(0, 1, 2, 1, 0, 2);

describe("logistic regression", () => {
  // Newton's method in NumPy 1.24 to a gradient of 3e-17; the bias's column means 0, which is where a search from zeros stays.
  it("finds the minimum that Newton's method finds", () => {
    const { weights, minimum } = fitLogisticRegression(ROWS, LABELS, 3, {
      l2: 0.1,
      exampleWeights: Float64Array.of(1, 2, 1, 0.5, 1, 1.5),
      tolerance: 1e-10,
    });
    expect(minimum.value).toBeCloseTo(0.7756974582255846, 14);
    const expected = [
      [0.3325102743009189, -0.7059400606724694, 0.3734297863715505],
      [0.11301634890991812, 0.7868530280385113, -0.8998693769484292],
      [0.38340600795477603, -0.453051760160838, 0.06964575220606146],
      [-0.4765182685726758, 0.13132433013665556, 0.3451939384360214],
    ].flat();
    // The gradient's bound over the smallest curvature, some 0.01.
    for (const [i, value] of expected.entries()) {
      expect(Math.abs(weights[i] - value)).toBeLessThan(1e-7);
    }
  });

  it("gives every class its share of the examples where rows say nothing", () => {
    const rows = sparseRows([[], [], [], []], 1);
    const labels = Int32Array.of(0, 1, 1, 1);
    const options = { l2: 1, tolerance: 1e-12 };
    const plain = fitLogisticRegression(rows, labels, 2, options);
    expect(probabilities(plain, rows)[1]).toBeCloseTo(0.75, 10);
    const exampleWeights = balancedWeights(labels, 2);
    expect(Array.from(exampleWeights)).toEqual([2, 2 / 3, 2 / 3, 2 / 3]);
    const balanced = fitLogisticRegression(rows, labels, 2, { ...options, exampleWeights });
    expect(probabilities(balanced, rows)[1]).toBeCloseTo(0.5, 10);
  });

  it("ends at the same minimum from anywhere", () => {
    const start = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i));
    const options = { l2: 0.1, tolerance: 1e-10 };
    const zeros = fitLogisticRegression(ROWS, LABELS, 3, options);
    const elsewhere = fitLogisticRegression(ROWS, LABELS, 3, { ...options, start });
    expect(elsewhere.minimum.value).toBeCloseTo(zeros.minimum.value, 14);
    expect(predictClasses(elsewhere, ROWS)).toEqual(predictClasses(zeros, ROWS));
  });

  it("chooses by the validation part alone, and learns from all", () => {
    // Learnt from: the first four. Only a weak L2 tells the rare class apart.
    const rows = sparseRows([[[0, 1]], [[0, 1]], [[0, 1]], [[1, 1]], [[0, 1]], [[1, 1]]], 2);
    const labels = Int32Array.of(0, 0, 0, 1, 0, 1);
    const validation = { training: Int32Array.of(0, 1, 2, 3), held: Int32Array.of(4, 5) };
    const { l2, trials, model } = chooseL2(rows, labels, 2, {
      validation,
      weighted: false,
      grid: [1e-3, 10],
    });
    expect(trials.map((trial) => [trial.l2, trial.macroF1])).toEqual([
      [10, 1 / 3],
      [1e-3, 1],
    ]);
    expect(l2).toBe(1e-3);
    expect(predictClasses(model, rows)).toEqual(labels);
  });
});

describe("character n-grams", () => {
  it("have marks at both ends, and none of a mark alone", () => {
    const columns = ngramColumns(["Ito"]);
    const shown = [...columns.keys()].map((ngram) =>
      ngram.replace("\u0002", "^").replace("\u0003", "$"),
    );
    expect(shown).toEqual([
      "I",
      "t",
      "o",
      "^I",
      "It",
      "to",
      "o$",
      "^It",
      "Ito",
      "to$",
      "^Ito",
      "Ito$",
    ]);
  });

  it("are counted, those never seen left out, characters beyond the first plane whole", () => {
    const columns = ngramColumns(["a🙂"]);
    const { indices, values, starts } = countNgrams(["aa🙃", ""], columns);
    const counted = new Map(Array.from(indices, (column, e) => [column, values[e]]));
    expect(counted.get(columns.get("a") ?? -1)).toBe(2);
    // a and ^a.
    expect(Array.from(starts)).toEqual([0, 2, 2]);
  });
});

it("rows are chosen in the order asked for", () => {
  const { starts, indices, values } = chooseRows(ROWS, [3, 1, 3]);
  expect(Array.from(starts)).toEqual([0, 2, 3, 5]);
  expect(Array.from(indices)).toEqual([1, 2, 1, 1, 2]);
  expect(Array.from(values)).toEqual([2, 1, 1, 2, 1]);
});

it("the nearest mean is nearest in units of the spread within classes", () => {
  const rows = [
    [0, -100],
    [0.2, 100],
    [1, -50],
    [1.2, 150],
  ];
  const classify = nearestMean(rows, [0, 0, 1, 1], 2);
  expect(classify([0.3, 50])).toBe(0);
  expect(classify([0.9, 0])).toBe(1);
});
