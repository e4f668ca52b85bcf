/**
 * What is to be seen of a recurrent layer, and held fast in it: what a plan that looks inside asks for, and where it then lies.
 *
 * A plan that is observed has no chance in it: nothing is dropped, and zoneout's masks hold its probability, in a plan that trains as in
 * one that infers. So its gradients are those of what is seen.
 */
import type { Tensor } from "../engines/engine.ts";
import type { RecurrentLayer } from "./recurrentLayer.ts";

export interface Observation {
  /** Of the cell's equations, by name: written out at every step. */
  readonly signals: readonly string[];
  /** ∂L/∂ of these signals, written out by the backward pass; only of a plan that trains. */
  readonly gradients: readonly string[];
  /** Whether keep, kept and written are written out, of every state that has them (`cells/memoryPath.ts`). */
  readonly memory: boolean;
  /** Signals that can be held, each unit of each row by itself. */
  readonly held: readonly string[];
}

/** What is wanted of a layer; null where nothing is. */
export type Observe = (layer: RecurrentLayer) => Observation | null;

/** Observes every signal of every layer. */
export const ALL_SIGNALS: Observe = ({ cell }) => ({
  signals: cell.signalNames,
  gradients: [],
  memory: false,
  held: [],
});

/** s[t] = keep ∘ s[t-1] + written; kept is keep ∘ s[t-1]. [T·B, W] each. */
export interface MemoryTensors {
  readonly keep: Tensor;
  readonly kept: Tensor;
  readonly written: Tensor;
}

/** What reads the signal reads value · keep + hold; [B, W] each. They begin as keep 1 and hold 0: nothing is held. */
export interface HeldTensors {
  readonly keep: Tensor;
  readonly hold: Tensor;
}

/** Where what was asked for lies, beside the signals themselves. */
export interface ObservedTensors {
  /** By signal, [T·B, W]; without those that no gradient reaches. */
  readonly gradients: Readonly<Record<string, Tensor>>;
  /** By state; null where its equation does not have these parts. Empty unless asked for. */
  readonly memory: Readonly<Record<string, MemoryTensors | null>>;
  /** By signal. */
  readonly held: Readonly<Record<string, HeldTensors>>;
}

/** A signal of an altered program, and where it is written. */
export interface WrittenSignal {
  readonly signal: number;
  readonly into: Tensor;
}
