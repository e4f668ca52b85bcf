/** Lays out what of a recurrent layer is observed: see `observation.ts`. */
import type { AlteredCell } from "../cells/alter.ts";
import type { Axis, Tensor } from "../engines/engine.ts";
import type { PlanBuilder } from "./layer.ts";
import type { HeldTensors, MemoryTensors, ObservedTensors, WrittenSignal } from "./observation.ts";
import type { RecurrentLayer } from "./recurrentLayer.ts";

export interface PlannedObservation {
  /** Those of the equations. */
  readonly signals: readonly WrittenSignal[];
  /** All that the cell writes out, those first. */
  readonly written: readonly WrittenSignal[];
  readonly observed: ObservedTensors;
}

const NOTHING: PlannedObservation = {
  signals: [],
  written: [],
  observed: { gradients: {}, memory: {}, held: {} },
};

/** @param masks One a mask of the altered program. */
export function planObservation(
  builder: PlanBuilder,
  layer: RecurrentLayer,
  { cell, gradients: gradientOf, memory: pathOf }: AlteredCell,
  masks: readonly Tensor[],
  over: Axis | undefined,
): PlannedObservation {
  const observation = builder.observationOf(layer);
  if (!observation) return NOTHING;
  const { sizes, cell: plain } = layer;
  const { program } = cell;
  const written: WrittenSignal[] = [];
  const write = (signal: number): Tensor => {
    const into = builder.sequence(sizes[program.signals[signal].width], over);
    written.push({ signal, into });
    return into;
  };
  const signals = observation.signals.map((name) => {
    const signal = plain.signalNames.indexOf(name);
    return { signal, into: write(signal) };
  });
  const gradients: Record<string, Tensor> = {};
  for (const name of observation.gradients) {
    const signal = gradientOf[plain.signalNames.indexOf(name)];
    if (signal !== null && signal !== undefined) gradients[name] = write(signal);
  }
  const memory: Record<string, MemoryTensors | null> = {};
  pathOf.forEach((path, state) => {
    const { name } = program.states[state];
    memory[name] = path && {
      keep: write(path.keep),
      kept: write(path.kept),
      written: write(path.written),
    };
  });
  const held: Record<string, HeldTensors> = {};
  for (const name of observation.held) {
    const signal = plain.signalNames.indexOf(name);
    const mask = (of: "keep" | "hold"): Tensor =>
      masks[program.masks.findIndex((one) => one.of === of && one.index === signal)];
    held[name] = { keep: mask("keep"), hold: mask("hold") };
  }
  return { signals, written, observed: { gradients, memory, held } };
}
