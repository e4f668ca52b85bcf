import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Cell } from "../../src/cells/cell.ts";
import { findCell, ZOO } from "../../src/cells/zoo/index.ts";
import { readSafetensors } from "../../src/files/safetensors.ts";
import {
  fromTorch,
  type NamedWeights,
  type TorchSource,
  type TorchTensor,
  torchShapes,
  toTorch,
} from "../../src/files/torchNames.ts";
import { errorLine } from "./support.ts";

const GOLDEN = new URL("../golden/torch/", import.meta.url);

/** Numbers that are all different and exact in float32, so that one in the wrong place shows. */
function countedWeights(cell: Cell, sizes: Record<"in" | "units" | "out", number>) {
  let next = 0;
  const counted = (count: number): Float64Array =>
    Float64Array.from({ length: count }, () => ++next);
  const { matrices, vectors } = cell.program;
  return {
    matrices: matrices.map(({ rows, columns }) =>
      counted(sizes[rows] * columns.reduce((sum, width) => sum + sizes[width], 0)),
    ),
    vectors: vectors.map(({ width }) => counted(sizes[width])),
  } satisfies NamedWeights;
}

function sourceOf(tensors: readonly TorchTensor[]): TorchSource {
  return {
    take: (name, shape) => {
      const tensor = tensors.find((candidate) => candidate.name === name);
      expect(tensor?.shape).toEqual(shape);
      return tensor?.data ?? new Float32Array();
    },
    label: (name) => `m.safetensors: tensor \`${name}\``,
  };
}

const cells = Object.entries(ZOO);

describe("every cell of the zoo", () => {
  test.each(cells)("%s: its weights come back from their file's form, each once", (_, cell) => {
    const sizes = { in: 3, units: 3, out: 2 };
    const weights = countedWeights(cell, sizes);
    const stored = toTorch(cell, sizes, weights, "float32");
    expect(torchShapes(cell, sizes)).toEqual(stored.map(({ name, shape }) => ({ name, shape })));
    expect(fromTorch(cell, sizes, sourceOf(stored))).toEqual(weights);
  });
});

describe("an LSTM with one bias a gate", () => {
  const cell = findCell("lstm");
  const sizes = { in: 1, units: 1, out: 1 };
  // Matrices W_f, W_i, W_g, W_o of [h, x], then b_f, b_i, b_g, b_o.
  const weights: NamedWeights = {
    matrices: [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ].map((row) => Float64Array.from(row)),
    vectors: [10, 20, 30, 40].map((value) => Float64Array.of(value)),
  };

  test("is written in PyTorch's order i f g o, with a second bias of zeros", () => {
    expect(toTorch(cell, sizes, weights, "float64")).toEqual([
      { name: "weight_ih", shape: [4, 1], parts: [1], data: Float64Array.of(4, 2, 6, 8) },
      { name: "weight_hh", shape: [4, 1], parts: [1], data: Float64Array.of(3, 1, 5, 7) },
      { name: "bias_ih", shape: [4], parts: [], data: Float64Array.of(20, 10, 30, 40) },
      { name: "bias_hh", shape: [4], parts: [], data: new Float64Array(4) },
    ]);
  });

  test("reads a file with two by adding them, since both enter one pre-activation", () => {
    const stored = toTorch(cell, sizes, weights, "float64");
    stored[3].data.set([1, 2, 0, -4]);
    expect(fromTorch(cell, sizes, sourceOf(stored)).vectors).toEqual(
      [12, 21, 30, 36].map((value) => Float64Array.of(value)),
    );
  });
});

describe("a GRU with one bias a gate and one within the reset", () => {
  const cell = findCell("gru");
  const sizes = { in: 2, units: 2, out: 2 };

  test("reads a file with two: those of r and z are added, that of n has its own place", () => {
    const stored = toTorch(cell, sizes, countedWeights(cell, sizes), "float64");
    const byName = new Map(stored.map(({ name, data }) => [name, data]));
    byName.get("bias_ih")?.set([1, 2, 3, 4, 5, 6]);
    byName.get("bias_hh")?.set([10, 20, 30, 40, 50, 60]);
    const { vectors } = fromTorch(cell, sizes, sourceOf(stored));
    const read = Object.fromEntries(cell.program.vectors.map(({ name }, i) => [name, vectors[i]]));
    expect(read).toEqual({
      b_r: Float64Array.of(11, 22),
      b_z: Float64Array.of(33, 44),
      b_n: Float64Array.of(5, 6),
      b_hn: Float64Array.of(50, 60),
    });
  });

  test("has no place for a bias within the reset where its table says so, and one line tells", () => {
    // As if b_hn were none of the cell's: the biases of n then enter different pre-activations.
    const { torch, program } = cell;
    if (!torch) throw new TypeError("the GRU has PyTorch's names");
    const kept = program.vectors.filter(({ name }) => name !== "b_hn");
    const without: Cell = {
      ...cell,
      program: { ...program, vectors: kept },
      torch: {
        ...torch,
        tensors: torch.tensors.map(({ name, rows }) => ({
          name,
          rows: rows.map((row) => (row === "b_hn" ? null : row)),
        })),
      },
    };
    const stored = toTorch(without, sizes, countedWeights(without, sizes), "float64");
    stored[3].data[5] = 1;
    expect(errorLine(() => fromTorch(without, sizes, sourceOf(stored)))).toBe(
      "m.safetensors: tensor `bias_hh` has a bias in rows 4 to 5 that the cell gru lacks; use its form with two biases",
    );
  });
});

test("a cell that PyTorch lacks is written under its equations' names", () => {
  const shapes = torchShapes(findCell("lstm-peephole"), { in: 3, units: 2, out: 2 });
  expect(shapes).toContainEqual({ name: "W_f", shape: [2, 5] });
  expect(shapes).toContainEqual({ name: "b_f", shape: [2] });
});

describe("shapes that PyTorch itself wrote", () => {
  test.each([
    ["lstm-torch", "lstm_l1", { in: 4, units: 5, out: 5 }],
    ["lstm", "lstm_l1", { in: 4, units: 5, out: 5 }],
    ["gru-torch", "gru_l1", { in: 4, units: 5, out: 5 }],
    ["rnn-torch", "rnn_tanh_l1", { in: 4, units: 5, out: 5 }],
  ])("%s fits %s.safetensors", (cell, file, sizes) => {
    const bytes = new Uint8Array(readFileSync(new URL(`${file}.safetensors`, GOLDEN)));
    const { tensors } = readSafetensors(bytes, file);
    for (const { name, shape } of torchShapes(findCell(cell), sizes)) {
      expect(tensors.get(`${name}_l0`)?.shape).toEqual(shape);
    }
  });
});

test("a table that leaves out a weight is a mistake in the table", () => {
  const cell = findCell("rnn");
  const { torch } = cell;
  if (!torch) throw new TypeError("the RNN has PyTorch's names");
  const broken: Cell = { ...cell, torch: { ...torch, tensors: torch.tensors.slice(1) } };
  expect(() => torchShapes(broken, { in: 1, units: 1, out: 1 })).toThrow(
    new TypeError("rnn: its table of tensors does not hold W just once"),
  );
});
