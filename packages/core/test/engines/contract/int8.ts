/** Forward passes whose products hold their weights in 8 bits. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gruTorch, lstm, lstmProjection } from "../../../src/cells/zoo/index.ts";
import type { Engine } from "../../../src/engines/engine.ts";
import { cellSubject } from "./cellSubject.ts";
import { cellSizes } from "./cells.ts";
import type { Tolerance } from "./close.ts";
import { type MakeSubject, runSubject } from "./subject.ts";
import { linearSubject } from "./subjects.ts";
import { cases, expectAgreement, holdsUniversally } from "./universal.ts";

/**
 * The reference multiplies with the same weights, but does not round what they are multiplied with. An engine may
 * round it to 16 bits: half a step of 2⁻¹⁵ of a row's largest, 256 roundings of a float32, for each term of a sum. They
 * cancel: of sums of up to 131 terms within ±1 the worst seen is off by what three terms may be. Eight leave room.
 */
const ACTIVATIONS: Tolerance = { roundings: 8 * 256 };

const size = fc.constantFrom(1, 3, 4, 5, 8, 17, 33);
const linear = fc.record({
  inputSize: size,
  outputSize: size,
  transposed: fc.boolean(),
  bias: fc.boolean(),
  accumulate: fc.constant(false),
});
const shapes = fc.record({
  units: fc.constantFrom(1, 3, 5, 17),
  inputSize: fc.constantFrom(1, 2, 6),
  projection: fc.constantFrom(1, 2, 5),
  input: fc.constantFrom("vectors" as const, "tokens" as const),
});

function inInt8(make: MakeSubject): MakeSubject {
  return (capacity, used) => ({ ...make(capacity, used), weights: "int8" });
}

export function int8Contract(createEngine: () => Engine, exact: Tolerance): void {
  const tolerance = exact.roundings === 0 ? exact : ACTIVATIONS;
  describe("int8 weights", () => {
    describe("linear", () => {
      const subject = (shape: Parameters<typeof linearSubject>[0]) => inInt8(linearSubject(shape));
      holdsUniversally(cases(linear, subject), { createEngine, tolerance, runs: 40 });

      it.each([false, true])("agrees beyond a tile and a block, transposed %s", (transposed) => {
        const sizes = { inputSize: 131, outputSize: 70, bias: true, accumulate: false };
        const make = inInt8(linearSubject({ ...sizes, transposed }));
        expectAgreement(createEngine(), make, { steps: 20, batch: 13 }, tolerance);
      });

      it("lets NaN and infinity through to the rows that they are in, padding zero", () => {
        const make = linearSubject({
          ...{ inputSize: 2, outputSize: 3, bias: true },
          ...{ transposed: false, accumulate: false },
        });
        const run = runSubject(createEngine(), inInt8(make), { steps: 1, batch: 3 });
        const { plan, subject } = run;
        const [x] = subject.inputs;
        plan.numbers[x.positions[3]] = Number.NaN;
        plan.numbers[x.positions[4]] = Number.POSITIVE_INFINITY;
        plan.operations[0].forward({ steps: 1, batch: 3, from: 0, to: 3 });
        const [y] = subject.forward;
        const finite = run.read(y).map((value) => Number.isFinite(value));
        expect(finite).toEqual([true, true, true, false, false, false, false, false, false]);
        const padding = [0, 1, 2].map((row) => plan.numbers[y.positions[3 * row] + 3]);
        expect(padding).toEqual([0, 0, 0]);
      });
    });

    describe.each([lstm, gruTorch, lstmProjection])("cell $name", (cell) => {
      const arbitrary = cases(shapes, (shape) =>
        inInt8(cellSubject(cell, { sizes: cellSizes(cell, shape), input: shape.input })),
      );
      holdsUniversally(arbitrary, { createEngine, tolerance, runs: 6 });
    });

    it("differs from float32 weights, by no more than their rounding", () => {
      const options = { inputSize: 17, outputSize: 5, transposed: false, bias: false };
      const make = linearSubject({ ...options, accumulate: false });
      const used = { steps: 1, batch: 4 };
      const [plain, rounded] = [make, inInt8(make)].map((subject) => {
        const run = runSubject(createEngine(), subject, used);
        return run.read(run.subject.forward[0]);
      });
      const off = plain.map((value, n) => Math.abs(value - rounded[n]));
      expect(Math.max(...off)).toBeGreaterThan(1e-4);
      // 17 terms within ±1, each off by half a step of at most 1/127.
      expect(Math.max(...off)).toBeLessThan((17 * 0.5) / 127);
    });
  });
}
