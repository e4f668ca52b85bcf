/**
 * Some signals of a model over inputs of any length, window by window, in one plan: nothing of an input is kept but its window in
 * the engine's memory.
 */
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Stretch } from "../layers/parameters.ts";
import { checkLayer, checkSignal, unitsOf } from "./kept.ts";
import type { Numbers, TracePlace } from "./signals.ts";
import type { Subject, SubjectPlan } from "./subject.ts";

/** A signal of a layer, and where its units stand among the columns of all that are read. */
export interface SignalColumns {
  readonly layer: number;
  readonly signal: string;
  readonly first: number;
  readonly units: number;
}

/** Where a window's values of a signal lie: unit u at step `from` + t is `numbers[offset + t · stride + u]`. */
export interface WindowSignal extends SignalColumns {
  readonly numbers: Numbers;
  readonly offset: number;
  /** Below 0 for a layer that reads backward. */
  readonly stride: number;
}

/** Steps [from, to) of an input. */
export interface SignalWindow {
  readonly from: number;
  readonly to: number;
  readonly signals: readonly WindowSignal[];
}

export interface SignalChoice {
  /** @default all that step along the input: not those of a decoder */
  readonly layers?: readonly number[];
  /** @default the states of the layer's cell */
  readonly signals?: readonly string[];
}

/** @throws CellstateError `option` for layers or signals that the model does not have, and layers that step along what is written. */
export function chooseSignals(
  places: readonly TracePlace[],
  { layers, signals }: SignalChoice,
): SignalColumns[] {
  const chosen: SignalColumns[] = [];
  let first = 0;
  const reading = Array.from(places.keys()).filter((layer) => isReading(places[layer]));
  for (const layer of layers ?? reading) {
    checkLayer(places, layer);
    const place = places[layer];
    if (!isReading(place)) {
      const there = reading.map((one) => places[one].name).join(", ") || "none does";
      throw new CellstateError(
        "option",
        `layer ${layer} (${place.name}) steps along what is written, and labels along what is read, as do: ${there}`,
      );
    }
    for (const signal of signals ?? place.cell.program.states.map(({ name }) => name)) {
      checkSignal(places, layer, signal);
      const units = unitsOf(place, signal);
      chosen.push({ layer, signal, first, units });
      first += units;
    }
  }
  if (first === 0) {
    const nothing = reading.length === 0 ? "no layer of this model steps along its input" : null;
    throw new CellstateError(
      "option",
      nothing ?? "no signal was asked for; name a layer and a signal",
    );
  }
  return chosen;
}

function isReading({ along }: TracePlace): boolean {
  return along !== "outputSteps";
}

/** Steps of a window, where there are several. */
const WINDOW = 128;

export class SignalReader {
  readonly #plan: SubjectPlan;
  readonly #places: readonly TracePlace[];
  readonly #chosen: readonly SignalColumns[];

  /**
   * @param subjects All that will be read, of one model.
   * @param weights In place of the model's.
   */
  constructor(
    subjects: readonly Subject[],
    engine: Engine,
    chosen: readonly SignalColumns[],
    weights?: Stretch,
  ) {
    const [first] = subjects;
    this.#places = first.places;
    this.#chosen = chosen;
    this.#plan = first.plan(engine, {
      ...{ weights, window: WINDOW, onlyStates: true },
      room: subjects.reduce((most, { steps }) => Math.max(most, steps), 0),
      observe: (place) => ({
        signals: chosen.flatMap(({ layer, signal }) => (layer === place ? [signal] : [])),
        gradients: [],
        memory: false,
        held: [],
      }),
    });
  }

  /** Reads an input from the initial state. A window can be read until the next is asked for. */
  *windows(subject: Subject): Generator<SignalWindow> {
    const { numbers, layers } = this.#plan;
    for (const { start, steps } of this.#plan.windows(subject)) {
      const signals = this.#chosen.map((columns): WindowSignal => {
        const { signals: written, cell } = layers[columns.layer];
        const found = written.find(
          ({ signal }) => cell.program.signals[signal].name === columns.signal,
        );
        if (!found) throw new RangeError(`the plan does not write ${columns.signal}`);
        const { offset, stride } = found.into;
        // What reads backward is turned round: step t is where it read input t.
        return this.#places[columns.layer].direction === "backward"
          ? { ...columns, numbers, offset: offset + (steps - 1) * stride, stride: -stride }
          : { ...columns, numbers, offset, stride };
      });
      yield { from: start, to: start + steps, signals };
    }
  }
}

/** The steps of a window that lie in [from, to); null where none does. */
export function clipped(window: SignalWindow, from: number, to: number): SignalWindow | null {
  const first = Math.max(window.from, from);
  const end = Math.min(window.to, to);
  if (first >= end) return null;
  const signals = window.signals.map((signal) => {
    return { ...signal, offset: signal.offset + (first - window.from) * signal.stride };
  });
  return { from: first, to: end, signals };
}
