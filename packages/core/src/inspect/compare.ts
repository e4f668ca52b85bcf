/**
 * Two traces beside each other, of two models on one text or of one model on two: how far every signal is apart, and what was
 * predicted.
 *
 * Signals are compared unit by unit, so this is for models that have their units in common: two checkpoints of one training,
 * one model before and after a change, one model on two texts. Two models trained from different seeds have nothing in common
 * unit by unit.
 */
import { CellstateError } from "../errors.ts";
import { compareExpectations, type ExpectationComparison } from "./expectations.ts";
import type { LayerTrace, SignalTrace, Trace, TracePlace } from "./signals.ts";

/** Root mean squares of differences of one signal. */
export interface SignalDistance {
  readonly name: string;
  readonly caption: string;
  /** Common steps. */
  readonly steps: number;
  /** The units that both traces kept, of `byUnit`. */
  readonly unitNumbers: readonly number[];
  /** [steps]: √ mean over units of (first − second)² */
  readonly byStep: Float64Array;
  /** [units]: √ mean over steps of (first − second)² */
  readonly byUnit: Float64Array;
  /** √ mean over both. */
  readonly distance: number;
}

export interface LayerComparison {
  readonly place: TracePlace;
  /** Signals that both have, of layers of which a unit was kept. */
  readonly signals: Readonly<Record<string, SignalDistance>>;
  /** Names that only one has, where two cells differ or other signals were kept. */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
}

export interface TraceComparison {
  /** Steps of the input that both have; of two lengths the shorter. */
  readonly steps: number;
  /** The first step at which other things were read; `steps` where there is none. */
  readonly parting: number;
  readonly layers: readonly LayerComparison[];
  /** Null where one of the two has no predictions. */
  readonly predictions: ExpectationComparison | null;
}

/**
 * @throws CellstateError `data` where the two do not have the same layers of the same sizes, or kept no unit in common.
 */
export function compare(first: Trace, second: Trace): TraceComparison {
  checkPlaces(first.places, second.places);
  const steps = Math.min(first.labels.length, second.labels.length);
  let parting = 0;
  while (parting < steps && isSameInput(first, second, parting)) parting++;
  return {
    steps,
    parting,
    layers: first.places.map((place, l) => compareLayers(place, first.layers[l], second.layers[l])),
    predictions:
      first.predictions && second.predictions
        ? compareExpectations(first.predictions, second.predictions, steps)
        : null,
  };
}

function compareLayers(place: TracePlace, first: LayerTrace, second: LayerTrace): LayerComparison {
  const signals: Record<string, SignalDistance> = {};
  for (const [name, signal] of Object.entries(first)) {
    if (!Object.hasOwn(second, name)) continue;
    // Of a layer with fewer units than were asked for, neither has kept any.
    if (signal.units === 0 && second[name].units === 0) continue;
    signals[name] = signalDistance(place, signal, second[name]);
  }
  return {
    place,
    signals,
    onlyFirst: Object.keys(first).filter((name) => !Object.hasOwn(second, name)),
    onlySecond: Object.keys(second).filter((name) => !Object.hasOwn(first, name)),
  };
}

function signalDistance(
  place: TracePlace,
  first: SignalTrace,
  second: SignalTrace,
): SignalDistance {
  const { name, caption } = first;
  const others = new Map(second.unitNumbers.map((number, column) => [number, column]));
  const columns = first.unitNumbers.flatMap((number, a) => {
    const b = others.get(number);
    return b === undefined ? [] : [{ number, a, b }];
  });
  if (columns.length === 0) {
    throw new CellstateError(
      "data",
      `compare: the traces kept no unit of ${name} of ${place.name} in common; keep the same units in both`,
    );
  }
  const steps = Math.min(first.steps, second.steps);
  const byStep = new Float64Array(steps);
  const byUnit = new Float64Array(columns.length);
  let total = 0;
  for (let t = 0; t < steps; t++) {
    for (const [u, { a, b }] of columns.entries()) {
      const apart = first.values[t * first.units + a] - second.values[t * second.units + b];
      byStep[t] += apart * apart;
      byUnit[u] += apart * apart;
    }
    total += byStep[t];
    byStep[t] = Math.sqrt(byStep[t] / columns.length);
  }
  return {
    name,
    caption,
    steps,
    unitNumbers: columns.map(({ number }) => number),
    byStep,
    byUnit: byUnit.map((squares) => Math.sqrt(squares / steps)),
    distance: Math.sqrt(total / (steps * columns.length)),
  };
}

function checkPlaces(first: readonly TracePlace[], second: readonly TracePlace[]): void {
  const names = (places: readonly TracePlace[]): string =>
    places.map(({ name }) => name).join(", ");
  if (names(first) !== names(second)) {
    throw new CellstateError(
      "data",
      `compare: the first trace has the layers ${names(first)}, the second ${names(second)}; both must have the same`,
    );
  }
  for (const [l, { name, sizes }] of first.entries()) {
    for (const width of ["units", "out"] as const) {
      const other = second[l].sizes[width];
      if (sizes[width] === other) continue;
      const what = width === "units" ? "units" : "outputs";
      throw new CellstateError(
        "data",
        `compare: ${name} has ${sizes[width]} ${what} in the first trace and ${other} in the second; both must have as many`,
      );
    }
  }
}

function isSameInput(first: Trace, second: Trace, step: number): boolean {
  const [a, b] = [first.input, second.input];
  if (a.kind === "tokens" || b.kind === "tokens") return first.labels[step] === second.labels[step];
  if (a.width !== b.width) return false;
  const [from, width] = [step * a.width, a.width];
  for (let i = from; i < from + width; i++) if (a.vectors[i] !== b.vectors[i]) return false;
  return true;
}
