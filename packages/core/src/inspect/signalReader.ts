/**
 * Some signals of a language model over texts of any length, window by window, in one plan: nothing of a text is kept but its
 * window in the engine's memory.
 */
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { LanguageModel } from "../models/languageModel.ts";
import { LanguagePlan } from "../models/languagePlan.ts";
import { checkLayer, checkSignal, unitsOf } from "./kept.ts";
import { placeOf } from "./places.ts";
import type { Numbers } from "./signals.ts";

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
  readonly stride: number;
}

/** Steps [from, to) of a text. */
export interface SignalWindow {
  readonly from: number;
  readonly to: number;
  readonly signals: readonly WindowSignal[];
}

export interface SignalChoice {
  /** @default all */
  readonly layers?: readonly number[];
  /** @default the states of the layer's cell */
  readonly signals?: readonly string[];
}

/** @throws CellstateError `option` for layers or signals that the model does not have. */
export function chooseSignals(
  { recurrent }: LanguageModel,
  { layers, signals }: SignalChoice,
): SignalColumns[] {
  const places = recurrent.map(placeOf);
  const chosen: SignalColumns[] = [];
  let first = 0;
  for (const layer of layers ?? places.keys()) {
    checkLayer(places, layer);
    const place = places[layer];
    for (const signal of signals ?? place.cell.program.states.map(({ name }) => name)) {
      checkSignal(places, layer, signal);
      const units = unitsOf(place, signal);
      chosen.push({ layer, signal, first, units });
      first += units;
    }
  }
  if (first === 0) {
    throw new CellstateError("option", "no signal was asked for; name a layer and a signal");
  }
  return chosen;
}

/** Steps of a window. */
const WINDOW = 128;

export class SignalReader {
  readonly #plan: LanguagePlan;
  readonly #signals: readonly WindowSignal[];

  /** @param weights In place of the model's. */
  constructor(
    model: LanguageModel,
    engine: Engine,
    chosen: readonly SignalColumns[],
    weights: Stretch = model.weights,
  ) {
    const of = (layer: number): readonly SignalColumns[] =>
      chosen.filter((columns) => columns.layer === layer);
    const numbered = new Map(model.recurrent.map((layer, index) => [layer.name, index]));
    this.#plan = new LanguagePlan(model, engine, { steps: WINDOW, batch: 1 }, "inference", {
      observe: ({ name }) => ({
        signals: of(numbered.get(name) ?? -1).map(({ signal }) => signal),
        gradients: [],
        memory: false,
        held: [],
      }),
    });
    if (weights !== model.weights) this.#plan.load(weights);
    const { layers, compiled } = this.#plan;
    this.#signals = chosen.map((columns) => {
      const { signals, cell } = layers[columns.layer];
      const written = signals.find(
        ({ signal }) => cell.program.signals[signal].name === columns.signal,
      );
      if (!written) throw new RangeError(`the plan does not write ${columns.signal}`);
      const { offset, stride } = written.into;
      return { ...columns, numbers: compiled.numbers, offset, stride };
    });
  }

  /**
   * Reads steps [from, to) of a text: from the initial state, or, for a `from` above 0, on from where the last call ended. A
   * window can be read until the next is asked for.
   */
  *windows(tokens: Int32Array, from: number, to: number): Generator<SignalWindow> {
    const plan = this.#plan;
    if (from === 0) plan.resetStates(1);
    for (let start = from; start < to; start += WINDOW) {
      const extent = { steps: Math.min(WINDOW, to - start), batch: 1 };
      plan.writeTokens(tokens, start, extent.steps);
      plan.forwardToStates(extent);
      yield { from: start, to: start + extent.steps, signals: this.#signals };
      plan.carryStates(extent);
    }
  }
}
