import { describe, expect, it } from "vitest";
import type { Cell } from "../../src/cells/cell.ts";
import { defineCell } from "../../src/cells/defineCell.ts";
import type { Node } from "../../src/cells/program.ts";
import { regulariseCell } from "../../src/cells/regularise.ts";
import { lstm, ZOO } from "../../src/cells/zoo/index.ts";
import { checkGradients } from "../../src/engines/checkGradients.ts";
import { gradientCheck } from "../../src/engines/gradientCheck.ts";

/**
 * At ε = 1e-5 the differences are off by some 1e-10 of the largest gradient, and errors count against no less than a
 * thousandth of it: 1e-7 is what can be asked.
 */
const tolerance = 2e-7;

/**
 * Differences of a loss that a state of some size is part of, or is mixed with by a mask, lose as many times more by rounding: the
 * sLSTM's stabiliser begins at −1000.
 */
function toleranceOf({ program }: Cell): number {
  const sizes = program.states.map(({ initial }) => Math.abs(initial));
  return tolerance * Math.max(1, ...sizes);
}

describe.each(ZOO)("$name", (cell) => {
  it("agrees with central differences over four time steps", () => {
    const report = gradientCheck(cell, { tolerance });
    expect(report, JSON.stringify(report.worst)).toMatchObject({ passed: true });
  });

  it("agrees with central differences at odd sizes, over five time steps", () => {
    const sizes = { hiddenSize: 5, inputSize: 2, projectionSize: 3, steps: 5, batch: 3 };
    const report = gradientCheck(cell, { ...sizes, tolerance, seed: 2 });
    expect(report, JSON.stringify(report.worst)).toMatchObject({ passed: true });
  });

  it("agrees with central differences where sequences have lengths, none and all among them", () => {
    const lengths = [2, 0, 4, 1];
    const report = gradientCheck(cell, {
      lengths,
      batch: 4,
      tolerance: toleranceOf(cell),
      seed: 3,
    });
    expect(report, JSON.stringify(report.worst)).toMatchObject({ passed: true });
  });

  it.each([
    { recurrentDropout: true, zoneout: false },
    { recurrentDropout: false, zoneout: true },
    { recurrentDropout: true, zoneout: true },
  ])("agrees with central differences with %o", (regularisation) => {
    const masked = regulariseCell(cell, regularisation);
    const given = { lengths: [4, 3], seed: 4, tolerance: toleranceOf(cell) };
    const report = gradientCheck(masked, given);
    expect(report, JSON.stringify(report.worst)).toMatchObject({ passed: true });
  });
});

/** The cell with one node of its derivative made wrong. */
function broken(cell: Cell, id: number, wrong: Node): Cell {
  const nodes = cell.program.nodes.with(id, wrong);
  return { ...cell, program: { ...cell.program, nodes } };
}

describe("gradientCheck", () => {
  it("counts every weight, vector, input and initial state", () => {
    // 4 gates × (4 × 7 + 4), 4 steps × 2 × 3 inputs, 2 states × 2 × 4.
    expect(gradientCheck(lstm).count).toBe(4 * (4 * 7 + 4) + 4 * 2 * 3 + 2 * 2 * 4);
  });

  it("finds every sum and product of the LSTM's derivative that is turned into another", () => {
    const { program } = lstm;
    const backward = program.backward.flatMap((stage) => stage.nodes);
    const forward = new Set(program.forward.flatMap((stage) => stage.nodes));
    let mutants = 0;
    for (const id of backward) {
      const node = program.nodes[id];
      if (node.kind !== "apply" || forward.has(id)) continue;
      if (node.op !== "add" && node.op !== "mul" && node.op !== "sub") continue;
      const op = node.op === "add" ? "sub" : "add";
      const report = gradientCheck(broken(lstm, id, { ...node, op }), { tolerance });
      expect(report.passed, `node ${id}: ${node.op} made ${op}`).toBe(false);
      mutants++;
    }
    expect(mutants).toBeGreaterThan(15);
  });

  it("finds a state's gradient that is left out", () => {
    const { program } = lstm;
    const states = program.states.map((state) => ({ ...state, previousGradient: null }));
    const cell = { ...lstm, program: { ...program, states } };
    expect(gradientCheck(cell).passed).toBe(false);
  });

  it("wants a length for each sequence, of no more than all steps", () => {
    expect(() => gradientCheck(lstm, { batch: 3, lengths: [1, 2] })).toThrow(
      "lengths: expected 3 integers from 0 to 4, got [1, 2]",
    );
    expect(() => gradientCheck(lstm, { lengths: [5, 1] })).toThrow(RangeError);
  });

  it("fails where a gradient is not finite", () => {
    // log of a negative number: NaN everywhere.
    const cell = defineCell("h[t] = log(min(U·h[t-1] + W·x[t], -1))");
    const report = gradientCheck(cell);
    expect(report.passed).toBe(false);
    expect(report.maxRelativeError).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("checkGradients", () => {
  const values = Float64Array.of(3, -2);
  /** L = a² b, so that ∂L/∂a = 2ab = −12 and ∂L/∂b = a² = 9. */
  const evaluate = (): number => values[0] * values[0] * values[1];

  it("passes a polynomial's derivative and leaves the values as they were", () => {
    const report = checkGradients(evaluate, [
      { what: "ab", values, positions: [0, 1], analytic: [-12, 9] },
    ]);
    expect(report).toMatchObject({ passed: true, count: 2 });
    expect([...values]).toEqual([3, -2]);
  });

  it("names the gradient that is furthest off", () => {
    const report = checkGradients(evaluate, [
      { what: "a", values, positions: [0], analytic: [-12.1] },
      { what: "b", values, positions: [1], analytic: [8] },
    ]);
    expect(report).toMatchObject({ passed: false, worst: { what: "b", index: 0, analytic: 8 } });
    expect(report.maxRelativeError).toBeCloseTo(1 / 9, 6);
  });

  it("has nothing to say of nothing", () => {
    expect(checkGradients(evaluate, [])).toEqual({
      maxRelativeError: 0,
      worst: null,
      passed: true,
      count: 0,
    });
  });
});
