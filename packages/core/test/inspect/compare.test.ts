import { describe, expect, it } from "vitest";
import { lstm, rnn } from "../../src/cells/zoo/index.ts";
import { compare } from "../../src/inspect/compare.ts";
import { predictionsFromPlain } from "../../src/inspect/plain.ts";
import type { Trace, TracePlace } from "../../src/inspect/signals.ts";
import { signalByHand } from "./signalsByHand.ts";

const place: TracePlace = {
  name: "rnn.0",
  part: "rnn",
  layer: 0,
  direction: "forward",
  along: "steps",
  cell: lstm,
  sizes: { in: 2, units: 2, out: 2 },
};

function traceByHand(
  text: string,
  rows: readonly (readonly number[])[],
  more: Partial<Trace> = {},
): Trace {
  const labels = [...text];
  return {
    labels,
    outputLabels: [],
    tokens: labels,
    input: { kind: "tokens", tokens: Int32Array.from(labels, (label) => label.charCodeAt(0)) },
    places: [place],
    layers: [{ f: signalByHand(rows) }],
    predictions: null,
    output: null,
    ...more,
  };
}

const first = traceByHand("abc", [
  [0, 0],
  [1, 0],
  [0, 1],
]);

describe("compare", () => {
  it("finds no distance between a trace and itself", () => {
    const { layers, steps, parting, predictions } = compare(first, first);
    expect([...layers[0].signals.f.byStep]).toEqual([0, 0, 0]);
    expect([...layers[0].signals.f.byUnit]).toEqual([0, 0]);
    expect(layers[0].signals.f.distance).toBe(0);
    expect([steps, parting]).toEqual([3, 3]);
    expect(predictions).toBeNull();
  });

  it("tells root mean squares by step, by unit and over all, over the steps in common", () => {
    const second = traceByHand("axcd", [
      [0, 0],
      [4, 4],
      [0, 1],
      [9, 9],
    ]);
    const { layers, steps, parting } = compare(first, second);
    const { byStep, byUnit, distance } = layers[0].signals.f;
    expect([steps, parting]).toEqual([3, 1]);
    expect([...byStep]).toEqual([0, Math.sqrt((9 + 16) / 2), 0]);
    expect([...byUnit]).toEqual([Math.sqrt(9 / 3), Math.sqrt(16 / 3)]);
    expect(distance).toBeCloseTo(Math.sqrt(25 / 6), 15);
  });

  it("leaves out a signal of which neither kept a unit", () => {
    const none = { layers: [{ f: signalByHand([[], [], []], [0, 1], []) }] };
    const { layers } = compare({ ...first, ...none }, { ...first, ...none });
    expect(layers[0]).toMatchObject({ signals: {}, onlyFirst: [], onlySecond: [] });
  });

  it("compares the units that both kept, and names signals that only one has", () => {
    const some = signalByHand([[5], [5], [5]], [0, 1], [1]);
    const { layers } = compare(first, { ...first, layers: [{ f: some, o: some }] });
    expect(layers[0].signals.f.unitNumbers).toEqual([1]);
    expect([...layers[0].signals.f.byStep]).toEqual([5, 5, 4]);
    expect([layers[0].onlyFirst, layers[0].onlySecond]).toEqual([[], ["o"]]);
  });

  it.each([
    [
      "other layers",
      { places: [place, { ...place, name: "rnn.1" }] },
      "compare: the first trace has the layers rnn.0, the second rnn.0, rnn.1; both must have the same",
    ],
    [
      "other sizes",
      { places: [{ ...place, cell: rnn, sizes: { in: 2, units: 3, out: 3 } }] },
      "compare: rnn.0 has 2 units in the first trace and 3 in the second; both must have as many",
    ],
    [
      "no unit in common",
      { layers: [{ f: signalByHand([[1]], [0, 1], [7]) }] },
      "compare: the traces kept no unit of f of rnn.0 in common; keep the same units in both",
    ],
  ])("refuses %s in one line", (_, more, message) => {
    expect(() => compare(first, { ...first, ...more })).toThrow(message);
  });
});

describe("compared predictions", () => {
  const vocabulary = ["a", "b", "c"];
  const expecting = (
    rows: readonly (readonly number[])[],
    { all = true, items = vocabulary, top = 3 } = {},
  ): Trace => {
    const likeliest = rows.map((row) =>
      Array.from(row.keys())
        .sort((x, y) => row[y] - row[x])
        .slice(0, top),
    );
    const predictions = predictionsFromPlain({
      surprisal: new Float64Array(rows.length),
      likely: {
        count: top,
        tokens: Int32Array.from(likeliest.flat()),
        probabilities: Float64Array.from(rows.flatMap((row, t) => likeliest[t].map((k) => row[k]))),
      },
      vocabulary: items,
      probabilities: all ? Float64Array.from(rows.flat()) : null,
    });
    return { ...first, predictions };
  };
  const p = [
    [1, 0, 0],
    [0.5, 0.25, 0.25],
    [0.2, 0.3, 0.5],
  ];
  const q = [
    [0, 1, 0],
    [0.5, 0.25, 0.25],
    [0.5, 0.3, 0.2],
  ];
  const kl = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, k) => sum + (value > 0 ? value * Math.log(value / b[k]) : 0), 0);
  const middle = [0.35, 0.3, 0.35];
  const third = (kl(p[2], middle) + kl(q[2], middle)) / 2;

  it("have the Jensen–Shannon divergence: log 2 for nothing in common, 0 for the same", () => {
    const { predictions } = compare(expecting(p), expecting(q));
    if (predictions?.measured !== "all") throw new Error("all probabilities are there");
    expect(predictions.divergence[0]).toBeCloseTo(Math.LN2, 14);
    expect(predictions.divergence[1]).toBe(0);
    expect(predictions.divergence[2]).toBeCloseTo(third, 14);
    expect(predictions.mean).toBeCloseTo((Math.LN2 + third) / 3, 14);
  });

  it("are found by token where the vocabularies are in another order", () => {
    const turned = q.map(([a, b, c]) => [c, a, b]);
    const { predictions } = compare(expecting(p), expecting(turned, { items: ["c", "a", "b"] }));
    if (predictions?.measured !== "all") throw new Error("all probabilities are there");
    expect(predictions.divergence[2]).toBeCloseTo(third, 14);
  });

  it("are at least as far apart as the likeliest tokens tell", () => {
    const whole = compare(expecting(p, { all: false }), expecting(q)).predictions;
    if (whole?.measured !== "top") throw new Error("one has the likeliest tokens only");
    expect(whole.divergence[2]).toBeCloseTo(third, 14);
    const some = compare(expecting(p, { all: false, top: 1 }), expecting(q)).predictions;
    if (some?.measured !== "top") throw new Error("one has the likeliest tokens only");
    expect(some.divergence[2]).toBeGreaterThan(0);
    expect(some.divergence[2]).toBeLessThan(third);
  });

  it("are not compared where the vocabularies differ, and say so", () => {
    const { predictions } = compare(expecting(p), expecting(q, { items: ["a", "b", "x"] }));
    expect(predictions).toEqual({
      measured: "none",
      reason: "the vocabularies differ (3 and 3 tokens), so the predictions cannot be compared",
    });
  });
});
