import fc from "fast-check";
import { expect, test } from "vitest";
import { lstm, lstmProjection } from "../../../src/cells/zoo/index.ts";
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

test("an LSTM keeps its gates where their arguments were, and only tanh(c) beside them", () => {
  const sizes = { in: 4, units: 8, out: 8 };
  const lowered = lowerCell(lstm.program, {
    ...{ sizes, training: true, inputGradient: true, signals: [] },
  });
  expect(lowered.recordWidth).toBe(5 * 8);
  expect(lowered.scratchWidth).toBe(0);
  // Every bias is added to one gate, so its gradient is that gate's.
  expect(lowered.vectorSums).toEqual([]);
});

test("what the backward pass needs from forward values alone is computed where it is used", () => {
  const sizes = { in: 4, units: 8, out: 4 };
  const lowered = lowerCell(lstmProjection.program, {
    ...{ sizes, training: true, inputGradient: true, signals: [] },
  });
  // The first stage only hands ∂L/∂h on to the projection; f·(1 − f) and its like wait for the second.
  expect(lowered.backward[0].loops.flatMap(({ code }) => code.map(({ kind }) => kind))).toEqual([
    "load",
    "store",
  ]);
  expect(lowered.scratchWidth).toBe(0);
});

test("a plan that only infers an LSTM keeps nothing but its pre-activations", () => {
  const sizes = { in: 4, units: 8, out: 8 };
  const lowered = lowerCell(lstm.program, {
    ...{ sizes, training: false, inputGradient: false, signals: [] },
  });
  const stores = lowered.forward
    .flatMap(({ loops }) => loops.flatMap(({ code }) => code))
    .flatMap((instruction) => (instruction.kind === "store" ? [instruction.to.array] : []));
  expect(lowered.recordWidth).toBe(4 * 8);
  expect(stores).toEqual(["state", "state"]);
});
