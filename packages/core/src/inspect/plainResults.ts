/**
 * What the ways of looking found, as data alone, for messages between threads and pages, and back; in the manner of `plain.ts`. Only two results
 * carry functions: a ledger (`at` of its signals, and `surviving`) and what holding does (`top` of its predictions). The others are data as they
 * are: of `gradientFlow`, `saturation`, `orderUnits`, `compare`, `ablate`, and the `nodes` of a walk, which is all that it shows.
 */
import type { ClampEffect } from "./clamp.ts";
import {
  type KeptState,
  type LayerLedger,
  type MemoryLedger,
  survivalOf,
  type UnkeptState,
} from "./memoryLedger.ts";
import { plainSignal, predictionsFromPlain, signalFromPlain } from "./plain.ts";
import type { PlainPredictions, PlainSignal } from "./signals.ts";
import type { Outcome } from "./subject.ts";

type SignalPart = "keep" | "kept" | "erased" | "written" | "memory";

export type PlainKeptState = Pick<KeptState, "name"> &
  Readonly<Record<SignalPart, PlainSignal>> & { readonly shown: PlainSignal | null };

export type PlainLayerLedger = Omit<LayerLedger, "states"> & {
  readonly states: readonly (PlainKeptState | UnkeptState)[];
};

/** A ledger without its functions. */
export type PlainLedger = Omit<MemoryLedger, "layers"> & {
  readonly layers: readonly PlainLayerLedger[];
};

/** Nothing is copied: its numbers are the ledger's own. */
export function plainLedger({ layers, ...others }: MemoryLedger): PlainLedger {
  return {
    ...others,
    layers: layers.map(({ place, states }) => ({
      place,
      states: states.map((state) => ("reason" in state ? state : plainState(state))),
    })),
  };
}

/** The way back. */
export function ledgerFromPlain({ layers, ...others }: PlainLedger): MemoryLedger {
  return {
    ...others,
    layers: layers.map(({ place, states }) => ({
      place,
      states: states.map((state) => {
        return "reason" in state ? state : stateFromPlain(state, place.direction);
      }),
    })),
  };
}

function plainState(state: KeptState): PlainKeptState {
  const { name, shown } = state;
  return {
    name,
    keep: plainSignal(state.keep),
    kept: plainSignal(state.kept),
    erased: plainSignal(state.erased),
    written: plainSignal(state.written),
    shown: shown && plainSignal(shown),
    memory: plainSignal(state.memory),
  };
}

function stateFromPlain(
  { name, shown, ...parts }: PlainKeptState,
  direction: LayerLedger["place"]["direction"],
): KeptState {
  const keep = signalFromPlain(parts.keep);
  const written = signalFromPlain(parts.written);
  return {
    ...{ name, keep, written },
    kept: signalFromPlain(parts.kept),
    erased: signalFromPlain(parts.erased),
    shown: shown && signalFromPlain(shown),
    memory: signalFromPlain(parts.memory),
    surviving: survivalOf(keep, written, direction),
  };
}

export type PlainOutcome = Omit<Outcome, "predictions"> & {
  readonly predictions: PlainPredictions | null;
};

/** What holding does, without its functions. */
export type PlainClampEffect = Omit<ClampEffect, "free" | "held"> & {
  readonly free: PlainOutcome;
  readonly held: PlainOutcome;
};

/** Nothing is copied. */
export function plainClampEffect({ free, held, ...others }: ClampEffect): PlainClampEffect {
  return { ...others, free: plainOutcome(free), held: plainOutcome(held) };
}

/** The way back. */
export function clampEffectFromPlain({ free, held, ...others }: PlainClampEffect): ClampEffect {
  return { ...others, free: outcomeFromPlain(free), held: outcomeFromPlain(held) };
}

function plainOutcome({ predictions, ...others }: Outcome): PlainOutcome {
  if (predictions === null) return { ...others, predictions };
  const { top: _, ...plain } = predictions;
  return { ...others, predictions: plain };
}

function outcomeFromPlain({ predictions, ...others }: PlainOutcome): Outcome {
  return { ...others, predictions: predictions && predictionsFromPlain(predictions) };
}
