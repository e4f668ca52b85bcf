import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type IndexSplit,
  splitAtRandom,
  splitByKey,
  splitByLabel,
  splitByTime,
  valuesAt,
} from "../../src/data/splits.ts";

const share = fc.double({ min: 0, max: 0.99, noNaN: true });
const seed = fc.integer();
const keys = fc.array(fc.constantFrom("a", "b", "c", "d", "e", "f"), { maxLength: 60 });

/** Disjoint, complete, ascending: each index once. */
function expectWhole({ training, held }: IndexSplit, count: number): void {
  const ascending = (side: Int32Array): number[] => [...side].sort((a, b) => a - b);
  expect([...training]).toEqual(ascending(training));
  expect([...held]).toEqual(ascending(held));
  const all = [...training, ...held].sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: count }, (_, index) => index));
}

describe("a split", () => {
  it("holds every example once, whatever its kind, share and seed", () => {
    fc.assert(
      fc.property(keys, share, seed, (labels, part, from) => {
        const times = labels.map((label) => label.charCodeAt(0));
        expectWhole(splitAtRandom(labels.length, part, from), labels.length);
        expectWhole(splitByLabel(labels, part, from), labels.length);
        expectWhole(splitByKey(labels, part, from), labels.length);
        expectWhole(splitByTime(times, part), labels.length);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it("is the same for one seed and another for the next", () => {
    expect(splitAtRandom(100, 0.2, 5)).toEqual(splitAtRandom(100, 0.2, 5));
    expect(splitAtRandom(100, 0.2, 5)).not.toEqual(splitAtRandom(100, 0.2, 6));
  });

  it("holds nothing out for a share of 0, and one of two for any other", () => {
    expect(splitAtRandom(9, 0, 1).held.length).toBe(0);
    expect(splitAtRandom(2, 0.01, 1).held.length).toBe(1);
    expect(splitAtRandom(2, 0.99, 1).held.length).toBe(1);
    expect(splitAtRandom(1, 0.5, 1).held.length).toBe(0);
  });

  it("refuses a share of 1", () => {
    expect(() => splitAtRandom(9, 1, 1)).toThrow(
      new RangeError("share: expected a number from 0 to below 1, got 1"),
    );
  });
});

describe("splitByLabel", () => {
  it("holds out the share of each label", () => {
    const labels = Array.from({ length: 120 }, (_, index) => (index < 100 ? "many" : "few"));
    const { held } = splitByLabel(labels, 0.2, 3);
    expect([...held].filter((index) => index < 100).length).toBe(20);
    expect([...held].filter((index) => index >= 100).length).toBe(4);
  });

  it("learns from a label's only example", () => {
    const { held } = splitByLabel(["a", "only", "a", "a"], 0.9, 3);
    expect([...held]).not.toContain(1);
  });
});

describe("splitByKey", () => {
  it("has no key on both sides", () => {
    fc.assert(
      fc.property(keys, share, seed, (names, part, from) => {
        const { training, held } = splitByKey(names, part, from);
        const learnt = new Set(valuesOf(names, training));
        expect(valuesOf(names, held).filter((name) => learnt.has(name))).toEqual([]);
      }),
      { seed: 2, numRuns: 200 },
    );
  });
});

describe("splitByTime", () => {
  it("holds out what comes last, wherever it stands", () => {
    expect(splitByTime([50, 10, 40, 20, 30], 0.4)).toEqual({
      training: Int32Array.of(1, 3, 4),
      held: Int32Array.of(0, 2),
    });
  });

  it("keeps examples of one time on one side", () => {
    expect([...splitByTime([1, 2, 2, 2, 3], 0.4).held]).toEqual([1, 2, 3, 4]);
  });

  it("still learns from the first time where the border falls into it", () => {
    expect([...splitByTime([1, 1, 1, 1, 2], 0.6).held]).toEqual([4]);
  });

  it("refuses a time that is no number", () => {
    expect(() => splitByTime([1, Number.NaN], 0.5)).toThrow(
      new RangeError("times: the one at 1 is NaN"),
    );
  });
});

it("valuesAt views values through indices and ends where they end", () => {
  const view = valuesAt(["a", "b", "c"], Int32Array.of(2, 0));
  expect([view.length, view.at(0), view.at(1), view.at(2), view.at(-1)]).toEqual([
    2,
    "c",
    "a",
    undefined,
    undefined,
  ]);
});

function valuesOf(values: readonly string[], indices: Int32Array): string[] {
  return Array.from(indices, (index) => values[index]);
}
