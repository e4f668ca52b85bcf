/**
 * Simplification of one operation whose arguments are simple already: x·1, x + 0, x·0, −(−x), numbers alone. Derivatives
 * written by rule are full of these.
 */
import { exp, log, sigmoid, tanh } from "../numbers/portable.ts";
import type { NodeId, PointwiseOp } from "./program.ts";

/** What each operation computes, on numbers. */
const ARITHMETIC: Readonly<Record<PointwiseOp, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  masked: (a, b) => (b === 0 ? 0 : a * b),
  div: (a, b) => a / b,
  // As the program says: a tie is its first argument's, and so is a NaN.
  max: (a, b) => (b > a ? b : a),
  min: (a, b) => (b < a ? b : a),
  greater: (a, b) => (a > b ? 1 : 0),
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  relu: (a) => (a > 0 ? a : 0),
  sigmoid,
  tanh,
  exp,
  log,
  sqrt: (a) => Math.sqrt(a),
};

/** What rules need of a graph: to look at nodes, and to make simpler ones. */
export interface NodeMaker {
  number(value: number): NodeId;
  apply(op: PointwiseOp, ...args: readonly NodeId[]): NodeId;
  /** The number that a node is, or null. */
  numberOf(id: NodeId): number | null;
  /** The arguments of a node if it is that operation, else null. */
  argsOf(id: NodeId, op: PointwiseOp): readonly NodeId[] | null;
}

type Rule = (graph: NodeMaker, a: NodeId, b: NodeId) => NodeId | null;

const RULES: Partial<Record<PointwiseOp, Rule>> = {
  add(graph, a, b) {
    if (graph.numberOf(a) === 0) return b;
    if (graph.numberOf(b) === 0) return a;
    const negatedA = graph.argsOf(a, "neg");
    const negatedB = graph.argsOf(b, "neg");
    if (negatedB) return graph.apply("sub", a, negatedB[0]);
    if (negatedA) return graph.apply("sub", b, negatedA[0]);
    return null;
  },
  sub(graph, a, b) {
    if (a === b) return graph.number(0);
    if (graph.numberOf(b) === 0) return a;
    if (graph.numberOf(a) === 0) return graph.apply("neg", b);
    const negatedB = graph.argsOf(b, "neg");
    if (negatedB) return graph.apply("add", a, negatedB[0]);
    return null;
  },
  mul(graph, a, b) {
    const [numberA, numberB] = [graph.numberOf(a), graph.numberOf(b)];
    if (numberA === 0 || numberB === 0) return graph.number(0);
    if (numberA === 1) return b;
    if (numberB === 1) return a;
    if (numberA === -1) return graph.apply("neg", b);
    if (numberB === -1) return graph.apply("neg", a);
    // Signs move outwards, where a sum takes them in.
    const negatedA = graph.argsOf(a, "neg");
    if (negatedA) return graph.apply("neg", graph.apply("mul", negatedA[0], b));
    const negatedB = graph.argsOf(b, "neg");
    if (negatedB) return graph.apply("neg", graph.apply("mul", a, negatedB[0]));
    return null;
  },
  div(graph, a, b) {
    if (graph.numberOf(a) === 0) return graph.number(0);
    if (graph.numberOf(b) === 1) return a;
    const negatedA = graph.argsOf(a, "neg");
    if (negatedA) return graph.apply("neg", graph.apply("div", negatedA[0], b));
    return null;
  },
  neg(graph, a) {
    const negated = graph.argsOf(a, "neg");
    if (negated) return negated[0];
    const difference = graph.argsOf(a, "sub");
    return difference ? graph.apply("sub", difference[1], difference[0]) : null;
  },
  abs(graph, a) {
    const negated = graph.argsOf(a, "neg");
    return negated ? graph.apply("abs", negated[0]) : null;
  },
  max: (_graph, a, b) => (a === b ? a : null),
  min: (_graph, a, b) => (a === b ? a : null),
};

/** @returns An existing or simpler node that equals op(args), or null where there is none. */
export function simplify(
  graph: NodeMaker,
  op: PointwiseOp,
  args: readonly NodeId[],
): NodeId | null {
  const [a, b = a] = args;
  const [numberA, numberB] = [graph.numberOf(a), graph.numberOf(b)];
  if (numberA !== null && numberB !== null) {
    return graph.number(ARITHMETIC[op](numberA, numberB));
  }
  return RULES[op]?.(graph, a, b) ?? null;
}
