/**
 * What became of a memory, unit by unit and step by step, as one keeps accounts: what was kept of it, what was erased, what was
 * written, and what of it was shown.
 *
 *     s[t] = kept + written        kept = keep ∘ s[t-1]        erased = s[t-1] − kept
 *
 * These parts are read from the equations (`cells/memoryPath.ts`): f * c[t-1] and i * g of an LSTM, z * h[t-1] and (1 − z) * n of a
 * GRU. A state whose equation does not have them has a reason in their place. What was written at step r is still there at step t
 * as written[r] ∘ ∏ keep over the steps between, until it is all erased.
 *
 * Where a network holds its states with some probability (zoneout), s[t] is what is carried, and what is held counts as kept.
 */
import type { Cell } from "../cells/cell.ts";
import type { State } from "../cells/program.ts";
import { type StepNode, stepGraph } from "../cells/stepGraph.ts";
import type { Engine, Tensor } from "../engines/engine.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { NetworkState } from "../models/carriedStates.ts";
import { chooseKept, type Kept, room, shownSignal, unitsOf } from "./kept.ts";
import type { Numbers, SignalTrace, TracePlace } from "./signals.ts";
import { copySignal, type SubjectPlan, type SubjectWindow, stepsOf } from "./subject.ts";
import { type InputOf, type InspectedModel, subjectOf } from "./subjects.ts";

/** The accounts of one state; each [steps, units]. */
export interface KeptState {
  /** `c` */
  readonly name: string;
  /** How much is kept: f. */
  readonly keep: SignalTrace;
  /** f ∘ c[t-1] */
  readonly kept: SignalTrace;
  /** c[t-1] − kept */
  readonly erased: SignalTrace;
  /** i ∘ g */
  readonly written: SignalTrace;
  /** What the layer lets others see of it: h, or where that is projected the last signal before that is as wide; null where there is none. */
  readonly shown: SignalTrace | null;
  /** c[t] */
  readonly memory: SignalTrace;
  /** What is still there, at a step, of what was written at a step before: written · ∏ keep. 0 before it was; NaN for a step or unit that is not there. */
  surviving(writtenAt: number, step: number, unit: number): number;
}

/** A state whose equation does not have these parts. */
export interface UnkeptState {
  readonly name: string;
  /** In words: why not, and what can be said. */
  readonly reason: string;
}

export type StateLedger = KeptState | UnkeptState;

export interface LayerLedger {
  readonly place: TracePlace;
  /** Those of the equations, in their order; none where the layer was not asked for. */
  readonly states: readonly StateLedger[];
}

export interface MemoryLedger {
  /** One a step of the input. */
  readonly labels: readonly string[];
  /** One a place. */
  readonly layers: readonly LayerLedger[];
}

export interface MemoryLedgerOptions {
  /** @default all */
  readonly keep?: Pick<Kept, "layers" | "units">;
  /** In place of the model's own: those of a training event. @default the model's */
  readonly weights?: Stretch;
  /** What states begin with, [1, units] each; not for a network. @default the equations' initial state */
  readonly state?: NetworkState;
}

/** Steps that are run at once where an input can be run in parts. */
const WINDOW = 256;

/**
 * Keeps the accounts of every memory over an input.
 *
 * @throws CellstateError `option` for a layer or unit that is not there; and what `trace` throws for the input.
 * @example
 * const [c] = memoryLedger(model, engine, text).layers[0].states;
 * if (!("reason" in c)) c.surviving(3, 40, 17);
 */
export function memoryLedger<M extends InspectedModel>(
  model: M,
  engine: Engine,
  input: InputOf<M>,
  { keep = {}, weights, state }: MemoryLedgerOptions = {},
): MemoryLedger {
  const subject = subjectOf(model, input);
  const { places, labels, steps } = subject;
  const chosen = chooseKept(places, keep);
  const isAsked = (layer: number): boolean => keep.layers?.includes(layer) ?? true;
  const plan = subject.plan(engine, {
    ...{ weights, state, window: WINDOW },
    observe: (layer) => {
      if (!isAsked(layer)) return null;
      const { cell } = places[layer];
      const { states } = cell.program;
      const shown = states.flatMap(({ name }) => shownName(cell, name) ?? []);
      return { signals: [...new Set(shown)], gradients: [], memory: true, held: [] };
    },
  });
  let keepers: readonly (readonly (StateKeeper | null)[])[] | null = null;
  for (const window of plan.windows()) {
    // How long a decoder writes is known now, not before.
    keepers ??= places.map((place, layer) => {
      const all = stepsOf(plan, place, { start: 0, steps }, 0);
      return (isAsked(layer) ? place.cell.program.states : []).map(({ name }, s) => {
        const units = chosen[layer].find((signal) => signal.name === name)?.units;
        return plan.layers[layer].observed.memory[name]
          ? new StateKeeper(plan, place, layer, s, all, units ?? null)
          : null;
      });
    });
    for (const keeper of keepers.flat()) keeper?.take(window);
  }
  const layers = places.map((place, layer): LayerLedger => {
    const { cell } = place;
    const states = (keepers?.[layer] ?? []).map((keeper, s): StateLedger => {
      if (keeper) return keeper.finish();
      const { name } = cell.program.states[s];
      const others = cell.program.states.filter((_, other) => keepers?.[layer][other]);
      return { name, reason: reasonOf(cell, name, others) };
    });
    return { place, states };
  });
  return { labels, layers };
}

/** Copies the parts of one state out of a run, window by window. */
class StateKeeper {
  readonly #plan: SubjectPlan;
  readonly #place: TracePlace;
  readonly #layer: number;
  readonly #state: number;
  readonly #steps: number;
  readonly #units: readonly number[];
  readonly #columns: readonly number[] | undefined;
  /** s[t], as it is carried. */
  readonly #carried: Tensor;
  /** s[t-1]: a step's rows stand behind those of the step before. */
  readonly #before: Tensor;
  readonly #copied = new Map<Tensor, Numbers>();

  constructor(
    plan: SubjectPlan,
    place: TracePlace,
    layer: number,
    state: number,
    steps: number,
    units: readonly number[] | null,
  ) {
    const { name } = place.cell.program.states[state];
    this.#plan = plan;
    this.#place = place;
    this.#layer = layer;
    this.#state = state;
    this.#steps = steps;
    const carried = plan.layers[layer].states[state];
    this.#carried = carried;
    this.#before = { ...carried, offset: carried.offset - plan.rows * carried.stride };
    this.#units = units ?? Array.from({ length: unitsOf(place, name) }, (_, unit) => unit);
    this.#columns = units ?? undefined;
    for (const tensor of this.#tensors()) {
      this.#copied.set(tensor, room(plan.numbers, steps * this.#units.length));
    }
  }

  take(window: SubjectWindow): void {
    const columns = this.#columns;
    for (const [tensor, into] of this.#copied) {
      const to = { row: 0, into, at: window.start, columns };
      copySignal(this.#plan, this.#place, window, tensor, to);
    }
  }

  finish(): KeptState {
    const { keep, kept, written } = this.#memory;
    const values = (tensor: Tensor): Numbers => this.#copied.get(tensor) ?? new Float64Array(0);
    const { name } = this.#place.cell.program.states[this.#state];
    const shown = shownName(this.#place.cell, name);
    const before = values(this.#before);
    const erased = before.map((value, i) => value - values(kept)[i]);
    const share = this.#trace("keep", `how much of ${name} is kept`, values(keep));
    const wrote = this.#trace("written", `what is written to ${name}`, values(written));
    return {
      name,
      keep: share,
      kept: this.#trace("kept", `what is kept of ${name}`, values(kept)),
      erased: this.#trace("erased", `what is erased of ${name}`, erased),
      written: wrote,
      shown: shown === null ? null : this.#signal(shown, this.#tensorOf(shown)),
      memory: this.#signal(name, this.#carried),
      surviving: survivalOf(share, wrote, this.#place.direction),
    };
  }

  get #memory() {
    const { name } = this.#place.cell.program.states[this.#state];
    const memory = this.#plan.layers[this.#layer].observed.memory[name];
    if (!memory) throw new RangeError(`${this.#place.name}: nothing is written of ${name}`);
    return memory;
  }

  #tensors(): readonly Tensor[] {
    const { name } = this.#place.cell.program.states[this.#state];
    const { keep, kept, written } = this.#memory;
    const shown = shownName(this.#place.cell, name);
    const own = [keep, kept, written, this.#before, this.#carried];
    return shown === null ? own : [...own, this.#tensorOf(shown)];
  }

  #tensorOf(signal: string): Tensor {
    const { cell, signals } = this.#plan.layers[this.#layer];
    const found = signals.find((one) => cell.program.signals[one.signal].name === signal);
    if (!found) throw new RangeError(`${this.#place.name}: ${signal} is not written`);
    return found.into;
  }

  #signal(name: string, tensor: Tensor): SignalTrace {
    const { cell } = this.#place;
    const { caption, range } = cell.program.signals[cell.signalNames.indexOf(name)];
    const values = this.#copied.get(tensor) ?? new Float64Array(0);
    return shownSignal({ name, caption, range }, this.#steps, this.#units, values);
  }

  #trace(name: string, caption: string, values: Numbers): SignalTrace {
    return shownSignal({ name, caption, range: null }, this.#steps, this.#units, values);
  }
}

/** Written · ∏ keep over the steps between, as the layer reads them. */
export function survivalOf(
  keep: SignalTrace,
  written: SignalTrace,
  direction: TracePlace["direction"],
): KeptState["surviving"] {
  const along = direction === "backward" ? -1 : 1;
  return (writtenAt, step, unit) => {
    let left = written.at(writtenAt, unit);
    if (Number.isNaN(keep.at(step, unit))) return Number.NaN;
    if ((step - writtenAt) * along < 0) return Number.isNaN(left) ? left : 0;
    for (let t = writtenAt; t !== step; ) {
      t += along;
      left *= keep.at(t, unit);
    }
    return left;
  };
}

/** h where it is as wide as the state, else the last signal that is and is computed from it. */
function shownName(cell: Cell, state: string): string | null {
  const { signals, states, output } = cell.program;
  const { width } = states.find(({ name }) => name === state) ?? states[output];
  if (states[output].width === width) return states[output].name;
  const nodes = stepGraph(cell);
  const from = new Set([nodes.findIndex(({ id }) => id === state)]);
  nodes.forEach(({ inputs }, node) => {
    if (inputs.some((input) => from.has(input))) from.add(node);
  });
  const seen = nodes.filter((node, index) => {
    return node.signal !== null && node.id !== state && node.width === width && from.has(index);
  });
  const last = seen.at(-1)?.signal ?? null;
  return last === null ? null : signals[last].name;
}

/** @param others States of the same cell that are kept. */
function reasonOf(cell: Cell, state: string, others: readonly Pick<State, "name">[]): string {
  const nodes = stepGraph(cell);
  const before = `${state}[t-1]`;
  const index = nodes.findIndex(({ id }) => id === before);
  const readers = nodes.filter(({ inputs }) => inputs.includes(index));
  const matrices = readers.flatMap(({ value }) =>
    value.kind === "product" ? [cell.program.matrices[value.matrix].name] : [],
  );
  const elsewhere = readers.flatMap(({ value, expression }) =>
    value.kind === "product" ? [] : [expression],
  );
  const isNot = `${state}[t] is not keep ∘ ${before} + written`;
  const kept = listed(others.map(({ name }) => name));
  if (isConstant(nodes, state)) {
    return `${isNot}: it is the same at every step, since its line reads neither x[t] nor a state. Nothing of it is kept, erased or written.`;
  }
  if (readers.length === 0) {
    const where = kept === "" ? "" : `; what this layer keeps is in ${kept}`;
    return `${isNot}: nothing reads ${before}. It is made anew at every step, and nothing of it is kept${where}.`;
  }
  const told =
    elsewhere.length === 0
      ? `${before} comes back only through ${listed(matrices)}, which ${matrices.length > 1 ? "mix" : "mixes"} all units`
      : `${before} comes back through ${listed([...elsewhere, ...matrices])}`;
  const rest =
    kept !== ""
      ? `what this layer keeps is in ${kept}`
      : "how far back it matters, gradientFlow tells";
  return `${isNot}: ${told}. What one unit of it keeps or erases cannot be said; ${rest}.`;
}

/** Whether nothing that changes from step to step, x[t] or a state's last value, is in what a state is computed from. */
function isConstant(nodes: readonly StepNode[], state: string): boolean {
  const seen = new Set<number>();
  const changes = (index: number): boolean => {
    if (index < 0 || seen.has(index)) return false;
    seen.add(index);
    const { value, inputs } = nodes[index];
    return value.kind === "input" || value.kind === "previous" || inputs.some(changes);
  };
  return !changes(nodes.findIndex(({ id }) => id === state));
}

/** ["a", "b", "c"] as `a, b and c` */
function listed(names: readonly string[]): string {
  const all = [...new Set(names)];
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
