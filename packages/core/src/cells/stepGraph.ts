/**
 * One step of a cell as a graph that can be read: every product of a matrix with what it multiplies by itself, biases,
 * pre-activations, every operation, the signals. It is the program's forward graph once more, without stages and stacks, each
 * node called by what it is.
 *
 * What nodes are called follows from the equations alone. A signal is called by its name; what the equations leave unnamed, by its
 * expression in terms of what has a name: `f ∘ c[t-1]`, `tanh(c)`, `W_f·h[t-1] + W_f·x[t] + b_f`. Two equal expressions without
 * a name are one node.
 *
 * The graph is read from a program in which every signal can be held (`alter.ts`): there no rule of algebra reaches through a name,
 * so what the equations compute from a signal is computed from its node.
 */
import { alterCell } from "./alter.ts";
import type { Cell } from "./cell.ts";
import type { CellProgram, Node, NodeId, PointwiseOp, Width } from "./program.ts";
import { numberText } from "./typeset.ts";

/** What a node's value comes from. */
export type StepValue =
  | { readonly kind: "input" }
  | { readonly kind: "previous"; readonly state: number }
  | { readonly kind: "vector"; readonly vector: number }
  | { readonly kind: "number"; readonly value: number }
  /** `matrices[matrix]`, its columns behind those of `columnsBefore`, times the one input. */
  | { readonly kind: "product"; readonly matrix: number; readonly columnsBefore: readonly Width[] }
  /** All inputs, added from the left; a signal that is another value over again has one. */
  | { readonly kind: "sum" }
  | { readonly kind: "apply"; readonly op: PointwiseOp };

export interface StepNode {
  readonly id: string;
  /** What it is of, in terms of its inputs; without a name its id. */
  readonly expression: string;
  /** Index into the cell's own `program.signals`; null where the equations do not name it. */
  readonly signal: number | null;
  /** Indices of nodes before this one. */
  readonly inputs: readonly number[];
  /** Null for a number, which has any. */
  readonly width: Width | null;
  readonly value: StepValue;
}

/** The nodes of a cell's step in an order in which they can be computed: signal after signal, as the equations go. */
export function stepGraph(cell: Cell): readonly StepNode[] {
  const { program } = cell;
  const isNumber = ({ node }: CellProgram["signals"][number]) =>
    program.nodes[node].kind === "number";
  const own = program.signals.slice(0, cell.signalNames.length);
  const held = own.flatMap((signal) => (isNumber(signal) ? [] : [signal.name]));
  const reading = new Reading(alterCell(cell, { held }).cell.program);
  for (const signal of own.keys()) reading.readSignal(signal);
  return reading.nodes;
}

/** What an operation is called where it is drawn; the others by their names. */
export const OPERATION_SIGNS: Partial<Record<PointwiseOp, string>> = {
  add: "+",
  sub: "−",
  mul: "∘",
  div: "/",
  neg: "−",
  abs: "|·|",
  sigmoid: "σ",
};

/** How tightly an expression holds together: a sum, a sign, a product, a name. */
const TIGHT = { sum: 0, sign: 1, product: 2, name: 3 } as const;
type Tightness = (typeof TIGHT)[keyof typeof TIGHT];

/** A node that is not called anything yet. */
type Unnamed = Omit<StepNode, "id" | "signal"> & { readonly tightness: Tightness };

class Reading {
  readonly nodes: StepNode[] = [];
  readonly #program: CellProgram;
  readonly #tightness: Tightness[] = [];
  readonly #byId = new Map<string, number>();
  /** By program node: how often it is read. */
  readonly #uses: readonly number[];
  /** By the node that stands for a signal from its line on. */
  readonly #signals: ReadonlyMap<NodeId, number>;

  constructor(program: CellProgram) {
    this.#program = program;
    const uses = program.nodes.map(() => 0);
    for (const { nodes } of program.forward) {
      for (const id of nodes) for (const arg of this.#args(id)) uses[arg]++;
    }
    for (const { node } of program.sources) uses[node]++;
    this.#uses = uses;
    const isMasked = new Set(program.masks.map(({ index }) => index));
    this.#signals = new Map(
      program.signals.flatMap(({ node }, signal) => (isMasked.has(signal) ? [[node, signal]] : [])),
    );
  }

  /** Puts a signal among the nodes, with all that it comes from. */
  readSignal(signal: number): number {
    const { name, node, width } = this.#program.signals[signal];
    const known = this.#byId.get(name);
    if (known !== undefined) return known;
    const made = this.#signals.has(node)
      ? this.#unheld(node, width)
      : this.#copy(this.#visit(node), width);
    return this.#put({ ...made, id: name, signal }, TIGHT.name);
  }

  /** The place of a program's node among `nodes`. */
  #visit(id: NodeId): number {
    const signal = this.#signals.get(id);
    if (signal !== undefined) return this.readSignal(signal);
    const node = this.#program.nodes[id];
    switch (node.kind) {
      case "number":
        return this.#leaf(numberText(node.value), node, null);
      case "input":
        return this.#leaf("x[t]", node, node.width);
      case "previous":
        return this.#leaf(`${this.#program.states[node.state].name}[t-1]`, node, node.width);
      case "vector":
        return this.#leaf(this.#program.vectors[node.vector].name, node, node.width);
      default: {
        const made = this.#computed(id, node);
        const isPlain = made.value.kind === "sum" && made.inputs.length === 1;
        if (isPlain) return made.inputs[0];
        return this.#put({ ...made, id: made.expression, signal: null }, made.tightness);
      }
    }
  }

  /** What stands before ` · keep + hold`. */
  #unheld(id: NodeId, width: Width): Unnamed {
    const masked = this.#args(id).find((arg) => this.#apply(arg)?.op === "masked") ?? id;
    const [value] = this.#args(masked);
    const node = this.#program.nodes[value];
    const isComputed = (node.kind === "sum" || node.kind === "apply") && !this.#signals.has(value);
    return isComputed ? this.#computed(value, node) : this.#copy(this.#visit(value), width);
  }

  #computed(id: NodeId, node: Node): Unnamed {
    if (node.kind === "sum" || (node.kind === "apply" && node.op === "add")) {
      const inputs = this.#terms(id);
      const expression = inputs.map((input) => this.#text(input, TIGHT.sign)).join(" + ");
      const tightness = TIGHT.sum;
      return { expression, inputs, width: node.width, value: { kind: "sum" }, tightness };
    }
    if (node.kind !== "apply") throw new TypeError(`a step forward computes no ${node.kind}`);
    const inputs = node.args.map((arg) => this.#visit(arg));
    return this.#operation(node.op, inputs, node.width);
  }

  /** What is added up in a node, unnamed sums that nothing else reads taken apart. */
  #terms(id: NodeId): readonly number[] {
    const { nodes } = this.#program;
    const node = nodes[id];
    if (node.kind === "sum") return this.#products(node.sum);
    return this.#args(id).flatMap((arg) => {
      // A pre-activation that a matrix multiplies is kept as x + 0.
      const term = nodes[arg];
      if (term.kind === "number" && term.value === 0) return [];
      const isSum = term.kind === "sum" || this.#apply(arg)?.op === "add";
      const isOurs = isSum && this.#uses[arg] === 1 && !this.#signals.has(arg);
      return isOurs ? this.#terms(arg) : [this.#visit(arg)];
    });
  }

  /** Every product of a pre-activation by itself, in the order in which they are written. */
  #products(sum: number): readonly number[] {
    const { products, sources, matrices } = this.#program;
    const own = products.filter((product) => product.sum === sum);
    return own.map(({ matrix, columnsBefore, source }) => {
      const multiplied = this.#visit(sources[source].node);
      const { name, rows } = matrices[matrix];
      const id = `${name}·${this.#text(multiplied, TIGHT.name)}`;
      const value: StepValue = { kind: "product", matrix, columnsBefore };
      const made = { id, expression: id, signal: null, inputs: [multiplied], width: rows, value };
      return this.#put(made, TIGHT.name);
    });
  }

  #operation(op: PointwiseOp, inputs: readonly number[], width: Width): Unnamed {
    const [a, b = a] = inputs;
    const made = (expression: string, tightness: Tightness): Unnamed => {
      return { expression, inputs, width, value: { kind: "apply", op }, tightness };
    };
    const sign = OPERATION_SIGNS[op] ?? op;
    switch (op) {
      case "sub":
        return made(`${this.#text(a, TIGHT.sum)} − ${this.#text(b, TIGHT.product)}`, TIGHT.sum);
      case "mul":
      case "div": {
        const [left, right] = [this.#text(a, TIGHT.product), this.#text(b, TIGHT.name)];
        return made(`${left} ${sign} ${right}`, TIGHT.product);
      }
      case "neg":
        return made(`−${this.#text(a, TIGHT.name)}`, TIGHT.sign);
      case "abs":
        return made(`|${this.#text(a, TIGHT.sum)}|`, TIGHT.name);
      default: {
        const of = inputs.map((input) => this.#text(input, TIGHT.sum)).join(", ");
        return made(`${sign}(${of})`, TIGHT.name);
      }
    }
  }

  /** A value over again, under another name. */
  #copy(place: number, width: Width): Unnamed {
    const expression = this.nodes[place].id;
    return { expression, inputs: [place], width, value: { kind: "sum" }, tightness: TIGHT.sum };
  }

  #leaf(
    text: string,
    value: Extract<StepValue, { kind: "number" | "input" | "previous" | "vector" }>,
    width: Width | null,
  ): number {
    const node = { id: text, expression: text, signal: null, inputs: [], width, value };
    return this.#put(node, text.startsWith("−") ? TIGHT.sign : TIGHT.name);
  }

  #put({ id, expression, signal, inputs, width, value }: StepNode, tightness: Tightness): number {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const place = this.nodes.push({ id, expression, signal, inputs, width, value }) - 1;
    this.#byId.set(id, place);
    this.#tightness.push(tightness);
    return place;
  }

  /** As it stands within another expression. */
  #text(place: number, wanted: Tightness): string {
    const { id } = this.nodes[place];
    return this.#tightness[place] < wanted ? `(${id})` : id;
  }

  #apply(id: NodeId): Extract<Node, { kind: "apply" }> | null {
    const node = this.#program.nodes[id];
    return node.kind === "apply" ? node : null;
  }

  #args(id: NodeId): readonly NodeId[] {
    return this.#apply(id)?.args ?? [];
  }
}
