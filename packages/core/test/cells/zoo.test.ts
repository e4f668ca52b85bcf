/** The zoo as data: each cell is what its name says, and what other programs call it is complete. */
import { describe, expect, test } from "vitest";
import type { Cell, ForeignNames, ForeignTensor } from "../../src/cells/cell.ts";
import type { Width } from "../../src/cells/program.ts";
import { findCell, lstm, lstmTorch, ZOO } from "../../src/cells/zoo/index.ts";
import { CellstateError } from "../../src/errors.ts";

const I = 3;
const H = 5;
const P = 2;

const sizesOf = ({ program }: Cell): Record<Width, number> => {
  const projects = program.states[program.output].width === "out";
  return { in: program.tiedInput ? H : I, units: H, out: projects ? P : H };
};

const parameterCount = (cell: Cell): number => {
  const sizes = sizesOf(cell);
  const total = (widths: readonly Width[]): number => widths.reduce((n, w) => n + sizes[w], 0);
  const { matrices, vectors } = cell.program;
  return (
    matrices.reduce((n, { rows, columns }) => n + sizes[rows] * total(columns), 0) +
    total(vectors.map(({ width }) => width))
  );
};

/** Of one gate: weights on x and h, and a bias. */
const gate = H * (I + H) + H;
const peephole = H;

const PARAMETERS: Record<string, number> = {
  rnn: gate,
  "rnn-relu": gate,
  irnn: gate,
  "lstm-1997": 3 * gate,
  lstm: 4 * gate,
  "lstm-peephole": 4 * gate + 3 * peephole,
  "lstm-coupled": 3 * gate,
  "lstm-projection": 4 * (H * (I + P) + H) + P * H,
  "lstm-nig": 3 * gate + 2 * peephole,
  "lstm-nfg": 3 * gate + 2 * peephole,
  "lstm-nog": 3 * gate + 2 * peephole,
  "lstm-niaf": 4 * gate + 3 * peephole,
  "lstm-noaf": 4 * gate + 3 * peephole,
  "lstm-cifg": 3 * gate + 2 * peephole,
  "lstm-fgr": 4 * gate + 3 * peephole + 9 * H * H,
  gru: 3 * gate + H,
  "gru-reset-before": 3 * gate,
  mgu: 2 * gate,
  mingru: 2 * (H * I + H),
  minlstm: 3 * (H * I + H),
  slstm: 4 * gate,
  sru: 3 * H * H + 4 * H,
  "rnn-torch": gate + H,
  "rnn-relu-torch": gate + H,
  "lstm-torch": 4 * (gate + H),
  "lstm-projection-torch": 4 * (H * (I + P) + 2 * H) + P * H,
  "gru-torch": 3 * (gate + H),
};

test("every cell has as many parameters as its paper's formula", () => {
  const counted = Object.fromEntries(ZOO.map((cell) => [cell.name, parameterCount(cell)]));
  expect(counted).toEqual(PARAMETERS);
});

test("every cell has a title and a source, and every line of its equations a caption", () => {
  for (const cell of ZOO) {
    expect(cell.title, cell.name).not.toBe("");
    expect(cell.source, cell.name).toMatch(/\d{4}|documentation/);
    for (const { name, caption } of cell.program.signals) {
      expect(caption, `${cell.name}: ${name}`).not.toBe("");
    }
  }
});

/** Signal, sign and biases of each, as `f+ b_f`. */
const gatesOf = (cell: Cell, which: "forgetGates" | "writeGates"): string =>
  cell[which]
    .map(({ signal, sign, vectors }) => {
      const names = vectors.map((index) => cell.program.vectors[index].name);
      return `${signal}${sign > 0 ? "+" : "−"} ${names.join(" ")}`;
    })
    .join(", ");

const GATES: Record<string, readonly [forget: string, write: string]> = {
  rnn: ["", ""],
  "rnn-relu": ["", ""],
  irnn: ["", ""],
  "lstm-1997": ["", ""],
  lstm: ["f+ b_f", "i+ b_i"],
  "lstm-peephole": ["f+ b_f", "i+ b_i"],
  "lstm-coupled": ["i− b_i", "i+ b_i"],
  "lstm-projection": ["f+ b_f", "i+ b_i"],
  "lstm-nig": ["f+ b_f", ""],
  "lstm-nfg": ["", ""],
  "lstm-nog": ["f+ b_f", "i+ b_i"],
  "lstm-niaf": ["f+ b_f", "i+ b_i"],
  "lstm-noaf": ["f+ b_f", "i+ b_i"],
  "lstm-cifg": ["i− b_i", "i+ b_i"],
  "lstm-fgr": ["f+ b_f", "i+ b_i"],
  gru: ["z+ b_z", "z− b_z"],
  "gru-reset-before": ["z+ b_z", "z− b_z"],
  mgu: ["f− b_f", "f+ b_f"],
  mingru: ["z− b_z", "z+ b_z"],
  minlstm: ["f+ b_f", "i+ b_i"],
  slstm: ["f+ b_f", "i+ b_i"],
  sru: ["f+ b_f", "f− b_f"],
  "rnn-torch": ["", ""],
  "rnn-relu-torch": ["", ""],
  "lstm-torch": ["f+ b_if b_hf", "i+ b_ii b_hi"],
  "lstm-projection-torch": ["f+ b_if b_hf", "i+ b_ii b_hi"],
  "gru-torch": ["z+ b_iz b_hz", "z− b_iz b_hz"],
};

test("forget and write gates are found where there are any, with their biases", () => {
  const found = ZOO.map((cell) => [
    cell.name,
    [gatesOf(cell, "forgetGates"), gatesOf(cell, "writeGates")],
  ]);
  expect(Object.fromEntries(found)).toEqual(GATES);
});

test("vectors that multiply are told from biases", () => {
  const multipliers = (cell: Cell): string =>
    cell.program.vectors
      .filter((_, index) => !cell.biases.includes(index))
      .map(({ name }) => name)
      .join(" ");
  const found = ZOO.map((cell) => [cell.name, multipliers(cell)]).filter(([, names]) => names);
  expect(Object.fromEntries(found)).toEqual({
    "lstm-peephole": "p_f p_i p_o",
    "lstm-nig": "p_f p_o",
    "lstm-nfg": "p_i p_o",
    "lstm-nog": "p_f p_i",
    "lstm-niaf": "p_f p_i p_o",
    "lstm-noaf": "p_f p_i p_o",
    "lstm-cifg": "p_i p_o",
    "lstm-fgr": "p_f p_i p_o",
    sru: "v_f v_r",
  });
});

describe("names in other programs' files", () => {
  /** Elements of a row of a foreign tensor: rows × columns. */
  const rowShape = (
    cell: Cell,
    row: ForeignTensor["rows"][number],
    empty: readonly [number, number],
  ): readonly [number, number] => {
    const sizes = sizesOf(cell);
    if (row === null) return empty;
    if (typeof row === "string") {
      const vector = cell.program.vectors.find(({ name }) => name === row);
      if (!vector) throw new Error(`${cell.name} has no vector ${row}`);
      return [sizes[vector.width], 1];
    }
    const index = cell.program.matrices.findIndex(({ name }) => name === row.matrix);
    if (index < 0) throw new Error(`${cell.name} has no matrix ${row.matrix}`);
    const { rows, columns } = cell.program.matrices[index];
    if (row.columns === null) return [sizes[rows], columns.reduce((n, w) => n + sizes[w], 0)];
    const product = blockOf(cell, index, row.columns);
    return [sizes[rows], sizes[cell.program.sources[product.source].width]];
  };

  /** The product of a matrix with x, or with a state by its name. */
  const blockOf = (cell: Cell, matrix: number, columns: string) => {
    const { products, sources, nodes, states } = cell.program;
    const found = products.find((product) => {
      const node = nodes[sources[product.source].node];
      if (product.matrix !== matrix) return false;
      if (node.kind === "input") return columns === "x";
      return node.kind === "previous" && states[node.state].name === columns;
    });
    if (!found) throw new Error(`${cell.name}: matrix ${matrix} has no block for ${columns}`);
    return found;
  };

  const shapeOf = (cell: Cell, { rows }: ForeignTensor): readonly [number, number] => {
    const shapes = rows.map((row) => rowShape(cell, row, [H, 1]));
    return [shapes.reduce((n, [height]) => n + height, 0), shapes[0][1]];
  };

  /** Every part of every parameter, as `W_f:x` or `b_f`. */
  const partsOfCell = (cell: Cell): string[] => {
    const { products, matrices, vectors, sources, nodes, states } = cell.program;
    const blocks = products.map(({ matrix, source }) => {
      const node = nodes[sources[source].node];
      const part =
        node.kind === "input" ? "x" : node.kind === "previous" ? states[node.state].name : "…";
      return `${matrices[matrix].name}:${part}`;
    });
    return [...blocks, ...vectors.map(({ name }) => name)].sort();
  };

  const partsOfNames = (cell: Cell, { tensors }: ForeignNames): string[] =>
    tensors
      .flatMap(({ rows }) => rows)
      .flatMap((row) => {
        if (row === null) return [];
        if (typeof row === "string") return [row];
        if (row.columns !== null) return [`${row.matrix}:${row.columns}`];
        return partsOfCell(cell).filter((part) => part.startsWith(`${row.matrix}:`));
      })
      .sort();

  const torchCells = ZOO.filter((cell) => cell.torch);
  const onnxCells = ZOO.filter((cell) => cell.onnx);

  test("the cells that PyTorch has are these", () => {
    expect(torchCells.map(({ name }) => name)).toEqual([
      "rnn",
      "rnn-relu",
      "irnn",
      "lstm",
      "lstm-projection",
      "gru",
      "rnn-torch",
      "rnn-relu-torch",
      "lstm-torch",
      "lstm-projection-torch",
      "gru-torch",
    ]);
  });

  test("the cells that ONNX has are these", () => {
    expect(onnxCells.map(({ name }) => name)).toEqual([
      "rnn",
      "rnn-relu",
      "irnn",
      "lstm",
      "lstm-peephole",
      "gru",
      "gru-reset-before",
      "rnn-torch",
      "rnn-relu-torch",
      "lstm-torch",
      "gru-torch",
    ]);
  });

  test.each(torchCells)(
    "$name: each part of each parameter has one place in PyTorch's file",
    (cell) => {
      expect(partsOfNames(cell, cell.torch!)).toEqual(partsOfCell(cell));
    },
  );

  test.each(onnxCells)(
    "$name: each part of each parameter has one place in ONNX's file",
    (cell) => {
      expect(partsOfNames(cell, cell.onnx!)).toEqual(partsOfCell(cell));
    },
  );

  const GATE_COUNT: Record<string, number> = { RNN: 1, LSTM: 4, GRU: 3 };

  test.each(torchCells)("$name: PyTorch's tensors have PyTorch's shapes", (cell) => {
    const { operator, tensors } = cell.torch!;
    const out = sizesOf(cell).out;
    const rows = GATE_COUNT[operator] * H;
    const wanted: Record<string, readonly number[]> = {
      weight_ih: [rows, I],
      weight_hh: [rows, out],
      bias_ih: [rows, 1],
      bias_hh: [rows, 1],
    };
    if (out !== H) wanted.weight_hr = [out, H];
    const shapes = tensors.map((tensor) => [tensor.name, shapeOf(cell, tensor)]);
    expect(Object.fromEntries(shapes)).toEqual(wanted);
  });

  test.each(onnxCells)("$name: ONNX's tensors have ONNX's shapes, less num_directions", (cell) => {
    const { operator, tensors } = cell.onnx!;
    const rows = GATE_COUNT[operator] * H;
    const wanted: Record<string, readonly number[]> = {
      W: [rows, I],
      R: [rows, H],
      B: [2 * rows, 1],
    };
    if (cell.name === "lstm-peephole") wanted.P = [3 * H, 1];
    const shapes = tensors.map((tensor) => [tensor.name, shapeOf(cell, tensor)]);
    expect(Object.fromEntries(shapes)).toEqual(wanted);
  });
});

describe("findCell", () => {
  test("finds every cell of the zoo by its name, and no two have the same", () => {
    for (const cell of ZOO) expect(findCell(cell.name)).toBe(cell);
  });

  test("says which name is nearest, and where the list is", () => {
    expect(() => findCell("lsmt")).toThrow(
      new CellstateError(
        "unknown-cell",
        `unknown cell "lsmt"; did you mean "lstm"? (${ZOO.length} cells: cellstate cells)`,
      ),
    );
  });

  test("guesses nothing where no name is near", () => {
    expect(() => findCell("transformer")).toThrow(
      `unknown cell "transformer" (${ZOO.length} cells: cellstate cells)`,
    );
  });
});

test("the names of a cell's signals are known to the compiler", () => {
  const names: readonly ("f" | "i" | "g" | "o" | "c" | "h")[] = lstm.signalNames;
  expect(names).toEqual(["f", "i", "g", "o", "c", "h"]);
  // @ts-expect-error: an LSTM has no signal q, and its type knows it.
  const wrong: readonly "q"[] = lstmTorch.signalNames;
  expect(wrong).not.toContain("q");
});
