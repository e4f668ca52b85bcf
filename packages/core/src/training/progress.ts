/** Where a training run stands, and what it tells on its way. */
import type { Weights } from "../models/languageModel.ts";

/** Where a run stands: plain JSON. */
export interface TrainingProgress {
  /** Updates done. */
  step: number;
  /** Whole epochs done, and windows of the present one. */
  epoch: number;
  windowInEpoch: number;
  /** Updates in the whole run, as far as it is known. */
  totalSteps: number;
  /** Tokens learnt from, and seconds spent, over all sittings. */
  tokens: number;
  seconds: number;
  /** Of the present epoch: Σ loss · tokens and Σ tokens. */
  lossSum: number;
  lossTokens: number;
  /** Mean loss of the last whole epoch; null in the first, and where nothing in it counted. */
  epochLoss: number | null;
  validationLoss: number | null;
  bestLoss: number | null;
  bestStep: number;
  /** Validations since the best one. */
  stale: number;
  /** The step of the last validation. */
  validatedStep: number;
}

/** Before the first step. */
export const NO_PROGRESS: Readonly<TrainingProgress> = {
  step: 0,
  epoch: 0,
  windowInEpoch: 0,
  totalSteps: 0,
  tokens: 0,
  seconds: 0,
  lossSum: 0,
  lossTokens: 0,
  epochLoss: null,
  validationLoss: null,
  bestLoss: null,
  bestStep: 0,
  stale: 0,
  validatedStep: 0,
};

export interface TrainingSnapshot {
  readonly progress: TrainingProgress;
  readonly arrays: Readonly<Record<string, Weights>>;
}

/** Mean training loss of the present epoch, or where that has just begun of the one before; null before the first step. */
export function trainingLoss(progress: Readonly<TrainingProgress>): number | null {
  const { lossSum, lossTokens, epochLoss } = progress;
  return lossTokens > 0 ? lossSum / lossTokens : epochLoss;
}

export interface EventBase {
  readonly progress: Readonly<TrainingProgress>;
  /** A copy of all that is needed to go on from here. */
  snapshot(): TrainingSnapshot;
  /** The weights as they are after this step: a view that the next step changes. */
  readonly weights: Weights;
}

export interface StepEvent extends EventBase {
  readonly kind: "step";
  /** Mean over the window, nats a token. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
}

export interface ValidationEvent extends EventBase {
  readonly kind: "validation";
  readonly loss: number;
  /** True where it is the best so far. */
  readonly best: boolean;
}

/** The last event of a run that was not broken off. The model then has the best weights, or without validation the last. */
export interface DoneEvent extends EventBase {
  readonly kind: "done";
  readonly reason: "finished" | "patience" | "aborted";
}

export type TrainingEvent = StepEvent | ValidationEvent | DoneEvent;
