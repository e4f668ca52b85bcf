/** Gradients of a cell's learned vectors: sums over rows of a pre-activation's gradient, or of what kernels summed over steps. */
import type { CellSpec } from "../engine.ts";
import { arrayOf, type CellMemory } from "./cellMemory.ts";
import { sumRows } from "./cellRows.ts";
import type { LoweredCell } from "./cellStages.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";

/** @returns The sums for a window of so many rows, and of so many sequences. */
export function vectorGradients(
  { training }: CellSpec,
  lowered: LoweredCell,
  memory: CellMemory,
  context: PlanContext,
): (linked: Linked) => (rows: number, batch: number) => void {
  const tensors = training?.vectorGradients ?? [];
  const parts = tensors.map((to, v) => {
    const from = lowered.vectorGradients[v];
    if (from === null) return { to, sum: null };
    // PyTorch's two biases of one gate have one gradient.
    const twin = lowered.vectorGradients.indexOf(from);
    if (twin < v) return { to, sum: null, twin: tensors[twin] };
    const array = arrayOf(memory, from);
    const kernel = sumRows(context, { width: to.stride, fromStride: array.stride });
    const byStep = array.rows === "step";
    return { to, sum: { kernel, from: bytes(array.offset + from.column), byStep } };
  });
  return (linked) => {
    const { numbers } = linked;
    const linkedParts = parts.map((part) => {
      return { ...part, run: part.sum && linked.function(part.sum.kernel) };
    });
    return (rows, batch) => {
      for (const { to, sum, run, twin } of linkedParts) {
        if (sum && run) run(bytes(to.offset), sum.from, sum.byStep ? rows : batch);
        else if (twin) numbers.copyWithin(to.offset, twin.offset, twin.offset + to.stride);
        else numbers.fill(0, to.offset, to.offset + to.stride);
      }
    };
  };
}
