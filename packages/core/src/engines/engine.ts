/**
 * The boundary between what is computed and who computes it.
 *
 * A *plan* is data: buffers laid out once for a capacity of steps × batch, and a list of operations over them. An
 * engine compiles it; afterwards every step runs in the memory that the plan named, takes none of its own, and a smaller batch
 * or window runs as a prefix. A training step is
 *
 *     prepare of every operation (weights have changed)
 *     forward in order, backward in reverse, gradients in any order, update
 *
 * Layout. Matrices are row-major; a row is padded to a multiple of four numbers (`stride`), and *padding is always
 * zero*, whatever a kernel computes there. Sequences are time-major: row t·batch + b, with the batch of the call, not of the
 * capacity.
 *
 * Threads. `forward` and `backward` of rows [from, to) of the batch touch only those rows; `prepare` and `gradients` of a
 * share write only what is that share's, and sum over all rows. No sum is ever divided, so how many threads share a pass
 * changes no bit of what our own kernels compute.
 */
import type { CellProgram, Width } from "../cells/program.ts";
import type { Share } from "../threads/share.ts";

export { type Share, WHOLE } from "../threads/share.ts";

/** A rectangle in a plan's memory, in numbers: row r starts at offset + r · stride. */
export interface Tensor {
  readonly offset: number;
  readonly rows: number;
  readonly width: number;
  /** `width` rounded up to a multiple of 4. */
  readonly stride: number;
}

/** `count` integers at `offset` (in numbers, like a Tensor's). */
export interface Integers {
  readonly offset: number;
  readonly count: number;
}

/**
 * What the rows of an operation run over: the steps of the input, those of the output where it has others (a decoder's), or
 * each sequence once. An operation over n steps has n·B rows.
 */
export type Axis = "steps" | "outputSteps" | "once";

/** How much of the capacity a call uses: `batch` sequences of so many steps. */
export interface Extent {
  readonly steps: number;
  readonly batch: number;
  /** Steps of the axis `outputSteps`. @default 0 */
  readonly outputSteps?: number;
  /**
   * Of a forward pass, the first of those steps that is to be done; those before it have been. So a decoder can be told each step's
   * input when it is known. @default 0
   */
  readonly outputStart?: number;
}

/** Of a call's rows, those that this caller does: [from, to) of the batch, and of its axis the steps [start, steps). */
export interface Span {
  readonly steps: number;
  readonly batch: number;
  readonly from: number;
  readonly to: number;
  /** @default 0 */
  readonly start?: number;
  /** All steps of the operation's axis in this pass: a loop does them one by one, backward from the last. @default steps */
  readonly axisSteps?: number;
  /** Steps of the axis `steps` in this pass, for operations that read what has another axis than their own. @default steps */
  readonly sourceSteps?: number;
}

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
  /** Named signals to be written for inspection, [T·B, W] each: pairs of an index into program.signals and where. */
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

/** Operations [first, end) over "outputSteps" that each pass does step by step: where a step's input depends on the output before it. */
export interface Loop {
  readonly first: number;
  readonly end: number;
}

export const WEIGHT_FORMATS = ["float32", "int8"] as const;
export type WeightFormat = (typeof WEIGHT_FORMATS)[number];

/** Everything an engine needs to compile a plan; plain data. */
export interface PlanSpec {
  readonly steps: number;
  readonly batch: number;
  /** Capacity of the axis `outputSteps`. @default 0 */
  readonly outputSteps?: number;
  /** Numbers that the layout takes; an engine may lay scratch of its own behind them. */
  readonly size: number;
  /**
   * How the products of forward passes hold their weights: as they are, or rounded to integers −127 … 127 with a scale
   * a column (a gate's unit), to be multiplied in integers; see `numbers/int8.ts`. One-hot tokens and embeddings pick rows of weights as
   * they are. For plans that only infer: gradients know nothing of the rounding. @default "float32"
   */
  readonly weights?: WeightFormat;
  readonly operations: readonly OperationSpec[];
  /** In order, apart from each other. @default none */
  readonly loops?: readonly Loop[];
}

/** Steps of an axis. */
export function stepsAlong(
  axis: Axis | undefined,
  { steps, outputSteps = 0 }: Pick<Extent, "steps" | "outputSteps">,
): number {
  if (axis === "once") return 1;
  return axis === "outputSteps" ? outputSteps : steps;
}

export interface Operation {
  /** Weights have changed: whatever is derived from them is made anew. */
  prepare(share: Share): void;
  forward(span: Span): void;
  /** Gradients of inputs and states, row by row. Needs the forward pass of the same span just before. */
  backward(span: Span): void;
  /** Gradients of weights: sums over all rows of the span, whatever its from and to. */
  gradients(span: Span, share: Share): void;
}

export type Pass = "prepare" | "forward" | "backward" | "gradients";

/** PyTorch's definitions; `slots` many numbers of memory a weight. */
export const UPDATE_RULES = {
  /** v ← μ·v + g (first step: g); w ← w − η·(g + μ·v) with Nesterov, else w − η·v. No slot is read when μ = 0. */
  sgd: { slots: 1 },
  /** s ← α·s + (1−α)·g²; w ← w − η·g / (√s + ε) */
  rmsprop: { slots: 1 },
  /** m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; w ← w − η/(1−β₁ᵏ) · m / (√v/√(1−β₂ᵏ) + ε) */
  adam: { slots: 2 },
  /** s ← s + g²; w ← w − η·g / (√s + ε) */
  adagrad: { slots: 1 },
} as const;

export type UpdateRule = keyof typeof UPDATE_RULES;

/** One update of a stretch of weights. Every number is worked out by the caller in float64; the kernel holds no schedule. */
export interface Update {
  readonly rule: UpdateRule;
  /** Where the stretch, its gradients and its slots begin, and how many numbers it has: a multiple of 4. */
  readonly weights: number;
  readonly gradients: number;
  readonly slots: readonly number[];
  readonly count: number;
  /** g is first multiplied by `gradientScale` (1, or the factor that clips the norm) … */
  gradientScale: number;
  /** … then held within ±clipValue (Infinity: not), … */
  clipValue: number;
  /** … then weightDecay · w is added (the L2 form; AdamW shrinks weights by `shrink` instead). */
  weightDecay: number;
  /** w is multiplied by this before the update: 1 − η·λ for AdamW, else 1. */
  shrink: number;
  learningRate: number;
  /** Of this weight, from 1: for Adam's bias correction and SGD's first velocity. */
  step: number;
  momentum: number;
  nesterov: boolean;
  /** RMSprop's α. */
  alpha: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

export interface CompiledPlan {
  /** All of the plan's memory, at a tensor's offsets; the engine's precision. It never moves. */
  readonly numbers: Float32Array | Float64Array;
  /** The same memory for `Integers`; on the reference engine the same array as `numbers`. */
  readonly integers: Int32Array | Float64Array;
  /** One an OperationSpec, in order: for a caller that runs them one by one, on its own thread. */
  readonly operations: readonly Operation[];
  /**
   * A pass of operations [first, end), all of them unless given, in the pass's own order, for all rows of a call and on all of
   * the engine's threads. Returns when all is done.
   */
  run(pass: Pass, extent: Extent, first?: number, end?: number): void;
  /** Σ v² over a stretch (a multiple of 4 numbers), summed in an order that depends on nothing else. NaN and ∞ come through. */
  sumOfSquares(offset: number, count: number): number;
  update(update: Update): void;
}

export interface Engine {
  /** What tells one engine's results from another's: `wasm`, `blas (oneDNN 3.6.2)`. */
  readonly name: string;
  /** Threads that share the work, this one included. */
  readonly threads: number;
  readonly precision: "float32" | "float64";
  /** @throws RangeError when the plan needs more memory than the engine can address; the message says how much. */
  compile(plan: PlanSpec): CompiledPlan;
}
