/**
 * What the equations of a cell become once they are analysed: plain data, and the only thing an engine sees of a cell.
 *
 * A program is one graph of nodes over vectors. A cell's work in one time step is a number of *stages*. Forward, a stage
 * first adds its matrix products to the pre-activations (`Sum`), then computes its pointwise nodes. Backward, a
 * stage first computes its pointwise nodes, then sends the gradients of the finished pre-activations back through
 * their matrices to the vectors that had been multiplied (`Source`), where a later stage reads them.
 *
 * Everything here can be posted to a worker: no functions, no classes.
 */

/** Which size a vector has: the layer's input, its units, or its output where a projection makes that another. */
export type Width = "in" | "units" | "out";

/** An index into `CellProgram.nodes`. Arguments always stand before the node that uses them. */
export type NodeId = number;

/**
 * Pointwise operations. `greater(a, b)` is 1 where a > b, else 0; it stands only in derivatives. `masked(a, b)` is a · b, and 0 where b is 0 even
 * where a is infinite or no number; it stands only before masks that hold signals.
 * relu(x) is max(x, 0) and passes no gradient at 0. max and min pass the gradient of a tie to their first argument.
 */
export type PointwiseOp =
  | "add"
  | "sub"
  | "mul"
  | "masked"
  | "div"
  | "max"
  | "min"
  | "greater"
  | "neg"
  | "abs"
  | "relu"
  | "sigmoid"
  | "tanh"
  | "exp"
  | "log"
  | "sqrt";

export type Node =
  /** A constant; broadcast to whatever width it meets. */
  | { readonly kind: "number"; readonly value: number }
  /** x[t] */
  | { readonly kind: "input"; readonly width: Width }
  /** s[t-1], of `states[state]` */
  | { readonly kind: "previous"; readonly state: number; readonly width: Width }
  /** A learned vector, of `vectors[vector]`, the same for every row and step. */
  | { readonly kind: "vector"; readonly vector: number; readonly width: Width }
  /** A vector of `masks[mask]`, drawn from outside: what is multiplied or kept at random. No gradient flows to it. */
  | { readonly kind: "mask"; readonly mask: number; readonly width: Width }
  /** A pre-activation: the sum of matrix products of `sums[sum]`. Biases are not in it; they are added pointwise. */
  | { readonly kind: "sum"; readonly sum: number; readonly width: Width }
  | {
      readonly kind: "apply";
      readonly op: PointwiseOp;
      readonly args: readonly NodeId[];
      readonly width: Width;
    }
  /** Backward only: ∂L/∂s[t] of `states[state]`: what later steps send back, and for h[t] what the layer above sends. */
  | { readonly kind: "stateGradient"; readonly state: number; readonly width: Width }
  /** Backward only: ∂L/∂ of `sources[source]`, through its matrices. */
  | { readonly kind: "sourceGradient"; readonly source: number; readonly width: Width };

export interface State {
  readonly name: string;
  readonly width: Width;
  /** The value before the first step. */
  readonly initial: number;
  /** The node that is s[t]. */
  readonly value: NodeId;
  /**
   * The pointwise part of ∂L/∂s[t-1], or null where there is none. What flows through matrices that multiply s[t-1]
   * itself is not in it: the engine adds the product (see `Source`).
   */
  readonly previousGradient: NodeId | null;
}

/** A learned vector: a bias, a peephole. */
export interface Vector {
  readonly name: string;
  readonly width: Width;
  /** ∂L/∂v of one row at one step; the vector's gradient is its sum over rows and steps. Null where no gradient flows. */
  readonly gradient: NodeId | null;
}

/** Numbers from outside that take part in a step: random ones (see `regularise.ts`), or those that hold a signal (`alter.ts`). */
export interface Mask {
  readonly width: Width;
  /** True where each step of a sequence has its own; else one serves for all steps. */
  readonly perStep: boolean;
  /**
   * What it is for: `sources[index]`, which is multiplied by it; `states[index]`, which it holds to its last value; or
   * `signals[index]`, which is value · keep + hold.
   */
  readonly of: "source" | "state" | "keep" | "hold";
  readonly index: number;
}

/** A pre-activation, width × 1: Σ W·source over the products that name it. */
export interface Sum {
  readonly width: Width;
  /** The first forward stage in whose pointwise part it can be read: that of its last product. */
  readonly stage: number;
  /** ∂L/∂ of this pre-activation. */
  readonly gradient: NodeId;
  /** The first backward stage after whose pointwise part `gradient` is known. */
  readonly gradientStage: number;
}

/**
 * A vector that matrices multiply. x[t] and the bare s[t-1] are multiplied before stage 0; a vector that is computed
 * within the step, after the stage that computes it. All matrices over one source are stacked: one product a source.
 */
export interface Source {
  /** The multiplied node: kind `input`, `previous` or `apply`. */
  readonly node: NodeId;
  readonly width: Width;
  /** The forward stage before whose pointwise part the product is added to its sums. */
  readonly stage: number;
  /** The pre-activations it feeds, ascending indices into `sums`; the order of its stacked columns. */
  readonly sums: readonly number[];
  /** Backward: the stage after whose pointwise part all of `sums`' gradients are known, so the product can run back. */
  readonly gradientStage: number;
}

/** One block of a learned matrix: columns `column`, `column + width(source)`, … of `matrix` multiply `source` into `sum`. */
export interface Product {
  readonly matrix: number;
  /** The widths of the concatenation's parts left of this one in the matrix: its first column is their total. */
  readonly columnsBefore: readonly Width[];
  readonly source: number;
  readonly sum: number;
}

/** A learned matrix as the equations name it, shape [rows, Σ columns]. */
export interface Matrix {
  readonly name: string;
  readonly rows: Width;
  readonly columns: readonly Width[];
}

/** What a stage computes: `apply` nodes in an order in which each can be computed from those before it. */
export interface Stage {
  readonly nodes: readonly NodeId[];
}

/** A named line of the equations, as it is shown and traced. */
export interface Signal {
  readonly name: string;
  readonly node: NodeId;
  readonly width: Width;
  /** True for a name with [t] on its left side: carried from step to step. */
  readonly state: boolean;
  /** The comment of its line. */
  readonly caption: string;
  /** The values it can take, from its outermost function: [0, 1] for σ and 1 − σ, [-1, 1] for tanh, else null. */
  readonly range: readonly [number, number] | null;
}

export interface CellProgram {
  readonly nodes: readonly Node[];
  readonly states: readonly State[];
  /** Index of h in `states`. */
  readonly output: number;
  readonly vectors: readonly Vector[];
  readonly matrices: readonly Matrix[];
  /** None in a cell's own program. First those of sources, then of states, then `keep`, then `hold`, each by ascending index. */
  readonly masks: readonly Mask[];
  readonly sums: readonly Sum[];
  readonly sources: readonly Source[];
  readonly products: readonly Product[];
  /**
   * Where x[t] meets another vector pointwise, the width that the input then has (there are no vectors of width `in`): a layer
   * must refuse an input of another size. Null where the input's size is free.
   */
  readonly tiedInput: "units" | "out" | null;
  /** The pointwise part of ∂L/∂x[t], or null; the part through matrices is the engine's product of the source x. */
  readonly inputGradient: NodeId | null;
  readonly forward: readonly Stage[];
  /** In the order in which they run; the first sees only what the forward pass left and `stateGradient`. */
  readonly backward: readonly Stage[];
  readonly signals: readonly Signal[];
}
