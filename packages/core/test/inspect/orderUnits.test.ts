import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderUnits, type UnitOrder } from "../../src/inspect/orderUnits.ts";
import { RandomStream } from "../../src/numbers/random.ts";
import { signalByHand } from "./signalsByHand.ts";

/** [steps, units] from columns. */
const fromColumns = (columns: readonly (readonly number[])[], range: [number, number] | null) =>
  signalByHand(
    columns[0].map((_, t) => columns.map((column) => column[t])),
    range,
  );

const random = new RandomStream([1, 2]);
const noise = (steps: number): number[] => Array.from({ length: steps }, () => random.uniform());

describe("orderUnits by likeness", () => {
  it("lays units that follow one pattern beside each other", () => {
    const patterns = [noise(200), noise(200), noise(200)];
    // Column k follows pattern k mod 3, with a little noise of its own.
    const columns = Array.from({ length: 12 }, (_, k) => {
      const own = noise(200);
      return patterns[k % 3].map((value, t) => value + 0.3 * own[t]);
    });
    const groups = orderUnits(fromColumns(columns, null), "likeness").map((column) => column % 3);
    expect(groups.filter((group, k) => k > 0 && group !== groups[k - 1])).toHaveLength(2);
  });

  it("joins by mean distance and touches at the nearest ends", () => {
    // Angles of 0°, 10°, 50°, 65° between unit vectors: r is the cosine, so (0 1) and (2 3) are joined, 1 beside 2.
    const [a, b] = [
      [1, -1, 1, -1],
      [1, 1, -1, -1],
    ];
    const at = (degrees: number) => {
      const angle = (degrees * Math.PI) / 180;
      return a.map((value, t) => Math.cos(angle) * value + Math.sin(angle) * b[t]);
    };
    const columns = [at(50), at(0), at(65), at(10)];
    expect(orderUnits(fromColumns(columns, null), "likeness")).toEqual([1, 3, 0, 2]);
  });

  it("holds what falls together to be unlike what rises", () => {
    const up = noise(50);
    const down = up.map((value) => -value);
    const columns = [up, down, up.map((v) => 2 * v), down.map((v) => v + 1)];
    expect(orderUnits(fromColumns(columns, null), "likeness")).toEqual([0, 2, 1, 3]);
  });
});

const shares = fromColumns(
  [
    [0.05, 0.05, 0.5, 0.5],
    [0.95, 0.95, 0.95, 0.5],
    [0.5, 0.4, 0.5, 0.5],
    [0.95, 0.05, 0.5, 0.5],
    [1, 1, 1, 1],
  ],
  [0, 1],
);

describe("orderUnits", () => {
  it("goes by saturation from open to shut", () => {
    expect(orderUnits(shares, "saturation")).toEqual([1, 2, 3, 0, 4]);
  });

  it("goes by mean from high to low, ties by number", () => {
    const signal = fromColumns(
      [
        [1, 2],
        [3, 4],
        [2, 1],
        [0, 0],
      ],
      null,
    );
    expect(orderUnits(signal, "mean")).toEqual([1, 0, 2, 3]);
  });

  it("goes by correlation with a label, where the label is known", () => {
    const signal = fromColumns(
      [
        [3, 2, 1, 9],
        [1, 2, 3, 0],
        [1, 5, 3, 2],
      ],
      null,
    );
    expect(orderUnits(signal, "correlation", [1, 2, 3, Number.NaN])).toEqual([1, 2, 0]);
  });

  it("refuses a label of another length", () => {
    expect(() => orderUnits(shares, "correlation", [1, 2])).toThrow(
      "units are ordered by correlation with a label of 4 steps, got 2",
    );
    expect(() => orderUnits(shares, "correlation")).toThrow("of 4 steps, got none");
  });

  it("refuses another order, with those there are", () => {
    const by = "size" as UnitOrder;
    expect(() => orderUnits(signalByHand([[1], [2]]), by)).toThrow(
      'no order "size"; there are likeness, saturation, correlation, mean',
    );
  });

  it("refuses saturation where there are no bounds", () => {
    expect(() => orderUnits(signalByHand([[1, 2]], null), "saturation")).toThrow(
      "f has no bounds in its equation, so there is no end that it could be near; order them by likeness, correlation, mean",
    );
  });

  it("gives every column once, those that never change last", () => {
    const value = fc.constantFrom(0, 0.25, 0.5, 1);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }).chain((units) =>
          fc.array(fc.array(value, { minLength: units, maxLength: units }), {
            minLength: 1,
            maxLength: 6,
          }),
        ),
        fc.constantFrom("likeness", "saturation", "mean", "correlation"),
        (rows, by) => {
          const signal = signalByHand(rows);
          const label = rows.map((_, t) => t % 3);
          const order = orderUnits(signal, by, label);
          expect(order.toSorted((a, b) => a - b)).toEqual(rows[0].map((_, unit) => unit));
          const isConstant = order.map((u) => rows.every((row) => row[u] === rows[0][u]));
          expect(isConstant).toEqual(isConstant.toSorted());
        },
      ),
    );
  });
});

describe("orderUnits of values near the ends of float64", () => {
  const rows = [noise(40), noise(40)];
  // Units 0, 2, 4 follow one pattern and 1, 3, 5 another.
  const columns = Array.from({ length: 6 }, (_, k) =>
    rows[k % 2].map((value, t) => value - 0.5 + 0.02 * (k + 1) * rows[1 - (k % 2)][(t + k) % 40]),
  );
  const times = (factor: number) => columns.map((column) => column.map((value) => value * factor));

  it.each([1e308, 1e-300])("is that of the same values near 1, for %s times as much", (factor) => {
    const label = rows[0];
    for (const by of ["likeness", "mean", "correlation"] as const) {
      const wanted = orderUnits(fromColumns(columns, null), by, label);
      expect(orderUnits(fromColumns(times(factor), null), by, label)).toEqual(wanted);
    }
  });
});
