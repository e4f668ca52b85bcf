/**
 * Finds the gates of a cell in its graph, never by their names.
 *
 * A state's line is expanded to s[t] = Σ ± factor·factor·… through brackets and named signals. What multiplies s[t-1] are
 * *forget gates*; what multiplies the candidate in the remaining terms of the same line are *write gates*. A gate is
 *
 * - σ(p), and with sign −1 where 1 − σ(p) plays the part: written out, or as s[t-1] + z·(n − s[t-1]);
 * - eᵖ, as in the sLSTM, where p holds a pre-activation or log σ(p) beside the stabiliser's terms: more p keeps more.
 *
 * Divisors are passed over: f / (f + i), the normalised gate of the minLSTM, opens with f. A factor that is not one of these
 * is opaque: tanh(c[t]) is no way through which c[t-1] is kept as it was.
 *
 * One signal may play both parts: h[t] = (1 − z)·n + z·h[t-1] gives z as forget gate (+1) and as write gate (−1). Chrono
 * asks b = log U for the first and −(log U)·(−1) for the second: the same.
 */

import type { GateBias } from "./cell.ts";
import type { Draft } from "./draft.ts";
import type { Graph } from "./graph.ts";
import type { NodeId } from "./program.ts";

export interface Gates {
  readonly forgetGates: readonly GateBias[];
  readonly writeGates: readonly GateBias[];
}

/** Beyond this many states, or terms or factors in one, there are no gates that anyone could name. */
const MOST = 64;

interface SignedTerm {
  readonly sign: 1 | -1;
  readonly factors: readonly NodeId[];
  /** Whether s[t-1] is one of the factors; it is not listed. */
  readonly previous: boolean;
}

interface FoundGate {
  readonly node: NodeId;
  /** The signal to name it by, if the gate's own node is no signal. */
  readonly outer: NodeId;
  /** Of what is added up in its pre-activation: the node and its sign. */
  readonly terms: readonly SignedNode[];
  readonly sign: 1 | -1;
}

interface SignedNode {
  readonly node: NodeId;
  readonly sign: 1 | -1;
}

export function findGates(draft: Draft): Gates {
  const forget = new Map<NodeId, GateBias>();
  const write = new Map<NodeId, GateBias>();
  const keep = (into: Map<NodeId, GateBias>, gate: FoundGate, flip: 1 | -1, name: string): void => {
    if (!into.has(gate.node)) into.set(gate.node, describe(draft, gate, flip, name));
  };
  for (const { name, value, previous } of draft.states.slice(0, MOST)) {
    const terms = new Expansion(draft.graph, previous).terms(value);
    const kept = terms.filter((term) => term.previous);
    // s[t-1] − z·s[t-1] keeps 1 − z of it.
    const whole = kept.some((term) => term.sign === 1 && term.factors.length === 0);
    let isGated = false;
    for (const { sign, factors } of kept) {
      for (const gate of gatesAmong(draft.graph, factors)) {
        keep(forget, gate, whole && sign === -1 ? -1 : 1, name);
        isGated = true;
      }
    }
    if (!isGated) continue;
    for (const { factors, previous: isKept } of terms) {
      if (isKept) continue;
      const gates = gatesAmong(draft.graph, factors);
      // Where everything is a gate, as in i·σ(…), the last is the candidate.
      const writing = gates.length === factors.length ? gates.slice(0, -1) : gates;
      for (const gate of writing) keep(write, gate, 1, name);
    }
  }
  return { forgetGates: [...forget.values()], writeGates: [...write.values()] };
}

/** A state's value as a sum of products. Memoised, because named signals make the graph a web and not a tree. */
class Expansion {
  readonly #graph: Graph;
  readonly #previous: NodeId;
  /** Nodes that s[t-1] reaches through + − · and as a dividend. */
  readonly #reached: Set<NodeId>;
  readonly #terms = new Map<NodeId, readonly SignedTerm[]>();

  constructor(graph: Graph, previous: NodeId) {
    this.#graph = graph;
    this.#previous = previous;
    this.#reached = new Set([previous]);
    graph.nodes.forEach((node, id) => {
      if (node.kind !== "apply") return;
      const through = ["add", "sub", "neg", "mul", "div"].includes(node.op);
      const args = node.op === "div" ? node.args.slice(0, 1) : node.args;
      if (through && args.some((arg) => this.#reached.has(arg))) this.#reached.add(id);
    });
  }

  terms(value: NodeId): readonly SignedTerm[] {
    // In ascending order, so that no chain of names is too deep for the call stack.
    for (let id = 0; id <= value; id++) {
      const terms = this.#expand(id);
      const tooMany = terms.length > MOST || terms.some((term) => term.factors.length > MOST);
      this.#terms.set(id, tooMany ? this.#opaque(id) : terms);
    }
    return this.#of(value);
  }

  #expand(id: NodeId): readonly SignedTerm[] {
    if (id === this.#previous) return [{ sign: 1, factors: [], previous: true }];
    const node = this.#graph.nodes[id];
    if (node.kind !== "apply") return this.#opaque(id);
    const [a, b = a] = node.args;
    switch (node.op) {
      case "add":
        return [...this.#of(a), ...this.#of(b)];
      case "sub":
        return [...this.#of(a), ...negated(this.#of(b))];
      case "neg":
        return negated(this.#of(a));
      case "div":
        return this.#asFactor(a);
      case "mul":
        return this.#asFactor(a).flatMap((left) =>
          this.#asFactor(b).map((right) => ({
            sign: left.sign === right.sign ? 1 : -1,
            factors: [...left.factors, ...right.factors],
            previous: left.previous || right.previous,
          })),
        );
      default:
        return this.#opaque(id);
    }
  }

  /** A bracket is multiplied out only where s[t-1] is in it: 1 − z stays a factor. */
  #asFactor(id: NodeId): readonly SignedTerm[] {
    const terms = this.#of(id);
    return this.#reached.has(id) || terms.length === 1 ? terms : this.#opaque(id);
  }

  #of(id: NodeId): readonly SignedTerm[] {
    return this.#terms.get(id) ?? this.#opaque(id);
  }

  #opaque(id: NodeId): readonly SignedTerm[] {
    return [{ sign: 1, factors: [id], previous: false }];
  }
}

function negated(terms: readonly SignedTerm[]): SignedTerm[] {
  return terms.map((term) => ({ ...term, sign: term.sign === 1 ? -1 : 1 }));
}

function gatesAmong(graph: Graph, factors: readonly NodeId[]): FoundGate[] {
  return factors.map((factor) => gateOf(graph, factor)).filter((gate) => gate !== null);
}

function gateOf(graph: Graph, factor: NodeId): FoundGate | null {
  const difference = graph.argsOf(factor, "sub");
  const isComplement = difference !== null && graph.numberOf(difference[0]) === 1;
  const node = isComplement ? difference[1] : factor;
  const pre = graph.argsOf(node, "sigmoid");
  if (pre) {
    const terms = addends(graph, pre[0]);
    return { node, outer: factor, terms, sign: isComplement ? -1 : 1 };
  }
  const power = graph.argsOf(factor, "exp");
  return power ? exponentialGate(graph, factor, addends(graph, power[0])) : null;
}

/** e^(log σ(p) + m[t-1] − m[t]) is the gate σ(p); e^(p + m[t-1] − m[t]) opens with p. */
function exponentialGate(
  graph: Graph,
  node: NodeId,
  terms: readonly SignedNode[],
): FoundGate | null {
  for (const term of terms) {
    const logarithm = graph.argsOf(term.node, "log");
    const pre = logarithm && graph.argsOf(logarithm[0], "sigmoid");
    if (logarithm && pre && term.sign === 1) {
      return { node: logarithm[0], outer: node, terms: addends(graph, pre[0]), sign: 1 };
    }
    // logsigmoid(p) is −softplus(−p).
    const softplus = graph.slopes.get(term.node);
    if (softplus && term.sign === -1) {
      return { node, outer: node, terms: negatedNodes(addends(graph, softplus.argument)), sign: 1 };
    }
  }
  const isPreActivation = terms.some((t) => t.sign === 1 && graph.nodes[t.node].kind === "sum");
  return isPreActivation ? { node, outer: node, terms, sign: 1 } : null;
}

function negatedNodes(terms: readonly SignedNode[]): SignedNode[] {
  return terms.map(({ node, sign }) => ({ node, sign: sign === 1 ? -1 : 1 }));
}

/** What + and − add up in a node. */
function addends(graph: Graph, id: NodeId): SignedNode[] {
  const found: SignedNode[] = [];
  const open: SignedNode[] = [{ node: id, sign: 1 }];
  for (let term = open.pop(); term !== undefined; term = open.pop()) {
    const { node: of, sign } = term;
    const node = graph.nodes[of];
    const isSum = node.kind === "apply" && ["add", "sub", "neg"].includes(node.op);
    if (!isSum || graph.slopes.has(of) || found.length >= MOST) {
      found.push(term);
      continue;
    }
    const turns = node.op === "neg" ? [-1] : node.op === "sub" ? [1, -1] : [1, 1];
    // The first addend is looked at first: it is pushed last.
    for (let i = node.args.length - 1; i >= 0; i--) {
      open.push({ node: node.args[i], sign: turns[i] === sign ? 1 : -1 });
    }
  }
  return found;
}

function describe(draft: Draft, gate: FoundGate, flip: 1 | -1, state: string): GateBias {
  const named = (node: NodeId) => draft.signals.find((signal) => signal.node === node)?.name;
  const biases = (wanted: 1 | -1): number[] =>
    gate.terms.flatMap(({ node, sign }) => {
      const leaf = draft.graph.nodes[node];
      const isBias = leaf.kind === "vector" && !draft.vectors[leaf.vector].multiplied;
      return isBias && sign === wanted ? [leaf.vector] : [];
    });
  // σ(−(W·x + b)): the bias shuts what it is added to. With biases of both signs the added ones speak.
  const added = biases(1);
  const taken = added.length === 0 ? biases(-1) : [];
  const turned = taken.length > 0 ? -1 : 1;
  return {
    signal: named(gate.node) ?? named(gate.outer) ?? state,
    vectors: [...added, ...taken],
    sign: gate.sign * flip * turned === 1 ? 1 : -1,
  };
}
