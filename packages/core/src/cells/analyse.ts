/**
 * From statements to a graph: what is learned, which products share a pre-activation, which sizes are tied.
 *
 * A *sum* is a chain of + and −, through brackets but never through a name: its added matrix products are one
 * pre-activation, its subtracted ones another, and the remaining terms are added pointwise.
 */

import { CellstateError } from "../errors.ts";
import { type Alterations, type MemoryPath, UNALTERED } from "./alterations.ts";
import type {
  Draft,
  DraftMask,
  DraftMatrix,
  DraftProduct,
  DraftSignal,
  DraftState,
  DraftVector,
} from "./draft.ts";
import { didYouMean, EquationError } from "./equationError.ts";
import { FUNCTIONS } from "./functions.ts";
import { Graph } from "./graph.ts";
import { memoryNodes } from "./memoryPath.ts";
import type { NodeId } from "./program.ts";
import { Scope } from "./scope.ts";
import type { Expression, Part, Statement } from "./syntax.ts";
import { type WidthClass, Widths } from "./widths.ts";

/**
 * @param alterations What the equations are to be given beside what is written.
 * @throws EquationError at the first mistake of meaning. CellstateError `option` for a number that is to be held.
 */
export function analyse(
  statements: readonly Statement[],
  alterations: Alterations = UNALTERED,
): Draft {
  return new Analysis(statements, alterations).draft();
}

/** A value in the making: its node, and the class of its size (null for a number). */
interface Value {
  readonly node: NodeId;
  readonly width: WidthClass | null;
}

class Analysis implements Draft {
  readonly graph = new Graph();
  readonly widths = new Widths();
  readonly input: NodeId;
  readonly inputWidth: WidthClass;
  readonly states: DraftState[] = [];
  readonly vectors: DraftVector[] = [];
  readonly matrices: DraftMatrix[] = [];
  readonly masks: DraftMask[] = [];
  readonly sums: NodeId[] = [];
  readonly products: DraftProduct[] = [];
  readonly signals: DraftSignal[] = [];
  readonly memory: (MemoryPath | null)[] = [];
  readonly #statements: readonly Statement[];
  readonly #alterations: Alterations;
  /** By the node that is multiplied: what stands for it in products. */
  readonly #masked = new Map<NodeId, NodeId>();
  readonly #scope: Scope;
  readonly #signalByName = new Map<string, DraftSignal>();
  readonly #stateByName = new Map<string, DraftState>();
  readonly #vectorByName = new Map<string, DraftVector>();

  constructor(statements: readonly Statement[], alterations: Alterations) {
    this.#statements = statements;
    this.#alterations = alterations;
    this.#scope = new Scope(statements);
    this.inputWidth = this.widths.fresh("x[t]", { line: 1, column: 1 }, true);
    this.input = this.graph.leaf({ kind: "input", width: this.inputWidth });
    const starts = this.#starts();
    for (const { name, state, at } of this.#scope.lines.values()) {
      if (!state) continue;
      const width = this.widths.fresh(`${name}[t]`, at, true);
      const previous = this.graph.leaf({ kind: "previous", state: this.states.length, width });
      const draft = { name, width, initial: starts.get(name) ?? 0, previous, value: -1 };
      this.states.push(draft);
      this.#stateByName.set(name, draft);
    }
  }

  draft(): Draft {
    const end = this.#statements.at(-1)?.at ?? { line: 1, column: 1 };
    const output = this.#scope.lines.get("h");
    if (!output) throw new EquationError(end, "no line defines the output; write h[t] = …");
    if (!output.state) {
      throw new EquationError(output.at, "h is the output, and a state: write h[t] = …");
    }
    for (const statement of this.#scope.lines.values()) {
      const { name, state, caption, at } = statement;
      const plain = this.#value(statement.value);
      const value = this.#alterations.held.includes(name) ? this.#held(name, plain) : plain;
      const carried = this.#stateByName.get(name);
      let width = value.width;
      if (carried) {
        carried.value = value.node;
        width = this.widths.join(carried.width, width);
      } else if (width !== null) {
        width = this.widths.join(this.widths.fresh(name, at, true), width);
      }
      const signal = { name, node: value.node, width, state, caption, written: plain.node };
      this.signals.push(signal);
      this.#signalByName.set(name, signal);
      this.#scope.reach(name);
    }
    if (this.matrices.length + this.vectors.length === 0) {
      const reason = "nothing here is learned; multiply by a matrix, as in h[t] = tanh(W·x[t])";
      throw new EquationError(output.at, reason);
    }
    if (this.#alterations.zoneout) this.#holdStates();
    if (this.#alterations.memory) this.#splitMemory();
    return this;
  }

  /** value · keep + hold: what stands for the signal from here on. */
  #held(name: string, { node, width }: Value): Value {
    if (width === null) {
      throw new CellstateError(
        "option",
        `${name} cannot be held: it is a number in the equations, the same for all units and steps; hold what is computed from it`,
      );
    }
    const { graph } = this;
    const mask = (of: "keep" | "hold"): NodeId => {
      const leaf = graph.leaf({ kind: "mask", mask: this.masks.length, width });
      const signal = this.signals.length;
      this.masks.push({ width, of: of === "keep" ? { keep: signal } : { hold: signal } });
      return leaf;
    };
    const keep = mask("keep");
    // Not a plain product: what is held is held, even where it would be infinite.
    return { node: graph.apply("add", graph.apply("masked", node, keep), mask("hold")), width };
  }

  /** What each state keeps and what is written, as further signals. */
  #splitMemory(): void {
    for (const { name, width, previous, value } of this.states) {
      const nodes = memoryNodes(this.graph, previous, value);
      const add = (part: string, node: NodeId, caption: string): number =>
        this.signals.push({
          name: `${part} ${name}`,
          node,
          width,
          state: false,
          caption,
          written: node,
        }) - 1;
      this.memory.push(
        nodes && {
          keep: add("keep", nodes.keep, `how much of ${name} is kept`),
          kept: add("kept", nodes.kept, `what is kept of ${name}`),
          written: add("written", nodes.written, `what is written to ${name}`),
        },
      );
    }
  }

  /** Signals and other states' equations see the value as it is written; what is carried on and handed up is held. */
  #holdStates(): void {
    const { graph } = this;
    this.states.forEach((carried, state) => {
      const { value, previous, width } = carried;
      const mask = graph.leaf({ kind: "mask", mask: this.masks.length, width });
      this.masks.push({ width, of: { state } });
      const held = graph.apply("mul", mask, graph.apply("sub", previous, value));
      carried.value = graph.apply("add", value, held);
    });
  }

  #starts(): Map<string, number> {
    const starts = new Map<string, number>();
    for (const statement of this.#statements) {
      if (statement.kind !== "start") continue;
      const { name, value, at } = statement;
      if (starts.has(name)) throw new EquationError(at, `${name}[0] is set twice`);
      if (!this.#scope.isState(name)) {
        const states = [...this.#scope.lines.keys()].filter((known) => this.#scope.isState(known));
        const reason = `no line defines ${name}[t]${didYouMean(name, states)}`;
        throw new EquationError(at, reason);
      }
      starts.set(name, value);
    }
    return starts;
  }

  /** Of an expression that stands for itself. */
  #value(expression: Expression): Value {
    const added: Value[] = [];
    const taken: Value[] = [];
    const groups = { added: new SumGroup(), taken: new SumGroup() };
    const visit = (term: Expression, sign: 1 | -1): void => {
      if (term.kind === "sum") {
        for (const inner of term.terms) visit(inner.value, inner.sign === sign ? 1 : -1);
      } else if (term.kind === "negative") {
        visit(term.value, sign === 1 ? -1 : 1);
      } else if (term.kind === "matrix") {
        this.#matrix(term, sign === 1 ? groups.added : groups.taken);
      } else {
        (sign === 1 ? added : taken).push(this.#operand(term, "term"));
      }
    };
    visit(expression, 1);
    // A pre-activation is always the first of its terms, so that the same sum written in another order is the same.
    added.unshift(...this.#preActivation(groups.added));
    taken.unshift(...this.#preActivation(groups.taken));
    const zero: Value = { node: this.graph.number(0), width: null };
    const whole = added.reduce((a, b) => this.#pointwise("add", a, b), zero);
    return taken.reduce((a, b) => this.#pointwise("sub", a, b), whole);
  }

  #preActivation(group: SumGroup): Value[] {
    if (group.width === null) return [];
    const sum = this.sums.length;
    const node = this.graph.leaf({ kind: "sum", sum, width: group.width });
    this.sums.push(node);
    for (const product of group.products) this.products.push({ ...product, sum });
    return [{ node, width: group.width }];
  }

  #pointwise(op: "add" | "sub" | "mul" | "div", a: Value, b: Value): Value {
    return {
      node: this.graph.apply(op, a.node, b.node),
      width: this.widths.join(a.width, b.width),
    };
  }

  /** Of a term or factor. */
  #operand(expression: Expression, role: "term" | "factor"): Value {
    const value = this.#single(expression, role);
    const number = this.graph.numberOf(value.node);
    if (number !== null && !Number.isFinite(Math.fround(number))) {
      throw new EquationError(expression.at, `this is ${number}, not a number to compute with`);
    }
    return value;
  }

  #single(expression: Expression, role: "term" | "factor"): Value {
    switch (expression.kind) {
      case "number":
        return { node: this.graph.number(expression.value), width: null };
      case "name":
        return this.#name(expression, role);
      case "call":
        return this.#call(expression);
      case "product": {
        const one: Value = { node: this.graph.number(1), width: null };
        return expression.factors.reduce((left, { operator, value }) => {
          const right = this.#operand(value, "factor");
          return this.#pointwise(operator === "*" ? "mul" : "div", left, right);
        }, one);
      }
      default:
        return this.#value(expression);
    }
  }

  #name(expression: Extract<Expression, { kind: "name" }>, role: "term" | "factor"): Value {
    const { name, at } = expression;
    const meaning = this.#scope.meaning(expression);
    if (meaning === "input") return { node: this.input, width: this.inputWidth };
    const state = this.#stateByName.get(name);
    if (meaning === "previous" && state) return { node: state.previous, width: state.width };
    const signal = this.#signalByName.get(name);
    if (signal) return signal;
    let vector = this.#vectorByName.get(name);
    if (!vector) {
      const width = this.widths.fresh(name, at);
      const node = this.graph.leaf({ kind: "vector", vector: this.vectors.length, width });
      vector = { name, node, width, at, multiplied: false };
      this.vectors.push(vector);
      this.#vectorByName.set(name, vector);
    }
    if (role === "factor") vector.multiplied = true;
    return vector;
  }

  #call({ name, args, at }: Extract<Expression, { kind: "call" }>): Value {
    const called = FUNCTIONS.get(name);
    if (!called) {
      const isValue = name === "x" || this.#scope.lines.has(name) || name.includes("_");
      const hint = isValue ? "; the pointwise product is *" : didYouMean(name, FUNCTIONS.keys());
      throw new EquationError(at, `${name} is not a function${hint}`);
    }
    if (called.arity === "one" ? args.length !== 1 : args.length < 2) {
      const wanted = called.arity === "one" ? "one argument" : "two arguments or more";
      throw new EquationError(at, `${name} takes ${wanted}, not ${args.length}`);
    }
    const values = args.map((arg) => this.#value(arg));
    const width = values.map((value) => value.width).reduce((a, b) => this.widths.join(a, b), null);
    const nodes = values.map((value) => value.node);
    return { node: called.build(this.graph, nodes), width };
  }

  #matrix({ name, parts, at }: Extract<Expression, { kind: "matrix" }>, group: SumGroup): void {
    this.#scope.checkMatrix(name, at);
    const first = this.matrices.find((matrix) => matrix.name === name);
    if (first) {
      const reason = `${name} is used twice, first in line ${first.at.line}; a matrix is used once`;
      throw new EquationError(at, reason);
    }
    const rows = this.widths.fresh(`the product with ${name}`, at);
    const columns: WidthClass[] = [];
    // Its place in the list is taken before its parts are read: matrices inside them come after it.
    const matrix = this.matrices.push({ name, rows, columns, at }) - 1;
    this.widths.markSized(rows);
    group.width = this.widths.join(group.width, rows);
    for (const part of parts) {
      const { node, width } = this.#part(part);
      this.widths.markSized(width);
      const before = group.products.find((product) => product.source === node);
      if (before) {
        const other = this.matrices[before.matrix].name;
        const reason =
          other === name
            ? `${name} multiplies this twice; once is enough`
            : `${name} and ${other} multiply the same in one sum; one matrix is enough`;
        throw new EquationError(part.at, reason);
      }
      group.products.push({ matrix, columnsBefore: [...columns], source: node });
      columns.push(width);
    }
  }

  /** What a matrix multiplies: x[t], a state a step ago, or something computed. */
  #part({ value, at }: Part): { node: NodeId; width: WidthClass } {
    const { node, width } = this.#value(value);
    const { kind } = this.graph.nodes[node];
    if (width === null || kind === "number") {
      throw new EquationError(at, "a matrix multiplies a vector, and this is a number");
    }
    if (kind === "vector") {
      throw new EquationError(at, "a matrix times a learned vector is a learned vector: write one");
    }
    const multiplied = kind === "sum" ? this.graph.copy(node) : node;
    if (!this.#alterations.recurrentDropout || kind === "input") {
      return { node: multiplied, width };
    }
    return { node: this.#maskedSource(multiplied, width), width };
  }

  #maskedSource(source: NodeId, width: WidthClass): NodeId {
    const known = this.#masked.get(source);
    if (known !== undefined) return known;
    const mask = this.graph.leaf({ kind: "mask", mask: this.masks.length, width });
    const masked = this.graph.apply("mul", source, mask);
    this.masks.push({ width, of: { source: masked } });
    this.#masked.set(source, masked);
    return masked;
  }
}

/** The products of one sum that share a sign, until all are read. */
class SumGroup {
  width: WidthClass | null = null;
  readonly products: Omit<DraftProduct, "sum">[] = [];
}
