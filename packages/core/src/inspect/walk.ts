/**
 * One step of a cell, node by node, in float64: every product of a matrix by itself, biases, pre-activations, every operation and
 * signal, each with its values; and the same again with some of them replaced. What nodes are called stands in
 * `cells/stepGraph.ts`.
 *
 * What is walked are the equations. Dropout and zoneout are not in them: where a network holds its states with some probability, what
 * the next step begins with is not quite what this one shows.
 */
import type { Cell } from "../cells/cell.ts";
import { OPERATION_SIGNS, type StepNode, stepGraph } from "../cells/stepGraph.ts";
import { matrixShape, type Sizes } from "../engines/cellTensors.ts";
import type { Engine } from "../engines/engine.ts";
import { walkStep } from "../engines/reference/walk.ts";
import { CellstateError } from "../errors.ts";
import type { Stretch } from "../layers/parameters.ts";
import { type CellWeights, readCellWeights } from "../layers/recurrent.ts";
import type { NetworkState } from "../models/carriedStates.ts";
import { stepBefore } from "./stepBefore.ts";
import { type InputOf, type InspectedModel, subjectOf } from "./subjects.ts";

export type WalkNodeKind =
  | "input"
  | "previous"
  | "weight vector"
  | "product"
  | "sum"
  | "operation"
  | "number";

/** Values by node id: all of a node's, or those of some of its units by number. */
export type Overrides = Readonly<
  Record<string, readonly number[] | Readonly<Record<number, number>>>
>;

export interface WalkNode {
  /** A signal's name, or the expression: `f`, `x[t]`, `h[t-1]`, `W_f·h[t-1]`, `b_f`, `f ∘ c[t-1]`. The same for equal equations. */
  readonly id: string;
  readonly kind: WalkNodeKind;
  /** What it is made of, `σ(W_f·h[t-1] + W_f·x[t] + b_f)`; where it has no name, its id. */
  readonly expression: string;
  /** The name that the equations give it. */
  readonly signal: string | null;
  /** The comment of its line. */
  readonly caption: string | null;
  /** As it is drawn: `∘`, `+`, `−`, `/`, `σ`, `tanh`, `·` for a matrix; null for what the step begins with. */
  readonly op: string | null;
  /** The matrix of a product, `W_f`. */
  readonly matrix: string | null;
  /** Ids, in the order of the expression. */
  readonly inputs: readonly string[];
  /** Its units; 1 for a number. */
  readonly width: number;
  readonly values: Float64Array;
  /** Whether any of its values was replaced. */
  readonly edited: boolean;
  /** Whether any of its values is another than without what was replaced. */
  readonly changed: boolean;
}

export interface Walk {
  /** In an order in which they can be computed, signal after signal, as the equations go. */
  readonly nodes: readonly WalkNode[];
  /** @throws CellstateError `option` where there is none; the message names those there are. */
  node(id: string): WalkNode;
  /** The same step with these values replaced too, and all that follows from them computed again. */
  with(overrides: Overrides): Walk;
}

/** What a step begins with. */
export interface StepInput {
  /** [in] */
  readonly x: ArrayLike<number>;
  /** s[t-1] by name, one a unit. @default what the equations begin with */
  readonly previous?: Readonly<Record<string, ArrayLike<number>>>;
}

/**
 * Walks one step of a cell.
 *
 * @param weights As the equations name them.
 * @param overrides Values that stand in for what would be computed; what follows is computed from them.
 * @throws CellstateError `option` for an override of a node or unit that is not there, or of another width. RangeError for x, states or weights of another
 *   size than `sizes` says.
 * @example walkCell(lstm, sizes, weights, { x }).with({ f: [1, 1, 1] }).node("c").values
 */
export function walkCell(
  cell: Cell,
  sizes: Sizes,
  weights: CellWeights,
  { x, previous = {} }: StepInput,
  overrides: Overrides = {},
): Walk {
  const { program } = cell;
  const nodes = stepGraph(cell);
  weights.matrices.forEach((values, matrix) => {
    const [rows, columns] = matrixShape(program, matrix, sizes);
    checkSize(`${cell.name}: ${program.matrices[matrix].name}`, values, rows * columns);
  });
  for (const name of Object.keys(previous)) {
    if (program.states.some((state) => state.name === name)) continue;
    const known = program.states.map((state) => state.name).join(", ");
    throw new RangeError(`${cell.name}: no state "${name}"; its equations carry ${known}`);
  }
  const given = {
    matrices: weights.matrices,
    vectors: program.vectors.map(({ name, width }, vector) =>
      checkSize(`${cell.name}: ${name}`, weights.vectors[vector], sizes[width]),
    ),
    x: checkSize(`${cell.name}: x[t]`, x, sizes.in),
    previous: program.states.map(({ name, width, initial }) => {
      const size = sizes[width];
      const values = Object.hasOwn(previous, name) ? previous[name] : null;
      return values
        ? checkSize(`${cell.name}: ${name}[t-1]`, values, size)
        : new Float64Array(size).fill(initial);
    }),
  };
  const plain = walkStep(program, nodes, sizes, given, () => {});

  const walked = (all: Overrides): Walk => {
    const replaced = readOverrides(nodes, plain, all);
    const values = walkStep(program, nodes, sizes, given, (node, made) => {
      for (const [unit, value] of replaced.get(node) ?? []) made[unit] = value;
    });
    const shown = nodes.map((node, index): WalkNode => {
      const { id, expression, inputs } = node;
      const signal = node.signal === null ? null : program.signals[node.signal];
      return {
        ...{ id, expression, kind: KINDS[node.value.kind], op: signOf(node) },
        signal: signal?.name ?? null,
        caption: signal?.caption ?? null,
        matrix: node.value.kind === "product" ? program.matrices[node.value.matrix].name : null,
        inputs: inputs.map((input) => nodes[input].id),
        width: values[index].length,
        values: values[index],
        edited: replaced.has(index),
        changed: values[index].some((value, u) => !Object.is(value, plain[index][u])),
      };
    });
    return {
      nodes: shown,
      node: (id) => shown[indexOf(nodes, id)],
      with: (more) => walked(merge(all, more)),
    };
  };
  return walked(overrides);
}

export interface WalkOptions {
  /** Which recurrent layer, as a trace counts its places. @default 0 */
  readonly layer?: number;
  /** Of the input; of a layer that writes, of what it writes. */
  readonly step: number;
  readonly overrides?: Overrides;
  /** In place of the model's own: those of a training event. @default the model's */
  readonly weights?: Stretch;
  /** What states begin with, [1, units] each; not for a network. @default the equations' initial state */
  readonly state?: NetworkState;
}

/**
 * Walks one step of a model's layer: the engine reads the input up to that step, and what it has there is where the walk begins.
 *
 * @throws CellstateError `option` for a layer, step, node or unit that is not there; and what `trace` throws for the input.
 * @example walk(model, engine, "My name is Krish.", { layer: 1, step: 3 }).node("f ∘ c[t-1]").values
 */
export function walk<M extends InspectedModel>(
  model: M,
  engine: Engine,
  input: InputOf<M>,
  wanted: WalkOptions | undefined,
): Walk {
  if (wanted === undefined)
    throw new TypeError("walk: say which step, { step: 0 }; got no options");
  const { overrides, weights = model.weights, ...options } = wanted;
  const { layer, ...begin } = stepBefore(subjectOf(model, input), engine, { ...options, weights });
  const named = readCellWeights(layer, model.parameters, weights);
  return walkCell(layer.cell, layer.sizes, named, begin, overrides);
}

const KINDS = {
  input: "input",
  previous: "previous",
  vector: "weight vector",
  number: "number",
  product: "product",
  sum: "sum",
  apply: "operation",
} as const satisfies Record<StepNode["value"]["kind"], WalkNodeKind>;

function signOf({ value }: StepNode): string | null {
  if (value.kind === "product") return "·";
  if (value.kind === "sum") return "+";
  return value.kind === "apply" ? (OPERATION_SIGNS[value.op] ?? value.op) : null;
}

function checkSize(what: string, values: ArrayLike<number> | undefined, size: number) {
  if (values?.length !== size) {
    throw new RangeError(`${what}: expected ${size} numbers, got ${values?.length ?? "none"}`);
  }
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

function indexOf(nodes: readonly StepNode[], id: string): number {
  const index = nodes.findIndex((node) => node.id === id);
  if (index >= 0) return index;
  const known = nodes.map((node) => node.id).join("; ");
  throw new CellstateError("option", `no node "${id}" in this step; there are ${known}`);
}

/** By node: which units are what. */
function readOverrides(
  nodes: readonly StepNode[],
  plain: readonly Float64Array[],
  overrides: Overrides,
): ReadonlyMap<number, readonly (readonly [number, number])[]> {
  const read = Object.entries(overrides).map(([id, given]) => {
    const index = indexOf(nodes, id);
    const { length } = plain[index];
    if (Array.isArray(given) && given.length !== length) {
      const whole = `expected ${length} numbers, one a unit, or some units by number`;
      throw new CellstateError("option", `${id}: ${whole}; got ${given.length} numbers`);
    }
    const units = Object.entries<number>(given).map(([unit, value]) => {
      const u = Number(unit);
      if (!(Number.isInteger(u) && u >= 0 && u < length)) {
        const there = `${id} has ${length} units, 0 to ${length - 1}`;
        throw new CellstateError("option", `unit ${unit}: ${there}`);
      }
      return [u, value] as const;
    });
    return [index, units] as const;
  });
  return new Map(read.filter(([, units]) => units.length > 0));
}

/** Of a node in both, its units in both; the later ones count. */
function merge(first: Overrides, second: Overrides): Overrides {
  const merged: Record<string, Overrides[string]> = { ...first };
  for (const [id, given] of Object.entries(second)) {
    merged[id] = Array.isArray(given) || !(id in first) ? given : { ...first[id], ...given };
  }
  return merged;
}
