/**
 * The graph under construction. Equal nodes are one node (hash-consing): a value needed twice is computed once, and a
 * bias whose gradient is that of its pre-activation is seen to be so. Every node is simplified as it is made.
 */
import type { NodeId, PointwiseOp } from "./program.ts";
import { type NodeMaker, simplify } from "./simplify.ts";
import type { WidthClass } from "./widths.ts";

/** A `Node` of the program whose size is still a class; indices count in order of appearance. */
export type GraphNode =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "input"; readonly width: WidthClass }
  | { readonly kind: "previous"; readonly state: number; readonly width: WidthClass }
  | { readonly kind: "vector"; readonly vector: number; readonly width: WidthClass }
  | { readonly kind: "mask"; readonly mask: number; readonly width: WidthClass }
  | { readonly kind: "sum"; readonly sum: number; readonly width: WidthClass }
  | {
      readonly kind: "apply";
      readonly op: PointwiseOp;
      readonly args: readonly NodeId[];
      readonly width: WidthClass;
    }
  | { readonly kind: "stateGradient"; readonly state: number; readonly width: WidthClass }
  | { readonly kind: "sourceGradient"; readonly source: NodeId; readonly width: WidthClass };

export type Leaf = Exclude<GraphNode, { kind: "apply" }>;

/** A function made of several nodes whose derivative is better stated than worked out of them. */
export interface Slope {
  readonly argument: NodeId;
  readonly slope: NodeId;
}

export class Graph implements NodeMaker {
  readonly nodes: GraphNode[] = [];
  /** By the node that is the function's value. */
  readonly slopes = new Map<NodeId, Slope>();
  readonly #known = new Map<string, NodeId>();

  leaf(node: Leaf): NodeId {
    switch (node.kind) {
      case "number":
        return this.#intern(`number ${node.value}`, node);
      case "input":
        return this.#intern("input", node);
      case "previous":
        return this.#intern(`previous ${node.state}`, node);
      case "vector":
        return this.#intern(`vector ${node.vector}`, node);
      case "mask":
        return this.#intern(`mask ${node.mask}`, node);
      case "sum":
        return this.#intern(`sum ${node.sum}`, node);
      case "stateGradient":
        return this.#intern(`stateGradient ${node.state}`, node);
      case "sourceGradient":
        return this.#intern(`sourceGradient ${node.source}`, node);
    }
  }

  number(value: number): NodeId {
    return this.leaf({ kind: "number", value: value === 0 ? 0 : value });
  }

  /** The simplest node that equals op(args). */
  apply(op: PointwiseOp, ...args: readonly NodeId[]): NodeId {
    return simplify(this, op, args) ?? this.#make(op, args);
  }

  /**
   * A node of its own with the value of another: a matrix multiplies what is kept in memory, and a pre-activation is not
   * kept as such.
   */
  copy(node: NodeId): NodeId {
    return this.#make("add", [node, this.number(0)]);
  }

  numberOf(id: NodeId): number | null {
    const node = this.nodes[id];
    return node.kind === "number" ? node.value : null;
  }

  argsOf(id: NodeId, op: PointwiseOp): readonly NodeId[] | null {
    const node = this.nodes[id];
    return node.kind === "apply" && node.op === op ? node.args : null;
  }

  widthOf(id: NodeId): WidthClass | null {
    const node = this.nodes[id];
    return node.kind === "number" ? null : node.width;
  }

  #make(op: PointwiseOp, args: readonly NodeId[]): NodeId {
    if (op === "add" || op === "mul") {
      const swapped = this.#known.get(`${op} ${args[1]} ${args[0]}`);
      if (swapped !== undefined) return swapped;
    }
    const width = args.map((arg) => this.widthOf(arg)).find((found) => found !== null) ?? null;
    if (width === null) throw new RangeError(`${op} of numbers alone was not folded`);
    return this.#intern(`${op} ${args.join(" ")}`, { kind: "apply", op, args, width });
  }

  #intern(key: string, node: GraphNode): NodeId {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.nodes.push(node);
    this.#known.set(key, this.nodes.length - 1);
    return this.nodes.length - 1;
  }
}
