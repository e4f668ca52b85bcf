import { describe, expect, it } from "vitest";
import { saturation } from "../../src/inspect/saturation.ts";
import { signalByHand } from "./signalsByHand.ts";

const gate = signalByHand([
  [0.05, 0.95, 0.5],
  [0.0999, 0.1, 0.5],
  [0.1, 0.99, 0.9],
  [1, 0.91, 0.9001],
]);

describe("saturation of a gate", () => {
  it("is by unit the share of steps below 0.1 and above 0.9", () => {
    const shares = saturation(gate);
    if (shares.kind !== "bounded") throw new Error("a gate is bounded");
    expect([...shares.below]).toEqual([0.5, 0, 0]);
    expect([...shares.above]).toEqual([0.25, 0.75, 0.25]);
    expect(shares.mean.below).toBeCloseTo(0.5 / 3, 15);
    expect(shares.mean.above).toBeCloseTo(1.25 / 3, 15);
    expect(shares.steps).toBe(4);
  });

  it("takes another margin", () => {
    const shares = saturation(gate, { margin: 0.3 });
    if (shares.kind !== "bounded") throw new Error("a gate is bounded");
    expect([...shares.below]).toEqual([0.75, 0.25, 0]);
  });

  it.each([0, 0.5, Number.NaN])("refuses a margin of %s", (margin) => {
    expect(() => saturation(gate, { margin })).toThrow(
      `saturation: margin is ${margin}, wanted above 0 and below 0.5`,
    );
  });
});

it("counts a tanh at both of its ends", () => {
  const shares = saturation(signalByHand([[-0.95], [-0.5], [0.91], [0.92]], [-1, 1]));
  if (shares.kind !== "bounded") throw new Error("a tanh is bounded");
  expect([shares.low, shares.high]).toEqual([-0.9, 0.9]);
  expect([shares.below[0], shares.above[0]]).toEqual([0.25, 0.5]);
});

it("says that there is none of a signal without bounds", () => {
  const shares = saturation(signalByHand([[3], [-7]], null));
  expect(shares).toMatchObject({
    kind: "unbounded",
    reason: "f has no bounds in its equation, so there is no end that it could be near",
  });
});

it("is the same from windows as from the whole", () => {
  const rows = Array.from({ length: 9 }, (_, t) => [t / 8, 1 - t / 8, 0.5]);
  const windows = [rows.slice(0, 4), rows.slice(4, 8), rows.slice(8)];
  const whole = saturation({ layers: [{ f: signalByHand(rows) }] });
  const streamed = saturation(windows.map((part) => ({ layers: [{ f: signalByHand(part) }] })));
  expect(streamed).toEqual(whole);
});

it("refuses no windows at all", () => {
  expect(() => saturation([])).toThrow("saturation: there are no steps to count");
});

it("counts steps that are no number apart, near neither end", () => {
  const nan = Number.NaN;
  const shares = saturation(
    signalByHand([
      [nan, 0.05],
      [nan, 0.95],
      [0.5, nan],
      [0.99, 0.5],
    ]),
  );
  if (shares.kind !== "bounded") throw new Error("a gate is bounded");
  expect([...shares.nan]).toEqual([0.5, 0.25]);
  expect([...shares.below, ...shares.above]).toEqual([0, 0.25, 0.25, 0.25]);
  expect(shares.mean).toEqual({ below: 0.125, above: 0.25, nan: 0.375 });
});
