import { expect, it } from "vitest";
import { Beam } from "../../src/models/beam.ts";

const END = 2;
const GOOD = Math.log(0.9);
const POOR = Math.log(0.05);

it("does not stop for poor ends while a better sequence goes on", () => {
  const beam = new Beam(2, END, () => 1);
  /** Token 0 is likely for four steps, then the end is; before, an end is always the second choice. */
  const next = (step: number) => () => ({
    logits: Float64Array.from(step < 4 ? [GOOD, 2 * POOR, POOR] : [2 * POOR, POOR, GOOD]),
    only: null,
  });
  let step = 0;
  while (!beam.isDone) beam.advance(next(step++));
  expect(step).toBe(5);
  const { tokens, logProbability } = beam.best();
  expect(tokens).toEqual([0, 0, 0, 0, END]);
  expect(logProbability).toBeCloseTo(5 * GOOD, 12);
});

it("pursues nothing that is banned, however many rows are left", () => {
  const beam = new Beam(3, END, () => 1);
  const never = Number.NEGATIVE_INFINITY;
  const next = () => ({ logits: Float64Array.of(never, GOOD, POOR, never), only: null });
  // One token and the end may be written: one row goes on, and the others repeat it.
  expect(beam.advance(next)).toEqual(Array(3).fill({ parent: 0, token: 1 }));
  expect(beam.advance(next)).toEqual(Array(3).fill({ parent: 0, token: 1 }));
  expect(beam.isDone).toBe(false);
});

it("stops where the best has ended, however many go on below it", () => {
  const beam = new Beam(1, END, (length) => length);
  beam.advance(() => ({ logits: Float64Array.of(POOR, 2 * POOR, GOOD), only: null }));
  expect(beam.isDone).toBe(true);
  expect(beam.best().tokens).toEqual([END]);
});
