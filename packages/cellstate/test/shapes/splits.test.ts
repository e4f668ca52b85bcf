/** Parts of data: every example stands in one, and nothing is known of a later part in an earlier one. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Parts,
  partsAtRandom,
  partsByKey,
  partsByLabel,
  partsByLabelAndKey,
  partsByTime,
} from "../../src/shapes/splits.ts";

const SHARES = { validation: 0.1, test: 0.2, seed: 3 };

const all = ({ training, validation, test: tested }: Parts): number[] =>
  [...training, ...validation, ...tested].sort((a, b) => a - b);

const count = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe("parts", () => {
  const examples = fc.array(
    fc.record({
      key: fc.integer({ min: 0, max: 20 }).map(String),
      label: fc.constantFrom("a", "b", "c"),
    }),
    { minLength: 1, maxLength: 60 },
  );

  test("hold every example once", () => {
    fc.assert(
      fc.property(examples, (of) => {
        const keys = of.map(({ key }) => key);
        const labels = of.map(({ label }) => label);
        for (const parts of [
          partsAtRandom(of.length, SHARES),
          partsByKey(keys, SHARES),
          partsByLabel(labels, SHARES),
          partsByLabelAndKey(labels, keys, SHARES),
        ]) {
          expect(all(parts)).toEqual(count(of.length));
        }
      }),
    );
  });

  test("share no key, and every label that is held out is learnt from", () => {
    fc.assert(
      fc.property(examples, (of) => {
        const labels = of.map(({ label }) => label);
        const keys = of.map(({ key }) => key);
        const parts = partsByLabelAndKey(labels, keys, SHARES);
        const keysOf = (which: Int32Array) => new Set(Array.from(which, (at) => keys[at]));
        const [training, validation, tested] = [parts.training, parts.validation, parts.test].map(
          keysOf,
        );
        for (const key of tested) expect(training.has(key) || validation.has(key)).toBe(false);
        for (const key of validation) expect(training.has(key)).toBe(false);
        const learnt = new Set(Array.from(parts.training, (at) => labels[at]));
        for (const at of [...parts.validation, ...parts.test]) expect(learnt).toContain(labels[at]);
      }),
    );
  });

  test("of the shares that were asked for", () => {
    const { training, validation, test: tested } = partsAtRandom(1000, SHARES);
    expect([training.length, validation.length, tested.length]).toEqual([700, 100, 200]);
    expect(partsAtRandom(10, { ...SHARES, validation: 0, test: 0 }).training).toHaveLength(10);
  });

  test("by time end with the latest, whatever order they stand in", () => {
    const times = [5, 1, 4, 2, 3, 9, 8, 6, 7, 0];
    const parts = partsByTime(times, { ...SHARES, validation: 0.2 });
    expect(Array.from(parts.test, (at) => times[at]).sort()).toEqual([8, 9]);
    expect(Array.from(parts.validation, (at) => times[at]).sort()).toEqual([6, 7]);
  });
});
