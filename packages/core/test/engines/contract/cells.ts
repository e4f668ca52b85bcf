/** Every cell of the zoo, on random sizes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cell } from "../../../src/cells/cell.ts";
import { defineCell } from "../../../src/cells/defineCell.ts";
import { regulariseCell } from "../../../src/cells/regularise.ts";
import { gruResetBefore, lstm, ZOO } from "../../../src/cells/zoo/index.ts";
import { layoutCell, type Sizes } from "../../../src/engines/cellTensors.ts";
import type { Engine } from "../../../src/engines/engine.ts";
import { Layout } from "../../../src/engines/layout.ts";
import { cellSubject, showGradients } from "./cellSubject.ts";
import { expectClose, type Tolerance } from "./close.ts";
import { cellIdentities, lstmMemory } from "./identities.ts";
import { lengthIdentities } from "./lengths.ts";
import { type Extent, type Run, runSubject } from "./subject.ts";
import { cases, expectAgreement, holdsAlongAxes, holdsUniversally } from "./universal.ts";

/** The sizes of a cell whose equations may tie the input's to the output's, or project. */
export function cellSizes(
  { program }: Cell,
  given: { readonly inputSize: number; readonly units: number; readonly projection: number },
): Sizes {
  const projects = program.states[program.output].width === "out";
  const out = projects ? given.projection : given.units;
  const tied = program.tiedInput && (program.tiedInput === "out" ? out : given.units);
  return { in: tied ?? given.inputSize, units: given.units, out };
}

const shapes = fc.record({
  units: fc.constantFrom(1, 3, 5, 17),
  inputSize: fc.constantFrom(1, 2, 6),
  projection: fc.constantFrom(1, 2, 5),
  input: fc.constantFrom("vectors" as const, "tokens" as const),
  lengths: fc.boolean(),
  recurrentDropout: fc.boolean(),
  zoneout: fc.boolean(),
  gradients: fc.constantFrom(0, 1, 2, 3),
});

export function cellsContract(createEngine: () => Engine, tolerance: Tolerance): void {
  describe.each(ZOO)("cell $name", (cell) => {
    const arbitrary = cases(shapes, ({ input, lengths, ...shape }) =>
      cellSubject(showGradients(regulariseCell(cell, shape), shape.gradients), {
        sizes: cellSizes(cell, shape),
        input,
        lengths,
      }),
    );
    holdsUniversally(arbitrary, { createEngine, tolerance, runs: 8 });
    holdsAlongAxes(arbitrary, { createEngine, tolerance, runs: 4 });
    const sizes = cellSizes(cell, { inputSize: 3, units: 5, projection: 2 });
    agreesWhenLarge(cell, createEngine, tolerance);
    tokensAreOneHot(cell, sizes, createEngine, tolerance);
    cellIdentities(cell, sizes, createEngine, tolerance);
    lengthIdentities(cell, sizes, createEngine, tolerance);
  });
  describe("cell lstm", () => lstmMemory(createEngine));
  describe.each([lstm, gruResetBefore])("cell $name whose gradients are shown", (cell) => {
    const sizes = { in: 3, units: 5, out: 5 };
    lengthIdentities(showGradients(cell, 1), sizes, createEngine, tolerance);
    it("refuses to show them in a plan that only infers", () => {
      const layout = new Layout();
      const window = { steps: 2, batch: 1 };
      const { program } = showGradients(cell, 1);
      const spec = layoutCell(layout, program, sizes, {
        ...window,
        training: false,
        signals: true,
      });
      expect(() =>
        createEngine().compile({ ...window, size: layout.size, operations: [spec] }),
      ).toThrow(/^cell: signal "gradient \d+" is computed backward, and this plan only infers; /);
    });
  });
  describe("cell whose matrices multiply what may overflow", () => {
    const cell = defineCell(`
      a = exp(W·x[t])
      h[t] = tanh(K·a + U·h[t-1] + b_h + p_h * h[t-1])
    `);
    lengthIdentities(cell, { in: 3, units: 5, out: 5 }, createEngine, tolerance);
  });
}

/** A part of a run by its name. */
function read(run: Run, what: string): readonly number[] {
  const { forward, backward, gradients } = run.subject;
  const part = [...forward, ...backward, ...gradients].find((p) => p.what === what);
  if (!part) throw new RangeError(`no part ${what}`);
  return run.read(part);
}

/** Sizes at which matrix products need more than one tile, panel and block of rows. */
function agreesWhenLarge(cell: Cell, createEngine: () => Engine, tolerance: Tolerance): void {
  it("agrees with the reference at 40 units over twelve steps", () => {
    const sizes = cellSizes(cell, { inputSize: 37, units: 40, projection: 11 });
    const make = cellSubject(cell, { sizes, input: "vectors" });
    expectAgreement(createEngine(), make, { steps: 12, batch: 13 }, tolerance);
  });
}

function tokensAreOneHot(
  cell: Cell,
  sizes: Sizes,
  createEngine: () => Engine,
  tolerance: Tolerance,
): void {
  it("gives for tokens what it gives for one-hot vectors", () => {
    const used = { steps: 3, batch: 3 };
    const byToken = runSubject(createEngine(), cellSubject(cell, { sizes, input: "tokens" }), used);
    const [tokens] = byToken.subject.integers;
    const chosen = tokens.positions.map((at) => byToken.plan.integers[at]);
    const oneHot = runSubject(createEngine(), oneHotSubject(cell, sizes, chosen), used);
    for (const what of ["h", "dh[0]", "dWeights"]) {
      expectClose(what, read(byToken, what), read(oneHot, what), tolerance);
    }
  });
}

/** The subject on vectors, with the one-hot vectors of given tokens as its input. */
function oneHotSubject(cell: Cell, sizes: Sizes, tokens: readonly number[]) {
  const make = cellSubject(cell, { sizes, input: "vectors" });
  return (capacity: Extent, used: Extent) => {
    const subject = make(capacity, used);
    const { positions: places } = subject.inputs.find(({ what }) => what === "x") ?? {
      positions: [],
    };
    const hot = tokens.flatMap((token, row) =>
      Array.from({ length: sizes.in }, (_, k) => ({
        what: `x ${row} ${k}`,
        positions: [places[row * sizes.in + k]],
        width: null,
        value: () => (k === token ? 1 : 0),
      })),
    );
    return { ...subject, inputs: [...subject.inputs.filter(({ what }) => what !== "x"), ...hot] };
  };
}
