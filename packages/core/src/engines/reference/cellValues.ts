/**
 * Where the value of each of a program's nodes stands while a cell walks through time.
 *
 * What the backward pass or the gradients of weights will read is kept for every step; everything else has one row
 * a sequence, overwritten from step to step.
 */
import type { Node, NodeId } from "../../cells/program.ts";
import type { CellSpec, Tensor } from "../engine.ts";
import type { Place } from "./pointwise.ts";

/** The rows of one node's value. `at` is set to one of them by `locate`. */
export interface Rows extends Place {
  readonly offset: number;
  /** From row to row; 0 for what all rows share. */
  readonly stride: number;
  /** True where every step has rows of its own. */
  readonly timed: boolean;
  /** 1 for what is read from the step before. */
  readonly lag: 0 | 1;
}

/** Points `rows` at sequence b of step t. Step −1 has the rows of the initial states, before the first. */
export function locate(rows: Rows, t: number, b: number, batch: number): Rows {
  const row = rows.timed ? (t - rows.lag) * batch + b : b;
  rows.at = rows.offset + row * rows.stride;
  return rows;
}

/** Rows of the plan's own memory. */
export function planRows(values: Float64Array, { offset, stride }: Tensor): Rows {
  return { values, at: 0, offset, stride, timed: true, lag: 0 };
}

/** One row of the plan's memory that all steps and sequences share. */
export function sharedRows(values: Float64Array, { offset }: { readonly offset: number }): Rows {
  return { values, at: offset, offset, stride: 0, timed: false, lag: 0 };
}

export interface CellValues {
  /** By NodeId. */
  readonly nodes: readonly Rows[];
  /** One a sum: its node's rows. */
  readonly sums: readonly Rows[];
  /** One a source: ∂L/∂ of it through its matrices. */
  readonly sourceGradients: readonly Rows[];
  /** One a state: ∂L/∂s[t] of the step at hand. */
  readonly stateGradients: readonly Rows[];
}

/** The nodes whose values later passes read. */
function keptNodes({ program, training }: CellSpec): ReadonlySet<NodeId> {
  const kept = new Set<NodeId>();
  if (!training) return kept;
  const computedBackward = new Set(program.backward.flatMap((stage) => stage.nodes));
  for (const id of computedBackward) {
    const node = program.nodes[id];
    if (node.kind !== "apply") continue;
    for (const arg of node.args) if (!computedBackward.has(arg)) kept.add(arg);
  }
  for (const { gradient } of [...program.sums, ...program.vectors]) {
    if (gradient !== null) kept.add(gradient);
  }
  for (const { previousGradient } of program.states) {
    if (previousGradient !== null) kept.add(previousGradient);
  }
  if (program.inputGradient !== null) kept.add(program.inputGradient);
  for (const { node } of program.sources) kept.add(node);
  return kept;
}

export function layOutValues(
  spec: CellSpec,
  memory: Float64Array,
  capacity: { readonly steps: number; readonly batch: number },
): CellValues {
  const { program, sizes } = spec;
  const kept = keptNodes(spec);
  const widest = Math.max(sizes.in, sizes.units, sizes.out);

  const scratch = (width: number, timed: boolean): Rows => {
    const rows = timed ? capacity.steps * capacity.batch : capacity.batch;
    const values = new Float64Array(rows * width);
    return { values, at: 0, offset: 0, stride: width, timed, lag: 0 };
  };

  const rowsOf = (node: Node, timed: boolean): Rows => {
    switch (node.kind) {
      case "number":
        return sharedRows(new Float64Array(widest).fill(node.value), { offset: 0 });
      case "vector":
        return sharedRows(memory, spec.vectors[node.vector]);
      case "mask": {
        const mask = spec.masks?.[node.mask];
        if (!mask) throw new TypeError(`cell: no tensor for mask ${node.mask} of its program`);
        return { ...planRows(memory, mask), timed: spec.program.masks[node.mask].perStep };
      }
      case "previous":
        return { ...planRows(memory, spec.states[node.state]), lag: 1 };
      case "input":
        // Tokens become one-hot rows of our own.
        return "width" in spec.input ? planRows(memory, spec.input) : scratch(sizes.in, true);
      default:
        return scratch(sizes[node.width], timed);
    }
  };
  const nodes = program.nodes.map((node, id) => rowsOf(node, kept.has(id)));

  /** The rows of the node that `is` finds, or rows of their own where no node reads the value. */
  const find = (is: (node: Node) => boolean, width: number): Rows =>
    nodes[program.nodes.findIndex(is)] ?? scratch(width, false);

  return {
    nodes,
    sums: program.sums.map(({ width }, sum) =>
      find((node) => node.kind === "sum" && node.sum === sum, sizes[width]),
    ),
    sourceGradients: program.sources.map(({ width }, source) =>
      find((node) => node.kind === "sourceGradient" && node.source === source, sizes[width]),
    ),
    stateGradients: program.states.map(({ width }, state) =>
      find((node) => node.kind === "stateGradient" && node.state === state, sizes[width]),
    ),
  };
}
