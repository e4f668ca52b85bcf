/**
 * A cell lowered to stages: what each loads, computes and stores, and where every number lies. Plain data: made by
 * `cellLowering.ts`, turned into machine code by `cellKernel.ts`, run by `cell.ts`.
 *
 * *Record.* A row of a step has one record: a column for each pre-activation, then columns for what else is kept. In a
 * training plan there is a record for every row of every step (the tape); in a plan that only infers, one for each row of
 * the batch, used again at every step. A column lives several lives: first the pre-activation; once that has been
 * read, a value that the backward pass wants; and from where ∂L/∂ of the pre-activation is known, that gradient, which
 * stays, because the products that give the weight gradients read it.
 */
import type { NodeId, PointwiseOp } from "../../cells/program.ts";

/** What a place belongs to. */
export type ArrayName =
  | "record"
  /** Columns that live within one step. */
  | "scratch"
  | "input"
  /** s[t] and s[t-1]; `index` is the state's. */
  | "state"
  | "previous"
  /** `index` is the learned vector's. */
  | "vector"
  /** `index` is the mask's. */
  | "mask"
  /** The value of a computed source that no state holds; `index` is the source's. */
  | "source"
  /** `index` counts the wanted signals. */
  | "signal"
  | "outputGradient"
  /** ∂L/∂s[t], carried backward from step to step in place; `index` is the state's. */
  | "carried"
  /** ∂L/∂ of a computed source, a product made after an earlier stage; `index` is the source's. */
  | "sourceGradient"
  | "inputGradient"
  /** ∂L/∂ of a learned vector, summed over the steps of each row; `index` counts `vectorSums`. */
  | "vectorSum";

/** A stretch of an array's row, as wide as the loop that uses it. */
export interface Place {
  readonly array: ArrayName;
  readonly index: number;
  /** Numbers from the row's beginning. */
  readonly column: number;
}

/** Straight-line code over units. A value is named by its node, and computed once a loop. */
export type Instruction =
  /** One place, or the sum of two. */
  | { readonly kind: "load"; readonly into: NodeId; readonly from: readonly Place[] }
  | { readonly kind: "number"; readonly into: NodeId; readonly value: number }
  | {
      readonly kind: "apply";
      readonly into: NodeId;
      readonly op: PointwiseOp;
      readonly args: readonly NodeId[];
    }
  | { readonly kind: "store"; readonly from: NodeId; readonly to: Place }
  /** Added to what is there. */
  | { readonly kind: "accumulate"; readonly from: NodeId; readonly to: Place };

/** A loop over the units of a row. */
export interface Loop {
  readonly width: number;
  readonly code: readonly Instruction[];
}

/** The pointwise part of one stage: for every row, a loop for each width that occurs. */
export interface Kernel {
  readonly name: string;
  readonly loops: readonly Loop[];
}

export interface LoweredCell {
  /** One a forward stage. */
  readonly forward: readonly Kernel[];
  /** One a backward stage; none in a plan that only infers. */
  readonly backward: readonly Kernel[];
  /** Where each sum's column begins in a record: first its pre-activation, in the end its gradient. */
  readonly sumColumns: readonly number[];
  readonly recordWidth: number;
  readonly scratchWidth: number;
  /** Where each source's values lie, for the products. */
  readonly sourcePlaces: readonly Place[];
  /** What to sum over rows for each learned vector's gradient: a sum's column or a `vectorSum`; null where it is 0. */
  readonly vectorGradients: readonly (Place | null)[];
  /** The widths of the arrays `vectorSum`. */
  readonly vectorSums: readonly number[];
  /** Whether the kernels write ∂L/∂x[t] (then the product of x is added to it) or leave it to the product. */
  readonly writesInputGradient: boolean;
  /** One a state: whether the kernels write ∂L/∂s[t-1], or leave it to the product of s[t-1]. */
  readonly writesCarried: readonly boolean[];
}
