/** One step of a cell, node by node, in float64: what the equations compute, with every part of it to be seen and replaced. */

import type { CellProgram, Width } from "../../cells/program.ts";
import type { StepNode } from "../../cells/stepGraph.ts";
import { matrixShape, type Sizes } from "../cellTensors.ts";
import { applyPointwise } from "./pointwise.ts";

/** What a step begins with; all of it read. */
export interface StepValues {
  /** By program.matrices, each row-major [rows, Σ columns]. */
  readonly matrices: readonly Float64Array[];
  /** By program.vectors. */
  readonly vectors: readonly Float64Array[];
  /** [in] */
  readonly x: Float64Array;
  /** s[t-1], by program.states. */
  readonly previous: readonly Float64Array[];
}

/**
 * Computes the nodes of a step in order.
 *
 * @param replace Called with each node's index and value, which it may write; what follows reads what it leaves.
 * @returns One a node, as wide as it is: a number's has one element.
 */
export function walkStep(
  program: CellProgram,
  nodes: readonly StepNode[],
  sizes: Sizes,
  given: StepValues,
  replace: (node: number, values: Float64Array) => void,
): readonly Float64Array[] {
  const values: Float64Array[] = [];
  nodes.forEach((node, index) => {
    const made = compute(program, node, sizes, given, values);
    replace(index, made);
    values.push(made);
  });
  return values;
}

function compute(
  program: CellProgram,
  { value, inputs, width }: StepNode,
  sizes: Sizes,
  given: StepValues,
  values: readonly Float64Array[],
): Float64Array {
  const size = width === null ? 1 : sizes[width];
  const made = new Float64Array(size);
  switch (value.kind) {
    case "number":
      return made.fill(value.value);
    case "input":
      return given.x.slice();
    case "previous":
      return given.previous[value.state].slice();
    case "vector":
      return given.vectors[value.vector].slice();
    case "product": {
      const [input] = inputs.map((input) => values[input]);
      const [, columns] = matrixShape(program, value.matrix, sizes);
      const first = value.columnsBefore.reduce((total, of: Width) => total + sizes[of], 0);
      const matrix = given.matrices[value.matrix];
      for (let u = 0; u < size; u++) {
        const row = u * columns + first;
        for (let k = 0; k < input.length; k++) made[u] += matrix[row + k] * input[k];
      }
      return made;
    }
    case "sum":
      for (const input of inputs) {
        const term = spread(values[input], size);
        for (let u = 0; u < size; u++) made[u] += term[u];
      }
      return made;
    case "apply": {
      const [a, b = a] = inputs.map((input) => ({ values: spread(values[input], size), at: 0 }));
      applyPointwise(value.op, { values: made, at: 0 }, a, b, size);
      return made;
    }
  }
}

/** A number as wide as what it meets. */
function spread(values: Float64Array, size: number): Float64Array {
  return values.length === size ? values : new Float64Array(size).fill(values[0]);
}
