/** The functions that equations may call, each as nodes of the graph. One line here is all that a new one takes. */
import type { Graph } from "./graph.ts";
import type { NodeId, PointwiseOp } from "./program.ts";

export interface EquationFunction {
  /** Number of arguments: exactly one, or two and more. */
  readonly arity: "one" | "many";
  readonly build: (graph: Graph, args: readonly NodeId[]) => NodeId;
}

const pointwise = (op: PointwiseOp): EquationFunction => ({
  arity: "one",
  build: (graph, [a]) => graph.apply(op, a),
});

const folded = (op: PointwiseOp): EquationFunction => ({
  arity: "many",
  build: (graph, args) => args.reduce((a, b) => graph.apply(op, a, b)),
});

const composed = (build: (graph: Graph, a: NodeId) => NodeId): EquationFunction => ({
  arity: "one",
  build: (graph, [a]) => build(graph, a),
});

/**
 * log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|), which neither overflows nor loses a small x. Its derivative is stated, σ(x):
 * at x = 0, where a cell's first step may well be, the parts have kinks that the whole has not.
 */
function softplus(graph: Graph, x: NodeId): NodeId {
  const small = graph.apply("exp", graph.apply("neg", graph.apply("abs", x)));
  const rest = graph.apply("log", graph.apply("add", graph.number(1), small));
  const value = graph.apply("add", graph.apply("relu", x), rest);
  if (graph.numberOf(value) === null) {
    graph.slopes.set(value, { argument: x, slope: graph.apply("sigmoid", x) });
  }
  return value;
}

/** log σ(x) = −softplus(−x) */
function logSigmoid(graph: Graph, x: NodeId): NodeId {
  return graph.apply("neg", softplus(graph, graph.apply("neg", x)));
}

const sigmoid = pointwise("sigmoid");

export const FUNCTIONS: ReadonlyMap<string, EquationFunction> = new Map([
  ["sigmoid", sigmoid],
  ["σ", sigmoid],
  ["tanh", pointwise("tanh")],
  ["relu", pointwise("relu")],
  ["exp", pointwise("exp")],
  ["log", pointwise("log")],
  ["sqrt", pointwise("sqrt")],
  ["abs", pointwise("abs")],
  ["max", folded("max")],
  ["min", folded("min")],
  ["softplus", composed(softplus)],
  ["logsigmoid", composed(logSigmoid)],
  ["silu", composed((graph, x) => graph.apply("mul", x, graph.apply("sigmoid", x)))],
  ["square", composed((graph, x) => graph.apply("mul", x, x))],
]);
