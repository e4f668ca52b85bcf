import { describe, expect, it } from "vitest";
import { ZOO } from "../../src/cells/zoo/index.ts";
import {
  initialState,
  layoutCell,
  matrixShape,
  positions,
  storedWeights,
} from "../../src/engines/cellTensors.ts";
import { Layout } from "../../src/engines/layout.ts";
import { cellSizes } from "./contract/cells.ts";

const extent = { steps: 3, batch: 2, training: true, signals: true };

describe.each(ZOO)("$name", (cell) => {
  const { program } = cell;
  const sizes = cellSizes(cell, { inputSize: 3, units: 5, projection: 2 });
  const stored = storedWeights(program, sizes);

  it("stores every element of every matrix once", () => {
    program.matrices.forEach(({ name }, matrix) => {
      const [rows, columns] = matrixShape(program, matrix, sizes);
      const elements = stored
        .filter((weight) => weight.matrix === matrix)
        .map(({ row, column }) => row * columns + column)
        .sort((a, b) => a - b);
      const all = Array.from({ length: rows * columns }, (_, n) => n);
      expect(elements, name).toEqual(all);
    });
  });

  it("gives no two elements one place, and none outside its tensor", () => {
    const { weights } = layoutCell(new Layout(), program, sizes, extent);
    const places = stored.map(({ source, at }) => weights[source].offset + at);
    expect(new Set(places).size).toBe(places.length);
    const room = new Set(weights.flatMap((tensor) => positions(tensor)));
    expect(places.filter((at) => !room.has(at))).toEqual([]);
  });

  it("lays no tensor over another", () => {
    const layout = new Layout();
    const { input, weights, vectors, states, signals, training } = layoutCell(
      layout,
      program,
      sizes,
      extent,
    );
    if (!training || !("width" in input)) throw new TypeError("expected vectors and training");
    const { outputGradient, inputGradient, stateGradients, weightGradients, vectorGradients } =
      training;
    const tensors = [
      ...[input, ...weights, ...vectors, ...states, ...signals.map(({ into }) => into)],
      ...states.map((state) => initialState(state, extent.batch)),
      ...[outputGradient, ...stateGradients, ...weightGradients, ...vectorGradients],
      ...(inputGradient ? [inputGradient] : []),
    ];
    const taken = tensors.flatMap(({ offset, rows, stride }) =>
      Array.from({ length: rows * stride }, (_, n) => offset + n),
    );
    expect(new Set(taken).size).toBe(taken.length);
    expect(Math.max(...taken)).toBeLessThan(layout.size);
  });
});
