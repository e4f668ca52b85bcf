/**
 * What a plan can compute: one spec a kind of operation, plain data. Each names the tensors it reads and writes, forward and, where
 * there is training, backward; engines give every kind its code.
 */
import type { CellProgram, Width } from "../cells/program.ts";
import type { Axis, Integers, Tensor } from "./shapes.ts";

export interface Along {
  /** @default "steps" */
  readonly over?: Axis;
}

/**
 * A recurrent layer over time. Legend: B batch, T steps of the capacity, W(·) the size of a width.
 *
 * States live in `states[s]`, T·B rows: the value after each step. The rows before it (B rows, reserved by the layout, at
 * offset − batch·stride of the call) hold the initial state.
 */
export interface CellSpec extends Along {
  readonly kind: "cell";
  readonly program: CellProgram;
  readonly sizes: Readonly<Record<Width, number>>;
  /** [T·B, in], or tokens [T·B]: then x is one-hot and the product with x a row of its weights. */
  readonly input: Tensor | Integers;
  /** One a source, [W(source), Σ stride(W(sum))]: row k holds the weights of the source's k-th element, a padded block a sum. */
  readonly weights: readonly Tensor[];
  /** One a learned vector, [1, W]. */
  readonly vectors: readonly Tensor[];
  /** One a state, [T·B, W]; see above. */
  readonly states: readonly Tensor[];
  /**
   * One a mask of the program: [T·B, W] where each step has its own, else [B, W]. Read; no gradient flows to them. Absent for a
   * program without masks.
   */
  readonly masks?: readonly Tensor[];
  /**
   * [B]: how many steps each sequence has; null or absent where all have the call's. Behind a sequence's end its states are
   * zero, `outputGradient` is set to zero there, and `stateGradients` enter at its last step: nothing that stands in the padding
   * reaches a state or a gradient. A sequence of 0 steps hands its `stateGradients` through.
   */
  readonly lengths?: Integers | null;
  /**
   * Signals to be written for inspection, [T·B, W] each: pairs of an index into program.signals and where. Forward writes those whose
   * nodes are computed forward; those of backward nodes (∂L/∂ of something), which only a plan that trains can have, backward does. All
   * are zero behind a sequence's end.
   */
  readonly signals: readonly { readonly signal: number; readonly into: Tensor }[];
  /** Null in a plan that only infers. */
  readonly training: {
    /** [T·B, W(h)]: ∂L/∂h[t] from above. Read. */
    readonly outputGradient: Tensor;
    /** One a state, [B, W]. Before backward: ∂L/∂ of the window's last state, 0 if the window ends there. After: of its initial state. */
    readonly stateGradients: readonly Tensor[];
    /** [T·B, in], overwritten; null where nobody wants it, and for tokens. */
    readonly inputGradient: Tensor | null;
    /** Laid out like `weights`; overwritten. */
    readonly weightGradients: readonly Tensor[];
    /** Laid out like `vectors`; overwritten. */
    readonly vectorGradients: readonly Tensor[];
  } | null;
}

/** output = input · W + b. W is [K, N], or with `transposed` [N, K] (an embedding's table used again). */
export interface LinearSpec extends Along {
  readonly kind: "linear";
  readonly input: Tensor;
  readonly output: Tensor;
  readonly weight: Tensor;
  readonly transposed: boolean;
  readonly bias: Tensor | null;
  readonly training: {
    readonly outputGradient: Tensor;
    /** Overwritten. */
    readonly inputGradient: Tensor | null;
    /** Overwritten; or with `accumulate` added to, where an embedding of the same table has written before. */
    readonly weightGradient: Tensor;
    readonly accumulate: boolean;
    readonly biasGradient: Tensor | null;
  } | null;
}

/** output[r] = table[tokens[r]]. */
export interface EmbeddingSpec extends Along {
  readonly kind: "embedding";
  readonly tokens: Integers;
  /** [V, E] */
  readonly table: Tensor;
  readonly output: Tensor;
  readonly training: {
    readonly outputGradient: Tensor;
    /** [V, E], overwritten: rows of tokens that did not occur are zero. */
    readonly tableGradient: Tensor;
  } | null;
}

/**
 * Inverted dropout: output = input · keep / (1 − rate); backward the same on gradients. Element u of row r is kept
 * when uniform(key, r · width + u) ≥ rate, with `numbers/random`'s generator, the same on every engine.
 */
export interface DropoutSpec extends Along {
  readonly kind: "dropout";
  readonly input: Tensor;
  readonly output: Tensor;
  readonly rate: number;
  /** Two integers, the key of the mask; the caller sets them before each step. */
  readonly key: Integers;
  readonly training: { readonly outputGradient: Tensor; readonly inputGradient: Tensor } | null;
}

/**
 * A mask of numbers that are `kept` or 0: element u of row r is kept when uniform(key, r · width + u) ≥ rate, with the generator
 * of dropout. For what multiplies a cell's states: the masks of a CellSpec.
 */
export interface MaskSpec extends Along {
  readonly kind: "mask";
  readonly output: Tensor;
  readonly rate: number;
  readonly kept: number;
  /** Two integers; the caller sets them before each step. */
  readonly key: Integers;
  readonly training: null;
}

/**
 * The rows before a cell's first step = source: [B, W], or with `shared` one row [1, W] for all sequences (a learned initial
 * state). Stands before the cell. Over "once".
 */
export interface InitialStateSpec extends Along {
  readonly kind: "initialState";
  readonly source: Tensor;
  readonly shared: boolean;
  /** One of a CellSpec's `states`. */
  readonly state: Tensor;
  readonly training: {
    /** The cell's, of this state. Read, after the cell's backward. */
    readonly stateGradient: Tensor;
    /** Like source. Overwritten: by backward, or where it is shared by gradients, a sum over the batch. */
    readonly sourceGradient: Tensor;
  } | null;
}

/** output[b] = a state after the last step of sequence b, or its initial state where the length is 0. Over "once"; stands behind the cell. */
export interface FinalStateSpec extends Along {
  readonly kind: "finalState";
  /** One of a CellSpec's `states`; that cell runs over "steps". */
  readonly state: Tensor;
  /** The cell's. */
  readonly lengths: Integers | null;
  /** [B, W] */
  readonly output: Tensor;
  readonly training: {
    readonly outputGradient: Tensor;
    /** The cell's, of this state. Overwritten, before the cell's backward. */
    readonly stateGradient: Tensor;
  } | null;
}

/** A part of what a join lays side by side. */
export interface JoinPiece {
  readonly value: Tensor;
  /**
   * Which of its rows: that of the same step; of the step counted from its sequence's end (reading backward: steps behind the end are
   * zero); of the step before (`value` is a cell's state: at the first step its initial state); or the sequence's only one, at every step.
   */
  readonly at: "same" | "reversed" | "previous" | "once";
  /**
   * ∂L/∂value, or null where nobody wants it. "once": [B, W], the sum over steps. "previous": the cell's `stateGradients` tensor of that
   * state, [B, W], always added to; it stands in a loop with the cell.
   */
  readonly gradient: Tensor | null;
  /** True where another operation writes the gradient first and this adds to it. */
  readonly accumulate: boolean;
}

/** output[r] = [piece, piece, …], side by side without padding between: concatenation, and with it every way rows travel. */
export interface JoinSpec extends Along {
  readonly kind: "join";
  readonly pieces: readonly JoinPiece[];
  /** [B], of the sequences that are reversed; null where all have the call's steps. */
  readonly lengths: Integers | null;
  /** [T·B, Σ W] */
  readonly output: Tensor;
  readonly training: { readonly outputGradient: Tensor } | null;
}

/**
 * output[s, b] = Σ_t weights[s, b, t] · values[t, b], with weights = softmax over the steps t of the source of
 * score(queries[s, b], keys[t, b]). `dot`: q·k (Luong et al. 2015, arXiv:1508.04025); `additive`: v·tanh(q + k) (Bahdanau et al. 2015,
 * arXiv:1409.0473). Queries have the operation's own axis, keys and values "steps".
 */
export interface AttentionSpec extends Along {
  readonly kind: "attention";
  readonly score: "dot" | "additive";
  /** [S·B, K] */
  readonly queries: Tensor;
  /** [T·B, K] */
  readonly keys: Tensor;
  /** [T·B, V]; may be `keys`. */
  readonly values: Tensor;
  /** [1, K], learned; null for `dot`. */
  readonly vector: Tensor | null;
  /** [B], of the source; null where all have the call's steps. Weights behind a sequence's end are 0; for length 0 the output is. */
  readonly lengths: Integers | null;
  /** [S·B, T]: kept, to be looked at. */
  readonly weights: Tensor;
  /** [S·B, V] */
  readonly output: Tensor;
  readonly training: {
    readonly outputGradient: Tensor;
    /** Overwritten. */
    readonly queriesGradient: Tensor;
    /** Overwritten with the sum over the pass's output steps, all T·B rows; the two may be one tensor, where keys and values are. */
    readonly keysGradient: Tensor;
    readonly valuesGradient: Tensor;
    /** Like `vector`; overwritten by gradients. */
    readonly vectorGradient: Tensor | null;
  } | null;
}

/**
 * losses[r] = rowWeight · −Σ_v p[v] · log softmax(logits[r])[v], where p is 1 − ε + ε/V at the target and ε/V elsewhere, ε being
 * `labelSmoothing`; 0 where the target is −1: such rows count for nothing.
 */
export interface CrossEntropySpec extends Along {
  readonly kind: "crossEntropy";
  /** [R, V] */
  readonly logits: Tensor;
  readonly targets: Integers;
  /** [R, 1] */
  readonly losses: Tensor;
  /** [R, 1], set by the caller: how much a row counts, the weight of its class. Null or absent: 1. */
  readonly rowWeights?: Tensor | null;
  /** ε, 0 to below 1. @default 0 */
  readonly labelSmoothing?: number;
  readonly training: {
    /** [1, 1]: what a row's gradient is multiplied by, 1 / counted targets for a mean. Set by the caller. */
    readonly scale: Tensor;
    /** rowWeight · (softmax(logits) − p) · scale. May be `logits` itself. */
    readonly logitsGradient: Tensor;
  } | null;
}

/** What an output y costs where t was wanted. */
export type ElementLoss =
  /** (y − t)² */
  | { readonly name: "squared" }
  /** |y − t|; at 0 the gradient is 0 */
  | { readonly name: "absolute" }
  /** (y − t)²/2 up to `delta`, then delta·(|y − t| − delta/2) */
  | { readonly name: "huber"; readonly delta: number }
  /** The pinball loss max(q·(t − y), (q − 1)·(t − y)) of each level q: y of target n at level q stands in column n · levels + q. */
  | { readonly name: "quantile"; readonly levels: readonly number[] }
  /** y is a logit, t in [0, 1]: −t·log σ(y) − (1 − t)·log(1 − σ(y)) */
  | { readonly name: "binaryCrossEntropy" };

/** losses[r] = rowWeight · Σ loss(outputs[r], targets[r]) / M, the mean over the row's M outputs. A target that is NaN is missing: it costs nothing. */
export interface ElementLossSpec extends Along {
  readonly kind: "elementLoss";
  readonly loss: ElementLoss;
  /** [R, M]; M = N, for quantiles N · levels */
  readonly outputs: Tensor;
  /** [R, N] */
  readonly targets: Tensor;
  /** [R, 1] */
  readonly losses: Tensor;
  /** [R, 1], set by the caller: how much a row counts, 0 for padding. Null or absent: 1. */
  readonly rowWeights?: Tensor | null;
  readonly training: {
    /** [1, 1]: what a row's gradient is multiplied by, 1 / R for a mean. Set by the caller; finite. */
    readonly scale: Tensor;
    /** ∂losses/∂outputs · scale. May be `outputs` itself. */
    readonly outputsGradient: Tensor;
  } | null;
}

export type OperationSpec =
  | CellSpec
  | LinearSpec
  | EmbeddingSpec
  | DropoutSpec
  | MaskSpec
  | InitialStateSpec
  | FinalStateSpec
  | JoinSpec
  | AttentionSpec
  | CrossEntropySpec
  | ElementLossSpec;
