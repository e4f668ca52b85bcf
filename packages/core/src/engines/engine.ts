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

/** How much of the capacity a call uses: `steps` × `batch` rows. */
export interface Extent {
  readonly steps: number;
  readonly batch: number;
}

/** Of a call's rows, those that this caller does: [from, to) of the batch. */
export interface Span extends Extent {
  readonly from: number;
  readonly to: number;
}

/**
 * A recurrent layer over time. Legend: B batch, T steps of the capacity, W(·) the size of a width.
 *
 * States live in `states[s]`, T·B rows: the value after each step. The rows before it (B rows, reserved by the layout, at
 * offset − batch·stride of the call) hold the initial state.
 */
export interface CellSpec {
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
export interface LinearSpec {
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
export interface EmbeddingSpec {
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
export interface DropoutSpec {
  readonly kind: "dropout";
  readonly input: Tensor;
  readonly output: Tensor;
  readonly rate: number;
  /** Two integers, the key of the mask; the caller sets them before each step. */
  readonly key: Integers;
  readonly training: { readonly outputGradient: Tensor; readonly inputGradient: Tensor } | null;
}

/** losses[r] = −log softmax(logits[r])[targets[r]], 0 where the target is −1: such rows count for nothing. */
export interface CrossEntropySpec {
  readonly kind: "crossEntropy";
  /** [R, V] */
  readonly logits: Tensor;
  readonly targets: Integers;
  /** [R, 1] */
  readonly losses: Tensor;
  readonly training: {
    /** [1, 1]: what a row's gradient is multiplied by, 1 / counted targets for a mean. Set by the caller. */
    readonly scale: Tensor;
    /** (softmax(logits) − one-hot) · scale. May be `logits` itself. */
    readonly logitsGradient: Tensor;
  } | null;
}

/** losses[r] = Σ (outputs[r] − targets[r])² / N, the mean over the row's width N. */
export interface SquaredErrorSpec {
  readonly kind: "squaredError";
  /** [R, N] */
  readonly outputs: Tensor;
  /** [R, N] */
  readonly targets: Tensor;
  /** [R, 1] */
  readonly losses: Tensor;
  readonly training: {
    /** [1, 1]: what a row's gradient is multiplied by, 1 / R for a mean. Set by the caller; finite. */
    readonly scale: Tensor;
    /** 2 · (outputs − targets) / N · scale. May be `outputs` itself. */
    readonly outputsGradient: Tensor;
  } | null;
}

export type OperationSpec =
  | CellSpec
  | LinearSpec
  | EmbeddingSpec
  | DropoutSpec
  | CrossEntropySpec
  | SquaredErrorSpec;

export const WEIGHT_FORMATS = ["float32", "int8"] as const;
export type WeightFormat = (typeof WEIGHT_FORMATS)[number];

/** Everything an engine needs to compile a plan; plain data. */
export interface PlanSpec {
  readonly steps: number;
  readonly batch: number;
  /** Numbers that the layout takes; an engine may lay scratch of its own behind them. */
  readonly size: number;
  /**
   * How the products of forward passes hold their weights: as they are, or rounded to integers −127 … 127 with a scale
   * a column (a gate's unit), to be multiplied in integers; see `numbers/int8.ts`. One-hot tokens and embeddings pick rows of weights as
   * they are. For plans that only infer: gradients know nothing of the rounding. @default "float32"
   */
  readonly weights?: WeightFormat;
  readonly operations: readonly OperationSpec[];
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
