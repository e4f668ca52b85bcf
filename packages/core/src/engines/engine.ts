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
import type { Share } from "../threads/share.ts";
import type { OperationSpec } from "./operations.ts";
import type { Extent, Span } from "./shapes.ts";

export { type Share, WHOLE } from "../threads/share.ts";
export type {
  Along,
  AttentionSpec,
  CellSpec,
  CrossEntropySpec,
  DropoutSpec,
  ElementLoss,
  ElementLossSpec,
  EmbeddingSpec,
  FinalStateSpec,
  InitialStateSpec,
  JoinPiece,
  JoinSpec,
  LinearSpec,
  MaskSpec,
  OperationSpec,
} from "./operations.ts";
export {
  type Axis,
  type Extent,
  type Integers,
  type Span,
  stepsAlong,
  type Tensor,
} from "./shapes.ts";

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
