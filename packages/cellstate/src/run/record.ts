/** What a run is by, and what came of it: the record that its model's file keeps. It knows nothing of where the run takes place. */
import { type TrainingProgress, trainingLoss } from "@cellstate/core";
import type { TrainSettings } from "./settings.ts";

/** Plain JSON. */
export interface RunState<Settings = TrainSettings> {
  /** The version that wrote it. */
  readonly cellstate: string;
  readonly settings: Settings;
  /** The engine's name, with a library's and its version: what the bits of the weights depend on. */
  readonly engine: string;
  /** Of a run with lent products, where the last digits may depend on them. */
  readonly threads?: number;
  /** Names of those that computed before it, in a run that was gone on with by another. */
  readonly earlierEngines?: readonly string[];
  readonly files: readonly { readonly name: string; readonly size: number }[];
  /** Of the data. */
  readonly sha256: string;
  /** What the run began with, and how that had been trained; null for initial weights. */
  readonly from: { readonly model: string; readonly training: unknown } | null;
}

export interface RunResult {
  readonly progress: TrainingProgress;
  readonly reason: "finished" | "patience" | "aborted";
  /** Mean training loss of the last whole epoch (or of the present one before there is any), nats a token. */
  readonly trainLoss: number | null;
  /** Of the weights that were kept. */
  readonly validationLoss: number | null;
  readonly seconds: number;
  readonly tokensPerSecond: number;
}

/** The figures of a run that stands where `progress` says. */
export function resultOf(progress: TrainingProgress, reason: RunResult["reason"]): RunResult {
  const { seconds, tokens } = progress;
  return {
    progress,
    reason,
    trainLoss: progress.epochLoss ?? trainingLoss(progress),
    validationLoss: progress.bestLoss,
    seconds,
    tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
  };
}

/** How a model came to be; nothing in it differs from one run of the same settings to the next. */
export function recordOf(
  state: RunState<object>,
  { progress, trainLoss, validationLoss }: RunResult,
): Readonly<Record<string, unknown>> {
  return {
    ...state,
    steps: progress.step,
    epochs: progress.epoch,
    trainLoss,
    validationLoss,
    bestStep: progress.bestLoss === null ? null : progress.bestStep,
  };
}
