/** Where numbers lie in a plan, and which of them a call is about. See `engine.ts` for the layout. */

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

/** Steps of an axis. */
export function stepsAlong(
  axis: Axis | undefined,
  { steps, outputSteps = 0 }: Pick<Extent, "steps" | "outputSteps">,
): number {
  if (axis === "once") return 1;
  return axis === "outputSteps" ? outputSteps : steps;
}
