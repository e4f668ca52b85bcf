/**
 * Reverse mode on the graph: from ∂L/∂s[t] of every state to the gradients of pre-activations, learned vectors, previous
 * states and the input, as nodes of the same graph. A product with a matrix ends a path: the engine carries the
 * pre-activation's gradient through it, and a multiplied vector takes it up again as `sourceGradient`.
 */
import type { Draft } from "./draft.ts";
import type { Graph } from "./graph.ts";
import type { NodeId, PointwiseOp } from "./program.ts";

/** Null where no gradient flows. */
export interface Gradients {
  /** One a pre-activation, in the draft's order. */
  readonly sums: readonly (NodeId | null)[];
  readonly vectors: readonly (NodeId | null)[];
  /** One a state: ∂L/∂s[t-1], without what flows through matrices. */
  readonly previous: readonly (NodeId | null)[];
  /** ∂L/∂x[t], likewise. */
  readonly input: NodeId | null;
  /** ∂L/∂ of each signal: all of it, except that of a signal that is x[t] or s[t-1] what flows through matrices is left out. */
  readonly signals: readonly (NodeId | null)[];
}

/** What each argument of y = op(a, b) receives when y receives d. */
type Rule = (g: Graph, d: NodeId, y: NodeId, a: NodeId, b: NodeId) => readonly NodeId[];

/** d where a > b, else 0. */
const where = (g: Graph, d: NodeId, a: NodeId, b: NodeId): NodeId =>
  g.apply("mul", d, g.apply("greater", a, b));

const RULES: Readonly<Record<PointwiseOp, Rule>> = {
  add: (_g, d) => [d, d],
  sub: (g, d) => [d, g.apply("neg", d)],
  mul: (g, d, _y, a, b) => [g.apply("mul", d, b), g.apply("mul", d, a)],
  masked: (g, d, _y, _a, b) => [g.apply("masked", d, b), g.number(0)],
  // y = a / b: da = d / b, db = −d·a / b² = −da·y
  div(g, d, y, _a, b) {
    const da = g.apply("div", d, b);
    return [da, g.apply("neg", g.apply("mul", da, y))];
  },
  // A tie is the first argument's: it gets what the second does not.
  max(g, d, _y, a, b) {
    const db = where(g, d, b, a);
    return [g.apply("sub", d, db), db];
  },
  min(g, d, _y, a, b) {
    const db = where(g, d, a, b);
    return [g.apply("sub", d, db), db];
  },
  greater: (g) => [g.number(0), g.number(0)],
  neg: (g, d) => [g.apply("neg", d)],
  // |a|′ is the sign of a, 0 at 0.
  abs(g, d, _y, a) {
    const zero = g.number(0);
    const sign = g.apply("sub", g.apply("greater", a, zero), g.apply("greater", zero, a));
    return [g.apply("mul", d, sign)];
  },
  relu: (g, d, _y, a) => [where(g, d, a, g.number(0))],
  // y′ = y·(1 − y)
  sigmoid: (g, d, y) => [g.apply("mul", d, g.apply("mul", y, g.apply("sub", g.number(1), y)))],
  // y′ = 1 − y²
  tanh: (g, d, y) => [g.apply("mul", d, g.apply("sub", g.number(1), g.apply("mul", y, y)))],
  exp: (g, d, y) => [g.apply("mul", d, y)],
  log: (g, d, _y, a) => [g.apply("div", d, a)],
  // y′ = ½ / y
  sqrt: (g, d, y) => [g.apply("mul", d, g.apply("div", g.number(0.5), y))],
};

/** Adds the derivative's nodes to the draft's graph. */
export function differentiate(draft: Draft): Gradients {
  const { graph, states, products } = draft;
  const last = graph.nodes.length - 1;
  const multiplied = new Set(products.map((product) => product.source));
  const received = new Map<NodeId, NodeId>();
  const send = (to: NodeId, gradient: NodeId): void => {
    const before = received.get(to);
    received.set(to, before === undefined ? gradient : graph.apply("add", before, gradient));
  };

  states.forEach(({ value, width }, state) => {
    send(value, graph.leaf({ kind: "stateGradient", state, width }));
  });
  // A node's users all stand behind it: going backwards, its gradient is complete when it is reached.
  for (let id = last; id >= 0; id--) {
    const node = graph.nodes[id];
    if (node.kind !== "apply") continue;
    if (multiplied.has(id)) {
      send(id, graph.leaf({ kind: "sourceGradient", source: id, width: node.width }));
    }
    const gradient = received.get(id);
    if (gradient === undefined) continue;
    const stated = graph.slopes.get(id);
    if (stated) {
      send(stated.argument, graph.apply("mul", gradient, stated.slope));
      continue;
    }
    const [a, b = a] = node.args;
    const gradients = RULES[node.op](graph, gradient, id, a, b);
    gradients.forEach((part, i) => {
      const arg = node.args[i];
      if (graph.numberOf(arg) === null && graph.nodes[arg].kind !== "mask") send(arg, part);
    });
  }

  const flowing = (id: NodeId): NodeId | null => {
    const gradient = received.get(id);
    return gradient === undefined || graph.numberOf(gradient) === 0 ? null : gradient;
  };
  return {
    sums: draft.sums.map(flowing),
    vectors: draft.vectors.map((vector) => flowing(vector.node)),
    previous: states.map((state) => flowing(state.previous)),
    input: flowing(draft.input),
    signals: draft.signals.map((signal) => flowing(signal.node)),
  };
}
