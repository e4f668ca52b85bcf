import { describe, expect, it } from "vitest";
import {
  checkLabels,
  classWeights,
  countLabels,
  type Place,
  spelt,
} from "../../src/data/labels.ts";
import { CellstateError } from "../../src/errors.ts";

const place: Place = { name: "names.csv", column: "country", unit: "row" };
const refused = (message: string) => new CellstateError("data", `names.csv: ${message}`);
const check = (labels: readonly string[], at = place): void =>
  checkLabels(countLabels(labels, at), at);

describe("countLabels", () => {
  it("gives labels in a fixed order, with how many there are and where each begins", () => {
    expect(countLabels(["b", "é", "a", "b"], place)).toEqual({
      labels: ["a", "b", "é"],
      counts: [1, 2, 1],
      first: [2, 0, 1],
    });
  });

  it("names the row without a label", () => {
    expect(() => countLabels(["a", "b", ""], place)).toThrow(
      refused("row 3: no `country`; give the label or take the row out"),
    );
  });
});

describe("checkLabels", () => {
  it("refuses nothing that can be learnt", () => {
    expect(() => check(["a", "b", "a", "b"])).not.toThrow();
  });

  it("refuses no rows", () => {
    expect(() => check([])).toThrow(refused("no rows to learn from"));
  });

  it("refuses a single label", () => {
    expect(() => check(["a", "a"])).toThrow(
      refused('column `country` holds "a" in every row; give examples of another label too'),
    );
  });

  it("names a label of one example, and the row", () => {
    expect(() => check(["a", "Elvish", "a", "b", "b"])).toThrow(
      refused(
        'column `country`: "Elvish" (row 2) has one example; a label needs two, one to learn from and one to hold out: give more or take it out',
      ),
    );
  });

  it("names three of many labels of one example", () => {
    expect(() => check(["a", "b", "c", "d", "e", "e"])).toThrow(
      refused(
        'column `country`: "a" (row 1), "b" (row 2), "c" (row 3) and 1 more have one example each; a label needs two, one to learn from and one to hold out: give more or take them out',
      ),
    );
  });

  it("allows a label of one example after the split", () => {
    const counts = countLabels(["a", "a", "b"], place);
    expect(() => checkLabels(counts, place, "allowed")).not.toThrow();
  });

  it("takes nearly as many labels as rows for a mistake", () => {
    const prices = Array.from({ length: 50_000 }, (_, index) => `${index % 43_120}`);
    const at: Place = { ...place, name: "prices.csv", column: "price" };
    expect(() => check(prices, at)).toThrow(
      new CellstateError(
        "data",
        "prices.csv: column `price` has 43,120 different values in 50,000 rows, too many for labels; name another column, or for numbers use --task row-regression",
      ),
    );
  });

  it("takes more than 10,000 labels for a mistake, however often each stands", () => {
    const labels = { length: 200_000, at: (index: number) => `${index % 10_001}` };
    expect(() => checkLabels(countLabels(labels, place), place)).toThrow(
      "column `country` has 10,001 different values in 200,000 rows",
    );
  });
});

describe("classWeights", () => {
  const counts = countLabels([..."aaaab"], place);

  it("balanced: classes count alike together, examples 1 in the mean", () => {
    const [a, b] = classWeights(counts, "balanced");
    expect([a, b]).toEqual([0.625, 2.5]);
    expect(4 * a + b).toBe(5);
  });

  it("sqrt: inversely to the root of the count", () => {
    const [a, b] = classWeights(counts, "sqrt");
    expect(b / a).toBeCloseTo(2, 12);
    expect(4 * a + b).toBeCloseTo(5, 12);
  });

  it("none: 1 each", () => {
    expect(classWeights(counts, "none")).toEqual([1, 1]);
  });
});

it("spelt sets thousands apart", () => {
  expect([0, 999, 1000, 43_120, 1_000_000].map(spelt)).toEqual([
    "0",
    "999",
    "1,000",
    "43,120",
    "1,000,000",
  ]);
});
