/**
 * `contextChange` over many triples of inputs, with intervals: is the keep gate lower where the subject changes, and how often
 * is what was held forgotten? Intervals are bootstrapped over triples: they tell what other inputs of the kind would change,
 * not what another training would.
 */
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import { type BootstrapOptions, bootstrap, type Estimate } from "../metrics/bootstrap.ts";
import type { LanguageModel } from "../models/languageModel.ts";
import type { Network } from "../models/network.ts";
import type { RecurrentNetwork } from "../models/recurrentNetwork.ts";
import {
  type ContextChange,
  type ContextChangeOptions,
  type ContextInputs,
  type ContextRows,
  contextReader,
  type Forgetting,
  type ForgottenAfter,
  type MemoryChange,
  type Pair,
  readContext,
} from "./contextChange.ts";
import type { LanguageInput } from "./languageSubject.ts";
import type { ExampleInput } from "./networkSubject.ts";
import type { VectorInput } from "./recurrentSubject.ts";
import type { TracePlace } from "./signals.ts";
import type { InspectedModel } from "./subjects.ts";

export interface ContextChangesOptions extends ContextChangeOptions, BootstrapOptions {
  /** Steps after the parting over which the keep gate, distances and divergences are averaged. @default all that both continuations have */
  readonly steps?: number;
}

/** Means over triples; within a triple, over units and over the steps after the parting. */
export interface KeepEstimates {
  /** Over the shared beginnings. */
  readonly shared: Estimate;
  readonly first: Estimate;
  readonly second: Estimate;
  /** Second less first, triple by triple: below 0 where the second continuations shut the gate. */
  readonly difference: Estimate;
}

export interface MemoryEstimates {
  readonly keep: KeepEstimates;
  /** The same of the one step after the parting. */
  readonly keepAtParting: KeepEstimates;
  /** Share of the memory at the parting that is left at the last common step. */
  readonly remaining: Pair<Estimate>;
  /** By step after the parting, over the triples that have it: as many as the one that goes on longest. */
  readonly byStep: {
    readonly count: Pair<Int32Array>;
    readonly keep: Pair<Float64Array>;
    readonly remaining: Pair<Float64Array>;
  };
}

export interface StateEstimates {
  readonly name: string;
  /** √ mean over units of (first − second)². */
  readonly distance: Estimate;
  readonly memory: MemoryEstimates | null;
}

export interface ContextChanges {
  /** Triples. */
  readonly count: number;
  readonly layers: readonly {
    readonly place: TracePlace;
    readonly states: readonly StateEstimates[];
  }[];
  /** Share of triples after whose second continuation the shared beginning is forgotten. */
  readonly forgotten: Estimate;
  /** How often which continuation made the model forget. */
  readonly after: Readonly<Record<ForgottenAfter, number>>;
  /** What the states owe to the shared beginning at the last common step. */
  readonly owed: Pair<Estimate>;
  /** How far the predictions after one and the other are apart, in what `ContextChange.answers` says; NaN where they are not compared. */
  readonly divergence: Estimate;
  /** What the predictions after a continuation owe to the shared beginning, at the last common step, in the same. */
  readonly heard: Pair<Estimate>;
}

/**
 * @param triples Each read from the initial state.
 * @throws CellstateError as `contextChange`, naming the triple; `data` without one; `option` for steps that are no whole number of 1 or more.
 */
export function contextChanges(
  model: LanguageModel,
  engine: Engine,
  triples: readonly ContextInputs<LanguageInput>[],
  options?: ContextChangesOptions,
): ContextChanges;
export function contextChanges(
  model: Network,
  engine: Engine,
  triples: readonly ContextInputs<ExampleInput | ContextRows>[],
  options?: ContextChangesOptions,
): ContextChanges;
export function contextChanges(
  model: RecurrentNetwork,
  engine: Engine,
  triples: readonly ContextInputs<VectorInput | ContextRows>[],
  options?: ContextChangesOptions,
): ContextChanges;
export function contextChanges(
  model: InspectedModel,
  engine: Engine,
  triples: readonly ContextInputs[],
  options: ContextChangesOptions = {},
): ContextChanges {
  const { steps = Number.POSITIVE_INFINITY } = options;
  if (triples.length === 0) {
    throw new CellstateError("data", "contextChanges: there are no triples; give at least one");
  }
  if (!(steps === Number.POSITIVE_INFINITY || (Number.isInteger(steps) && steps >= 1))) {
    throw new CellstateError(
      "option",
      `contextChanges: steps is ${steps}, wanted a whole number of 1 or more`,
    );
  }
  const reader = contextReader(model, engine, options.weights);
  const all = triples.map((texts, n) =>
    digest(readContext(model, reader, texts, `triple ${n}: `), steps),
  );
  const estimate = (read: (of: Digest) => number): Estimate => {
    const values = all.map(read);
    const mean = (sample: Int32Array): number =>
      sample.reduce((sum, n) => sum + values[n], 0) / sample.length;
    return bootstrap(values.length, mean, options);
  };
  const keepOf = (read: (of: Digest) => KeepDigest): KeepEstimates => ({
    shared: estimate((of) => read(of).shared),
    first: estimate((of) => read(of).after[0]),
    second: estimate((of) => read(of).after[1]),
    difference: estimate((of) => read(of).after[1] - read(of).after[0]),
  });
  const layers = reader.places.map((place, l) => ({
    place,
    states: place.cell.program.states.map(({ name }, s): StateEstimates => {
      const at = (of: Digest): StateDigest => of.layers[l][s];
      const memoryAt = (of: Digest): MemoryDigest => {
        const { memory } = at(of);
        if (!memory) throw new RangeError(`${name} has no memory path`);
        return memory;
      };
      const hasMemory = at(all[0]).memory !== null;
      return {
        name,
        distance: estimate((of) => at(of).distance),
        memory: hasMemory
          ? {
              keep: keepOf((of) => memoryAt(of).keep),
              keepAtParting: keepOf((of) => memoryAt(of).keepAtParting),
              remaining: [
                estimate((of) => memoryAt(of).remaining[0]),
                estimate((of) => memoryAt(of).remaining[1]),
              ],
              byStep: byStep(all.map(memoryAt)),
            }
          : null,
      };
    }),
  }));
  const countOf = (wanted: ForgottenAfter): number =>
    all.filter(({ forgetting }) => forgetting.after === wanted).length;
  return {
    count: all.length,
    layers,
    forgotten: estimate(({ forgetting }) => (forgetting.forgotten ? 1 : 0)),
    after: {
      first: countOf("first"),
      second: countOf("second"),
      both: countOf("both"),
      neither: countOf("neither"),
    },
    owed: [estimate((of) => of.forgetting.owed[0]), estimate((of) => of.forgetting.owed[1])],
    divergence: estimate((of) => of.divergence),
    heard: [estimate((of) => of.heard[0]), estimate((of) => of.heard[1])],
  };
}

/** What is kept of a triple: nothing by unit. */
interface Digest {
  readonly layers: readonly (readonly StateDigest[])[];
  readonly forgetting: Pick<Forgetting, "forgotten" | "after" | "owed">;
  readonly divergence: number;
  readonly heard: Pair<number>;
}

interface StateDigest {
  readonly distance: number;
  readonly memory: MemoryDigest | null;
}

interface KeepDigest {
  readonly shared: number;
  readonly after: Pair<number>;
}

interface MemoryDigest {
  readonly keep: KeepDigest;
  readonly keepAtParting: KeepDigest;
  readonly remaining: Pair<number>;
  readonly keepByStep: Pair<Float64Array>;
  readonly remainingByStep: Pair<Float64Array>;
}

function digest(change: ContextChange, most: number): Digest {
  const steps = Math.min(most, change.steps);
  const mean = (values: Float64Array): number =>
    values.length === 0
      ? Number.NaN
      : values.subarray(0, steps).reduce((sum, value) => sum + value, 0) / steps;
  const memoryOf = ({ keep, remaining, remainingByStep }: MemoryChange): MemoryDigest => {
    const { shared, byStep: of } = keep;
    return {
      keep: { shared, after: [mean(of[0]), mean(of[1])] },
      keepAtParting: { shared, after: [of[0][0], of[1][0]] },
      remaining,
      keepByStep: of,
      remainingByStep,
    };
  };
  const last = change.steps - 1;
  return {
    layers: change.layers.map(({ states }) =>
      states.map(({ distance, memory }) => ({
        distance: mean(distance),
        memory: memory && memoryOf(memory),
      })),
    ),
    forgetting: change.forgetting,
    divergence: mean(change.divergence),
    heard: [change.heard[0].at(last) ?? Number.NaN, change.heard[1].at(last) ?? Number.NaN],
  };
}

function byStep(memories: readonly MemoryDigest[]): MemoryEstimates["byStep"] {
  const means = (rows: readonly Float64Array[]): { count: Int32Array; mean: Float64Array } => {
    const longest = Math.max(...rows.map(({ length }) => length));
    const count = new Int32Array(longest);
    const sum = new Float64Array(longest);
    for (const row of rows) {
      for (const [t, value] of row.entries()) {
        count[t]++;
        sum[t] += value;
      }
    }
    return { count, mean: sum.map((value, t) => value / count[t]) };
  };
  const keep = [0, 1].map((c) => means(memories.map(({ keepByStep }) => keepByStep[c])));
  const left = [0, 1].map((c) => means(memories.map(({ remainingByStep }) => remainingByStep[c])));
  return {
    count: [keep[0].count, keep[1].count],
    keep: [keep[0].mean, keep[1].mean],
    remaining: [left[0].mean, left[1].mean],
  };
}
