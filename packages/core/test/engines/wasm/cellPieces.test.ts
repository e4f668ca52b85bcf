/** Steps whose products with x are made ahead, in plans that only infer with few rows: wherever a call begins. */
import { describe, expect, it } from "vitest";
import { regulariseCell } from "../../../src/cells/regularise.ts";
import { gruResetBefore, lstm } from "../../../src/cells/zoo/index.ts";
import { createReferenceEngine } from "../../../src/engines/reference/index.ts";
import { createWasmEngine } from "../../../src/engines/wasm/index.ts";
import { expectClose, expectSameBits } from "../contract/close.ts";
import { InferringCell } from "../inferring.ts";

describe.each([lstm, gruResetBefore])("$name", (cell) => {
  // Room ahead for 64 steps of one sequence, and for 16 of four.
  it.each([
    { batch: 1, borders: [0, 5, 6, 64, 66, 130] },
    { batch: 1, borders: [0, 63, 65, 128, 130] },
    { batch: 4, borders: [0, 3, 16, 33, 40] },
  ])("goes on at any step with the bits of one call: %o", ({ batch, borders }) => {
    const steps = borders[borders.length - 1];
    const whole = new InferringCell(createWasmEngine(), cell, steps, batch).run().values();
    const pieces = new InferringCell(createWasmEngine(), cell, steps, batch).runPieces(borders);
    expectSameBits("states", pieces.values(), whole);
    expect(whole.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  });

  it("multiplies by the one mask of a sequence at every step, as the reference does", () => {
    const masked = regulariseCell(cell, { recurrentDropout: true, zoneout: false });
    const [mine, theirs] = [createWasmEngine(), createReferenceEngine()].map((engine) =>
      new InferringCell(engine, masked, 20, 2).run().values(),
    );
    // A float32 rounded at each of twenty steps.
    expectClose("states", mine, theirs, { roundings: 32 });
  });

  it("goes on so where sequences have lengths", () => {
    const lengths = [7, 0, 33, 40];
    const run = () => new InferringCell(createWasmEngine(), cell, 40, 4, lengths);
    expectSameBits("states", run().runPieces([0, 9, 20, 40]).values(), run().run().values());
  });
});
