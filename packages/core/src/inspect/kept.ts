/** What of a run is kept: which layers, signals and units, and the numbers themselves, copied out window by window. */
import { CellstateError } from "../errors.ts";
import { signalFromPlain } from "./plain.ts";
import type { LayerTrace, Numbers, SignalTrace, TracePlace } from "./signals.ts";
import { copySignal, type SubjectPlan, type SubjectWindow, stepsOf } from "./subject.ts";

export interface Kept {
  /** Indices of places. @default all */
  readonly layers?: readonly number[];
  /** Names. A layer without one of them keeps the others. @default all */
  readonly signals?: readonly string[];
  /** Numbers of units; a layer with fewer keeps those that it has. @default all */
  readonly units?: readonly number[];
}

/** What is kept of one signal: its units, null for all. */
export interface KeptSignal {
  readonly name: string;
  readonly units: readonly number[] | null;
}

/** Numbers of units in a signal of a layer. */
export function unitsOf({ cell, sizes }: TracePlace, signal: string): number {
  const { width } = cell.program.signals[cell.signalNames.indexOf(signal)];
  return sizes[width];
}

/** By place, in the order of the equations. @throws CellstateError `option` for what is nowhere, with what there is. */
export function chooseKept(
  places: readonly TracePlace[],
  { layers, signals, units }: Kept = {},
): readonly (readonly KeptSignal[])[] {
  for (const layer of layers ?? []) checkLayer(places, layer);
  const isKept = (layer: number): boolean => layers?.includes(layer) ?? true;
  const among = places.filter((_, layer) => isKept(layer));
  if (places.length > 0 && among.length === 0) return places.map(() => []);
  for (const signal of signals ?? []) {
    if (among.some(({ cell }) => cell.signalNames.includes(signal))) continue;
    checkSignal(places, places.indexOf(among[0]), signal);
  }
  const kept = places.map((place, layer): KeptSignal[] => {
    if (!isKept(layer)) return [];
    const names = place.cell.signalNames.filter((name) => signals?.includes(name) ?? true);
    return names.map((name) => {
      const most = unitsOf(place, name);
      return { name, units: units?.filter((unit) => isIndex(unit, most)) ?? null };
    });
  });
  for (const unit of units ?? []) {
    if (kept.some((layer) => layer.some((signal) => signal.units?.includes(unit)))) continue;
    const layer = kept.findIndex((all) => all.length > 0);
    if (layer >= 0) checkUnit(places[layer], layer, kept[layer][0].name, unit);
  }
  return kept;
}

function isIndex(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}

/** @throws CellstateError `option` */
export function checkLayer(places: readonly TracePlace[], layer: number): void {
  if (isIndex(layer, places.length)) return;
  checkAny(places);
  const last = places.length - 1;
  const arePlain = places.every(({ name }) => /^rnn\.\d+$/.test(name));
  const names = arePlain ? "" : ` (${places.map(({ name }) => name).join(", ")})`;
  const there = last === 0 ? `only layer 0${names}` : `layers 0 to ${last}${names}`;
  throw new CellstateError("option", `layer ${layer}: the model has ${there}`);
}

/** @throws CellstateError `option` for a model without any. */
function checkAny(places: readonly TracePlace[]): void {
  if (places.length > 0) return;
  throw new CellstateError(
    "option",
    "this model has no recurrent or hidden layer: it goes from its input to its outputs at once, and no signal of it has a name",
  );
}

/** @throws CellstateError `option` */
export function checkSignal(places: readonly TracePlace[], layer: number, signal: string): void {
  checkAny(places);
  const { cell } = places[layer];
  if (cell.signalNames.includes(signal)) return;
  throw new CellstateError(
    "option",
    `no signal "${signal}" in layer ${layer} (${cell.name}); its equations name ${cell.signalNames.join(", ")}`,
  );
}

/** @throws CellstateError `option` */
export function checkUnit(place: TracePlace, layer: number, signal: string, unit: number): void {
  const count = unitsOf(place, signal);
  if (isIndex(unit, count)) return;
  throw new CellstateError(
    "option",
    `unit ${unit}: layer ${layer} has ${count} units, 0 to ${count - 1}`,
  );
}

/** One kept signal, and its numbers. */
interface Stored extends KeptSignal {
  readonly units: readonly number[];
  readonly isWhole: boolean;
  readonly values: Numbers;
}

/** Copies what is kept of one row of a run. */
export class SignalKeeper {
  readonly #places: readonly TracePlace[];
  readonly #plan: SubjectPlan;
  readonly #row: number;
  readonly #kept: readonly (readonly KeptSignal[])[];
  readonly #isWindowed: boolean;
  readonly #steps: number;
  #stored: readonly (readonly Stored[])[] | null = null;

  /**
   * @param steps Of the whole input; or of a window, with `windowed`: then each window overwrites the last.
   * @param kept By place; the plan must have been told to show these signals.
   */
  constructor(
    places: readonly TracePlace[],
    plan: SubjectPlan,
    kept: readonly (readonly KeptSignal[])[],
    { row = 0, steps, windowed = false }: { row?: number; steps: number; windowed?: boolean },
  ) {
    this.#places = places;
    this.#plan = plan;
    this.#kept = kept;
    this.#row = row;
    this.#steps = steps;
    this.#isWindowed = windowed;
  }

  take(window: SubjectWindow): void {
    // How long a decoder writes is known now, not before.
    this.#stored ??= this.#makeRoom();
    const plan = this.#plan;
    const row = this.#row;
    const at = this.#isWindowed ? 0 : window.start;
    this.#places.forEach((place, layer) => {
      const { cell, signals } = plan.layers[layer];
      for (const { name, units, isWhole, values } of this.#stored?.[layer] ?? []) {
        const written = signals.find(({ signal }) => cell.program.signals[signal].name === name);
        if (!written) continue;
        const columns = isWhole ? undefined : units;
        copySignal(plan, place, window, written.into, { row, into: values, at, columns });
      }
    });
  }

  /** @param window The newest one, where only that is kept. */
  layers(window?: SubjectWindow): LayerTrace[] {
    const stored = this.#stored ?? this.#makeRoom();
    return stored.map((signals, layer) => {
      const place = this.#places[layer];
      const steps = this.#stepsOf(place, window?.steps ?? this.#steps);
      return Object.fromEntries(
        signals.map(({ name, units, values }) => {
          const part = values.subarray(0, steps * units.length);
          return [name, signalTrace(place, name, steps, units, part)];
        }),
      );
    });
  }

  #stepsOf(place: TracePlace, steps: number): number {
    return stepsOf(this.#plan, place, { start: 0, steps }, this.#row);
  }

  #makeRoom(): Stored[][] {
    const all = new Map<number, readonly number[]>();
    const allUnits = (count: number): readonly number[] => {
      const known = all.get(count) ?? Array.from({ length: count }, (_, unit) => unit);
      all.set(count, known);
      return known;
    };
    return this.#kept.map((signals, layer) => {
      const place = this.#places[layer];
      const steps = this.#stepsOf(place, this.#steps);
      return signals.map(({ name, units: some }) => {
        const units = some ?? allUnits(unitsOf(place, name));
        const values = room(this.#plan.numbers, steps * units.length);
        return { name, units, isWhole: some === null, values };
      });
    });
  }
}

/** Of the same precision. */
export function room(like: Numbers, count: number): Numbers {
  return like instanceof Float64Array ? new Float64Array(count) : new Float32Array(count);
}

/** A signal as it is shown. @param values [steps, units] */
export function signalTrace(
  { cell }: TracePlace,
  name: string,
  steps: number,
  unitNumbers: readonly number[],
  values: Numbers,
): SignalTrace {
  const { caption, range } = cell.program.signals[cell.signalNames.indexOf(name)];
  return shownSignal({ name, caption, range }, steps, unitNumbers, values);
}

/** Any numbers over steps and units, as a signal is shown. */
export function shownSignal(
  about: Pick<SignalTrace, "name" | "caption" | "range">,
  steps: number,
  unitNumbers: readonly number[],
  values: Numbers,
): SignalTrace {
  return signalFromPlain({ ...about, steps, units: unitNumbers.length, unitNumbers, values });
}
