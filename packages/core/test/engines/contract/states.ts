/** Random masks, initial states and final states: held to the reference, and to answers that are plain. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/engines/engine.ts";
import { uniform } from "../../../src/numbers/random.ts";
import type { Tolerance } from "./close.ts";
import { expectSameBits } from "./close.ts";
import { finalStateSubject, initialStateSubject, maskSubject } from "./stateSubjects.ts";
import { type Run, runSubject } from "./subject.ts";
import { type Case, cases, holdsAlongAxes, holdsUniversally } from "./universal.ts";

const width = fc.constantFrom(1, 3, 4, 5, 8, 17, 33);
const mask = fc.record({
  width,
  rate: fc.constantFrom(0, 0.1, 0.5, 0.9, 1),
  kept: fc.constantFrom(1, 2, 1 / 0.75),
});
const around = { steps: fc.integer({ min: 1, max: 4 }), more: fc.integer({ min: 0, max: 2 }) };
const initial = fc.record({ width, shared: fc.boolean(), ...around });
const final = fc.record({ width, lengths: fc.boolean(), ...around });

/** Calls of what runs over each sequence once. */
function once(arbitrary: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
  return arbitrary.map(({ used, capacity, ...rest }) => ({
    ...rest,
    used: { ...used, steps: 1 },
    capacity: { ...capacity, steps: 1 },
  }));
}

export function statesContract(createEngine: () => Engine, tolerance: Tolerance): void {
  const options = { createEngine, tolerance, runs: 40 };
  describe("mask", () => {
    const arbitrary = cases(mask, maskSubject);
    holdsUniversally(arbitrary, options);
    holdsAlongAxes(arbitrary, options);

    it("keeps what dropout would: element u of row r by uniform(key, r · width + u)", () => {
      const make = maskSubject({ width: 7, rate: 0.3, kept: 2 });
      const run = runSubject(createEngine(), make, { steps: 3, batch: 5 });
      const [first, second] = run.subject.integers[0].positions.map((at) => run.plan.integers[at]);
      const wanted = Array.from({ length: 3 * 5 * 7 }, (_, n) =>
        uniform([first, second], n) >= 0.3 ? 2 : 0,
      );
      expect(run.read(run.subject.forward[0])).toEqual(wanted);
    });
  });

  describe("initialState", () => {
    holdsUniversally(once(cases(initial, initialStateSubject)), options);

    it("gives every sequence the one row that is shared, and sums its gradient over them", () => {
      const make = initialStateSubject({ width: 3, shared: true, steps: 2, more: 1 });
      const run = runSubject(createEngine(), make, { steps: 1, batch: 4 });
      const [source, gradient] = run.subject.inputs.map((part) => run.read(part));
      const state = run.read(run.subject.forward[0]);
      expectSameBits("state", state, [...source, ...source, ...source, ...source]);
      run.read(run.subject.gradients[0]).forEach((sum, u) => {
        const wanted = [0, 1, 2, 3].reduce((total, b) => total + gradient[3 * b + u], 0);
        // Four float32 within ±1.
        expect(Math.abs(sum - wanted)).toBeLessThan(4 * 2 ** -23);
      });
    });
  });

  describe("finalState", () => {
    holdsUniversally(once(cases(final, finalStateSubject)), options);

    it("reads the state after each sequence's last step, the initial one where there is none", () => {
      const make = finalStateSubject({ width: 1, lengths: true, steps: 3, more: 2 });
      const run = runSubject(createEngine(), make, { steps: 1, batch: 4 }, { passes: [] });
      const { plan, subject } = run;
      subject.integers[0].positions.forEach((at, b) => {
        plan.integers[at] = [3, 0, 1, 2][b];
      });
      plan.operations[0].forward({ steps: 1, batch: 4, from: 0, to: 4, sourceSteps: 3 });
      const before = rowsOf(run, 0);
      const state = rowsOf(run, 1);
      const wanted = [state[2 * 4], before[1], state[2], state[4 + 3]];
      expectSameBits("final", run.read(subject.forward[0]), wanted);
    });
  });
}

/** The numbers of an input of one column. */
function rowsOf(run: Run, input: number): readonly number[] {
  return run.read(run.subject.inputs[input]);
}
