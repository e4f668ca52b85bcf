/** Signals held at values: which, where, and how a plan is told. */
import { CellstateError } from "../errors.ts";
import { checkLayer, checkSignal, checkUnit, unitsOf } from "./kept.ts";
import type { TracePlace } from "./signals.ts";
import type { SubjectPlan } from "./subject.ts";

/** Units of a signal that are held at a value, at every step: all that reads the signal reads that value. */
export interface Clamp {
  /** Index of a place. @default every layer that has the signal */
  readonly layer?: number;
  readonly signal: string;
  /** @default all */
  readonly units?: readonly number[];
  readonly value: number;
}

/** One clamp in one place. */
export interface PlacedClamp {
  readonly place: number;
  readonly signal: string;
  readonly units: readonly number[];
  readonly value: number;
}

/** @throws CellstateError `option` for a layer, signal or unit that is not there, with what there is; and for a value that is no number. A signal that the equations give as a number is refused by the plan. */
export function placeClamps(
  places: readonly TracePlace[],
  clamps: readonly Clamp[],
): readonly PlacedClamp[] {
  return clamps.flatMap(({ layer, signal, units, value }) => {
    if (!Number.isFinite(value)) {
      throw new CellstateError(
        "option",
        `clamp of ${signal}: expected a number to hold it at, got ${value}`,
      );
    }
    return placesWith(places, signal, layer).map((place) => {
      for (const unit of units ?? []) checkUnit(places[place], place, signal, unit);
      const count = unitsOf(places[place], signal);
      const all = units ?? Array.from({ length: count }, (_, unit) => unit);
      return { place, signal, units: all, value };
    });
  });
}

/** The layer, or every layer that has the signal. @throws CellstateError `option` where there is none. */
export function placesWith(
  places: readonly TracePlace[],
  signal: string,
  layer: number | undefined,
): readonly number[] {
  if (layer !== undefined) {
    checkLayer(places, layer);
    checkSignal(places, layer, signal);
    return [layer];
  }
  const having = [...places.keys()].filter((place) =>
    places[place].cell.signalNames.includes(signal),
  );
  if (having.length === 0) checkSignal(places, 0, signal);
  return having;
}

/** What a place must be planned to hold. */
export function heldIn(clamps: readonly PlacedClamp[], place: number): readonly string[] {
  const here = clamps.filter((clamp) => clamp.place === place);
  return [...new Set(here.map(({ signal }) => signal))];
}

/** Holds in one row of a plan, from its next run on. */
export function hold(plan: SubjectPlan, row: number, clamps: readonly PlacedClamp[]): void {
  const { numbers } = plan;
  for (const { place, signal, units, value } of clamps) {
    const { keep, hold: at } = plan.layers[place].observed.held[signal];
    for (const unit of units) {
      numbers[keep.offset + row * keep.stride + unit] = 0;
      numbers[at.offset + row * at.stride + unit] = value;
    }
  }
}

/** Lets go again what was held. */
export function letGo(plan: SubjectPlan, row: number, clamps: readonly PlacedClamp[]): void {
  const { numbers } = plan;
  for (const { place, signal, units } of clamps) {
    const { keep, hold: at } = plan.layers[place].observed.held[signal];
    for (const unit of units) {
      numbers[keep.offset + row * keep.stride + unit] = 1;
      numbers[at.offset + row * at.stride + unit] = 0;
    }
  }
}
