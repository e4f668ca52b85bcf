/**
 * What a state's line keeps of the state, and what it writes: s[t] = keep ∘ s[t-1] + written, read from the graph. So the
 * LSTM's c[t] = f * c[t-1] + i * g keeps f and writes i * g, and the GRU's h[t] keeps its 1 − z or z.
 *
 * Only what s[t-1] is multiplied by counts as kept. What is computed from it otherwise (by a matrix, through tanh, in a gate by
 * a peephole) is written anew, so a plain recurrent network, h[t] = tanh(…), keeps nothing in this sense.
 */
import type { Graph } from "./graph.ts";
import type { NodeId, PointwiseOp } from "./program.ts";

export interface MemoryNodes {
  readonly keep: NodeId;
  /** keep ∘ s[t-1] */
  readonly kept: NodeId;
  readonly written: NodeId;
}

/** keep ∘ s[t-1] + rest; `keep` is null where s[t-1] is no term of it. */
interface Affine {
  readonly keep: NodeId | null;
  readonly rest: NodeId;
}

/** Adds the nodes to the graph, where it has not got them. Null where the line does not have this form. */
export function memoryNodes(graph: Graph, previous: NodeId, value: NodeId): MemoryNodes | null {
  const split = new Split(graph, previous).of(value);
  if (!split || split.keep === null) return null;
  const { keep, rest } = split;
  return { keep, kept: graph.apply("mul", keep, previous), written: rest };
}

/** What leaves a term of s[t-1] a term of it. */
const LINEAR: ReadonlySet<PointwiseOp> = new Set(["add", "sub", "neg", "mul", "masked", "div"]);

class Split {
  readonly #graph: Graph;
  readonly #previous: NodeId;
  readonly #known = new Map<NodeId, Affine | null>();

  constructor(graph: Graph, previous: NodeId) {
    this.#graph = graph;
    this.#previous = previous;
  }

  /** Null where s[t-1] meets itself: then nothing is said. */
  of(id: NodeId): Affine | null {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const split = this.#split(id);
    this.#known.set(id, split);
    return split;
  }

  #split(id: NodeId): Affine | null {
    const graph = this.#graph;
    if (id === this.#previous) return { keep: graph.number(1), rest: graph.number(0) };
    const node = graph.nodes[id];
    const whole: Affine = { keep: null, rest: id };
    if (node.kind !== "apply") return whole;
    const { op } = node;
    if (!LINEAR.has(op)) return whole;
    const parts = node.args.map((arg) => this.of(arg));
    const [a, b = a] = parts;
    if (!a || !b) return null;
    if (parts.every((part) => part?.keep === null)) return whole;
    switch (op) {
      case "neg":
        return this.#both(a, (of) => graph.apply("neg", of));
      case "add":
      case "sub": {
        const zero = graph.number(0);
        const rest = graph.apply(op, a.rest, b.rest);
        return { keep: graph.apply(op, a.keep ?? zero, b.keep ?? zero), rest };
      }
      case "mul":
        if (a.keep !== null && b.keep !== null) return null;
        return a.keep !== null
          ? this.#both(a, (of) => graph.apply("mul", of, b.rest))
          : this.#both(b, (of) => graph.apply("mul", a.rest, of));
      case "masked":
        return this.#both(a, (of) => graph.apply("masked", of, node.args[1]));
      case "div":
        return b.keep === null ? this.#both(a, (of) => graph.apply("div", of, b.rest)) : null;
      default:
        return whole;
    }
  }

  #both({ keep, rest }: Affine, change: (of: NodeId) => NodeId): Affine {
    return { keep: keep === null ? null : change(keep), rest: change(rest) };
  }
}
