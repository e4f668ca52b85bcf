/** What the steps of a place are called. */
import type { Reading } from "../../compute/questions.ts";

/** Tokens of what was read, or of what a decoder writes; their numbers where it steps along neither. */
export function namesOf(reading: Reading | null, steps: number): readonly string[] {
  if (reading?.labels.length === steps) return reading.labels;
  if (reading?.outputLabels.length === steps) return reading.outputLabels;
  return Array.from({ length: steps }, (_, step) => String(step));
}
