/** Masks in the equations: which vectors get one, and that weights stay where they were. */
import { describe, expect, it } from "vitest";
import { defineCell } from "../../src/cells/defineCell.ts";
import type { CellProgram, NodeId } from "../../src/cells/program.ts";
import { regulariseCell } from "../../src/cells/regularise.ts";
import { gruResetBefore, lstm, ZOO } from "../../src/cells/zoo/index.ts";

const DROPOUT = { recurrentDropout: true, zoneout: false };
const ZONEOUT = { recurrentDropout: false, zoneout: true };
const BOTH = { recurrentDropout: true, zoneout: true };

/** What of a program says where weights lie and what they multiply. */
function weightsOf({ matrices, vectors, products, sources, sums, states, output }: CellProgram) {
  return {
    matrices,
    vectors: vectors.map(({ name, width }) => ({ name, width })),
    products,
    sources: sources.map(({ width, sums: fed }) => ({ width, fed })),
    sums: sums.map(({ width }) => width),
    states: states.map(({ name, width, initial }) => ({ name, width, initial })),
    output,
  };
}

/** A node as an expression, down to its leaves. */
function shown(program: CellProgram, id: NodeId): string {
  const node = program.nodes[id];
  switch (node.kind) {
    case "number":
      return `${node.value}`;
    case "previous":
      return `${program.states[node.state].name}[t-1]`;
    case "mask":
      return `mask ${node.mask}`;
    case "sum":
      return `sum ${node.sum}`;
    case "apply":
      return `${node.op}(${node.args.map((arg) => shown(program, arg)).join(", ")})`;
    default:
      return node.kind;
  }
}

describe.each(ZOO)("$name", (cell) => {
  it.each([DROPOUT, ZONEOUT, BOTH])("keeps its weights where they are with %o", (chosen) => {
    const { program } = regulariseCell(cell, chosen);
    expect(weightsOf(program)).toEqual(weightsOf(cell.program));
  });

  it("has a mask for each source but x[t], one for all steps, then one a step for each state", () => {
    const { program } = cell;
    const sources = program.sources.flatMap(({ node, width }, index) =>
      program.nodes[node].kind === "input" ? [] : [{ width, perStep: false, of: "source", index }],
    );
    const states = program.states.map(({ width }, index) => {
      return { width, perStep: true, of: "state", index };
    });
    expect(regulariseCell(cell, DROPOUT).program.masks).toEqual(sources);
    expect(regulariseCell(cell, ZONEOUT).program.masks).toEqual(states);
    expect(regulariseCell(cell, BOTH).program.masks).toEqual([...sources, ...states]);
    expect(program.masks).toEqual([]);
  });

  it("shows its signals as they are written, whatever is held", () => {
    const zoned = regulariseCell(cell, ZONEOUT).program;
    expect(zoned.signals.map(({ node }) => shown(zoned, node))).toEqual(
      cell.program.signals.map(({ node }) => shown(cell.program, node)),
    );
  });
});

describe("regulariseCell", () => {
  it("multiplies h[t-1] of the LSTM by its mask, and nothing else", () => {
    const { program } = regulariseCell(lstm, DROPOUT);
    const multiplied = program.sources.map(({ node }) => shown(program, node));
    expect(multiplied).toEqual(["input", "mul(h[t-1], mask 0)"]);
  });

  it("masks what a step computes before a matrix multiplies it", () => {
    const { program } = regulariseCell(gruResetBefore, DROPOUT);
    const multiplied = program.sources.map(({ node }) => shown(program, node));
    expect(multiplied.slice(1)).toEqual([
      "mul(h[t-1], mask 0)",
      expect.stringMatching(/^mul\(mul\(sigmoid\(.*\), h\[t-1\]\), mask 1\)$/),
    ]);
  });

  it("carries value + mask · (before − value)", () => {
    const { program } = regulariseCell(defineCell("h[t] = tanh(W·x[t])"), ZONEOUT);
    const value = "tanh(sum 0)";
    expect(shown(program, program.states[0].value)).toBe(
      `add(${value}, mul(mask 0, sub(h[t-1], ${value})))`,
    );
  });

  it("lets other equations of the step read the value that is not held", () => {
    const { program } = regulariseCell(lstm, ZONEOUT);
    const output = program.signals.find(({ name }) => name === "h")?.node ?? -1;
    expect(shown(program, output)).not.toContain("mask");
  });

  it("keeps sources in the order of the cell's own program where masks change their stages", () => {
    // Of x alone, and so as early as the masked h[t-1], before which it is written.
    const cell = defineCell(`
      a = tanh(V·x[t])
      h[t] = tanh(K·a + U·h[t-1])
    `);
    const kinds = (program: CellProgram) =>
      program.sources.map(({ node }) =>
        shown(program, node).replace(/^mul\((.*), mask \d\)$/, "$1"),
      );
    expect(kinds(regulariseCell(cell, DROPOUT).program)).toEqual(kinds(cell.program));
  });

  it("is the cell itself where nothing is chosen, and one program for one choice", () => {
    expect(regulariseCell(lstm, { recurrentDropout: false, zoneout: false })).toBe(lstm);
    const first = regulariseCell(lstm, BOTH);
    expect(regulariseCell(lstm, BOTH).program).toBe(first.program);
    expect(first).toMatchObject({ name: "lstm", forgetGates: lstm.forgetGates });
  });
});
