/**
 * How often a signal lies near an end of what it can be: a gate that is nearly shut or wide open, a tanh that has nothing
 * more to give. There its derivative is small, and little is learnt through it; a forget gate that is saturated open, on the
 * other hand, is what carries a memory far. A. Karpathy, J. Johnson and L. Fei-Fei, Visualizing and Understanding Recurrent
 * Networks, 2015, § 4.1, count the shares of steps below 0.1 and above 0.9.
 */
import { CellstateError } from "../errors.ts";
import type { LayerTrace, SignalTrace } from "./signals.ts";

export interface SaturationOptions {
  /** How near an end of its range counts: 0.1 takes a gate below 0.1 or above 0.9, a tanh below −0.9 or above 0.9. @default 0.1 */
  readonly margin?: number;
}

/** Of a signal whose equation bounds it. */
export interface BoundedSaturation {
  readonly kind: "bounded";
  readonly name: string;
  readonly caption: string;
  readonly range: readonly [number, number];
  /** Below this counts as saturated low. */
  readonly low: number;
  /** Above this counts as saturated high. */
  readonly high: number;
  /** Steps that were counted. */
  readonly steps: number;
  readonly unitNumbers: readonly number[];
  /** A unit's share of steps below `low`. */
  readonly below: Float64Array;
  /** A unit's share of steps above `high`. */
  readonly above: Float64Array;
  /** A unit's share of steps at which it is no number: near neither end, and not between them. */
  readonly nan: Float64Array;
  /** Over all units: shares of all steps. */
  readonly mean: { readonly below: number; readonly above: number; readonly nan: number };
}

/** Of a signal that has no ends to lie near. */
export interface UnboundedSaturation {
  readonly kind: "unbounded";
  readonly name: string;
  readonly caption: string;
  readonly range: null;
  /** Why there is none, in a line. */
  readonly reason: string;
}

export type SignalSaturation = BoundedSaturation | UnboundedSaturation;

/** A layer's signals by name. */
export type LayerSaturation<Names extends string = string> = Readonly<
  Record<Names, SignalSaturation>
>;

/** What has layers: a trace, or a window of one. */
export interface TracedLayers<Names extends string = string> {
  readonly layers: readonly LayerTrace<Names>[];
}

/**
 * The shares of steps near the ends of each signal's range, by unit.
 *
 * @param seen A signal; a trace; or windows of one, one after another, of which only counts are kept.
 * @returns Of a signal; or of every signal by name, one record a layer: `saturation(trace)[1].f`.
 * @throws CellstateError `option` for a margin that leaves nothing between the ends; `data` without a step.
 */
export function saturation(seen: SignalTrace, options?: SaturationOptions): SignalSaturation;
export function saturation<Names extends string>(
  seen: TracedLayers<Names> | Iterable<TracedLayers<Names>>,
  options?: SaturationOptions,
): readonly LayerSaturation<Names>[];
export function saturation(
  seen: SignalTrace | TracedLayers | Iterable<TracedLayers>,
  { margin = 0.1 }: SaturationOptions = {},
): SignalSaturation | readonly LayerSaturation[] {
  if (!(margin > 0 && margin < 0.5)) {
    throw new CellstateError(
      "option",
      `saturation: margin is ${margin}, wanted above 0 and below 0.5`,
    );
  }
  if ("unitNumbers" in seen) {
    const counts = new Counts(seen, margin);
    counts.add(seen);
    return counts.result();
  }
  const windows = "layers" in seen ? [seen] : seen;
  let all: Map<string, Counts>[] | null = null;
  for (const { layers } of windows) {
    all ??= layers.map(
      (layer) =>
        new Map(Object.entries(layer).map(([name, signal]) => [name, new Counts(signal, margin)])),
    );
    for (const [l, counts] of all.entries()) {
      for (const [name, of] of counts) of.add(layers[l][name]);
    }
  }
  if (all === null) throw new CellstateError("data", "saturation: there are no steps to count");
  return all.map((counts) =>
    Object.fromEntries(Array.from(counts, ([name, of]) => [name, of.result()])),
  );
}

/** Counts of one signal, over as many windows as come. */
class Counts {
  readonly #of: Pick<SignalTrace, "name" | "caption" | "range" | "unitNumbers">;
  readonly #low: number;
  readonly #high: number;
  readonly #below: Float64Array;
  readonly #above: Float64Array;
  readonly #nan: Float64Array;
  #steps = 0;

  constructor({ name, caption, range, units, unitNumbers }: SignalTrace, margin: number) {
    this.#of = { name, caption, range, unitNumbers };
    this.#low = range ? range[0] + margin : Number.NaN;
    this.#high = range ? range[1] - margin : Number.NaN;
    this.#below = new Float64Array(units);
    this.#above = new Float64Array(units);
    this.#nan = new Float64Array(units);
  }

  add({ values, steps, units }: SignalTrace): void {
    this.#steps += steps;
    if (this.#of.range === null) return;
    for (let t = 0; t < steps; t++) {
      for (let u = 0; u < units; u++) {
        const value = values[t * units + u];
        if (value < this.#low) this.#below[u]++;
        else if (value > this.#high) this.#above[u]++;
        else if (Number.isNaN(value)) this.#nan[u]++;
      }
    }
  }

  result(): SignalSaturation {
    const { name, caption, range, unitNumbers } = this.#of;
    if (range === null) {
      const reason = `${name} has no bounds in its equation, so there is no end that it could be near`;
      return { kind: "unbounded", name, caption, range, reason };
    }
    const steps = this.#steps;
    if (steps === 0) throw new CellstateError("data", "saturation: there are no steps to count");
    const below = this.#below.map((count) => count / steps);
    const above = this.#above.map((count) => count / steps);
    const nan = this.#nan.map((count) => count / steps);
    return {
      kind: "bounded",
      name,
      caption,
      range,
      low: this.#low,
      high: this.#high,
      steps,
      unitNumbers,
      below,
      above,
      nan,
      mean: { below: meanOf(below), above: meanOf(above), nan: meanOf(nan) },
    };
  }
}

function meanOf(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
