/** Gradients of a cell's learned vectors: sums over rows of a pre-activation's gradient, or of what kernels summed over steps. */
import type { CellSpec, Share } from "../engine.ts";
import { arrayOf, type CellMemory } from "./cellMemory.ts";
import { sumRows } from "./cellRows.ts";
import type { LoweredCell } from "./cellStages.ts";
import type { Linked, PlanContext } from "./compile.ts";
import { columnsBefore } from "./matrixProduct.ts";

/** @returns The sums for a window of so many rows, and of so many sequences. */
export function vectorGradients(
  { training }: CellSpec,
  lowered: LoweredCell,
  memory: CellMemory,
  context: PlanContext,
): (linked: Linked) => (rows: number, batch: number, share: Share) => void {
  const tensors = training?.vectorGradients ?? [];
  const parts = tensors.map((to, v) => {
    const from = lowered.vectorGradients[v];
    if (from === null) return { to, sum: null, twin: null };
    // PyTorch's two biases of one gate have one gradient.
    const twin = lowered.vectorGradients.indexOf(from);
    if (twin < v) return { to, sum: null, twin: tensors[twin] };
    const array = arrayOf(memory, from);
    const link = sumRows(context, { width: to.stride, fromStride: array.stride });
    const byStep = array.rows === "step";
    return { to, sum: { link, from: array.offset + from.column, byStep }, twin: null };
  });
  return (linked) => {
    const { numbers } = linked;
    const linkedParts = parts.map((part) => ({ ...part, run: part.sum?.link(linked) }));
    return (rows, batch, share) => {
      for (const { to, sum, run } of linkedParts) {
        if (sum && run) run(to.offset, sum.from, sum.byStep ? rows : batch, share);
      }
      // The twin of a sum is copied by the thread that made each of its columns.
      for (const { to, sum, twin } of linkedParts) {
        if (sum) continue;
        const first = columnsBefore(to.stride, share.index, share.count);
        const end = columnsBefore(to.stride, share.index + 1, share.count);
        if (twin) numbers.copyWithin(to.offset + first, twin.offset + first, twin.offset + end);
        else numbers.fill(0, to.offset + first, to.offset + end);
      }
    };
  };
}
