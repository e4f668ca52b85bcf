/** Joins against answers by hand. */
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/engines/engine.ts";
import { joinSubject } from "./joinSubject.ts";
import { given, read } from "./special.ts";
import { runSubject } from "./subject.ts";

export function joinContract(createEngine: () => Engine): void {
  describe("join", () => {
    const piece = { width: 1, wanted: true, accumulate: false };
    const used = { steps: 3, batch: 2 };
    // Rows 11, 21 of sequence 1, in the tens the step.
    const value = [1, 2, 11, 12, 21, 22];
    const dy = [0.5, 1, 2, 4, 8, 16];

    it("reads backward from each sequence's end, and zeros from there on", () => {
      const make = joinSubject({ pieces: [{ ...piece, at: "reversed" }], lengths: true });
      const run = runSubject(
        createEngine(),
        given(make, { "reversed 0": value, dy, lengths: [2, 0] }),
        used,
      );
      expect(read(run, "y")).toEqual([11, 0, 1, 0, 0, 0]);
      expect(read(run, "dreversed 0")).toEqual([2, 0, 0.5, 0, 0, 0]);
    });

    it("reads backward from the last step where no lengths are given", () => {
      const make = joinSubject({ pieces: [{ ...piece, at: "reversed" }], lengths: false });
      const run = runSubject(createEngine(), given(make, { "reversed 0": value, dy }), used);
      expect(read(run, "y")).toEqual([21, 22, 11, 12, 1, 2]);
      expect(read(run, "dreversed 0")).toEqual([8, 16, 2, 4, 0.5, 1]);
    });

    it("shows a state one step late, and adds to what is known of its gradient", () => {
      const make = joinSubject({ pieces: [{ ...piece, at: "previous" }], lengths: false });
      const before = { "before 0": [-1, -2], "dprevious 0 before": [100, 200] };
      const run = runSubject(
        createEngine(),
        given(make, { "previous 0": value, dy, ...before }),
        used,
      );
      expect(read(run, "y")).toEqual([-1, -2, 1, 2, 11, 12]);
      expect(read(run, "dprevious 0")).toEqual([110.5, 221]);
    });

    it("repeats what a sequence has once, and sums its gradient over the steps", () => {
      const make = joinSubject({ pieces: [{ ...piece, at: "once" }], lengths: false });
      const run = runSubject(createEngine(), given(make, { "once 0": [7, 8], dy }), used);
      expect(read(run, "y")).toEqual([7, 8, 7, 8, 7, 8]);
      expect(read(run, "donce 0")).toEqual([10.5, 21]);
    });

    it("lays pieces of any widths side by side", () => {
      const make = joinSubject({
        pieces: [
          { ...piece, at: "same", width: 3 },
          { ...piece, at: "once", width: 5 },
        ],
        lengths: false,
      });
      const values = { "same 0": [1, 2, 3], "once 1": [4, 5, 6, 7, 8] };
      const run = runSubject(createEngine(), given(make, values), { steps: 1, batch: 1 });
      expect(read(run, "y")).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    });
  });
}
