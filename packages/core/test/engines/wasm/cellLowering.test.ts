import fc from "fast-check";
import { expect, test } from "vitest";
import { lowerCell } from "../../../src/engines/wasm/cellLowering.ts";
import { interpret, walk } from "./loweredCell.ts";
import { randomProgram, randomWindow } from "./randomProgram.ts";

/** Equal widths share loops, different ones with equal padding must not share columns. */
const SIZES = [
  { in: 3, units: 5, out: 2 },
  { in: 5, units: 5, out: 6 },
];

test("the kernels of any graph compute what the graph says, forward and backward", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...SIZES), fc.boolean(), (seed, sizes, wanted) => {
      const program = randomProgram(seed);
      const signals = program.signals.map((_, i) => i);
      const options = { sizes, training: true, inputGradient: wanted, signals };
      const window = randomWindow(program, sizes, 3, seed);
      const walked = walk(program, options, window);
      const { inputGradient, ...rest } = interpret(
        program,
        options,
        lowerCell(program, options),
        window,
      );
      const { inputGradient: wantedGradient, ...wantedRest } = walked;
      expect(rest).toEqual(wantedRest);
      if (wanted) expect(inputGradient).toEqual(wantedGradient);
    }),
    { numRuns: 500 },
  );
});

test("without training, one record for all steps gives the same states", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...SIZES), (seed, sizes) => {
      const program = randomProgram(seed);
      const signals = program.signals.map((_, i) => i);
      const options = { sizes, training: false, inputGradient: false, signals };
      const window = randomWindow(program, sizes, 3, seed);
      const lowered = lowerCell(program, options);
      expect(lowered.backward).toEqual([]);
      expect(interpret(program, options, lowered, window)).toMatchObject({
        states: walk(program, options, window).states,
        signals: walk(program, options, window).signals,
      });
    }),
    { numRuns: 300 },
  );
});
