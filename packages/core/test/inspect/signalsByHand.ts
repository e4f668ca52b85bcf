/** Signals written down number by number, to be analysed without a model. */
import type { SignalTrace } from "../../src/inspect/signals.ts";

/** @param rows One a step. */
export function signalByHand(
  rows: readonly (readonly number[])[],
  range: readonly [number, number] | null = [0, 1],
  unitNumbers: readonly number[] = rows[0].map((_, unit) => unit),
): SignalTrace {
  const units = unitNumbers.length;
  const at = (step: number, unit: number) => rows[step]?.[unitNumbers.indexOf(unit)] ?? Number.NaN;
  const values = Float64Array.from(rows.flat());
  return {
    name: "f",
    caption: "a gate",
    range,
    steps: rows.length,
    units,
    unitNumbers,
    values,
    at,
  };
}
