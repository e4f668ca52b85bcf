/**
 * One training run with all around it: progress, checkpoints by the clock, samples of what the model writes. What it trains, it does not
 * know: training is a stream of events.
 */
import {
  type Engine,
  generate,
  LanguageModel,
  type TokenDocument,
  type TrainingEvent,
  type TrainingLength,
  type TrainingProgress,
  type TrainingSnapshot,
  type TrainOptions,
  train,
  trainingLoss,
  type Weights,
} from "@cellstate/core";
import type { Progress, RunState } from "../terminal/progress.ts";
import { type RunResult, resultOf } from "./record.ts";
import { Speedometer } from "./speedometer.ts";

export interface FollowOptions {
  readonly length: TrainingLength;
  readonly progress: Progress;
  /** Whether the run goes on from a checkpoint. */
  readonly isResumed?: boolean;
  /** Called with all that is needed to go on: after the first step of a run that begins, about so often, and at the end. */
  readonly checkpoint?: { readonly everySeconds: number; save(snapshot: TrainingSnapshot): void };
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Which of several trainings of one model this is. */
  readonly lesson?: RunState["lesson"];
  /** What the speed counts. @default tokens */
  readonly unit?: string;
  /** What the model writes now and then, so many seconds apart. It changes nothing of the run. */
  readonly samples?: {
    readonly everySeconds: number;
    write(weights: Weights, step: number): string;
  };
}

/** Sees a training through to its end. @throws CellstateError `not-finite`, after the last good state was saved. */
export async function followTraining(
  events: AsyncIterable<TrainingEvent>,
  options: FollowOptions,
): Promise<RunResult> {
  const { length, progress, checkpoint, samples, onEvent } = options;
  const speed = new Speedometer();
  const everyMs = 1000 * (samples?.everySeconds ?? 0);
  let sampleAt = performance.now() + everyMs / 2;
  let savedAt = options.isResumed ? performance.now() : Number.NEGATIVE_INFINITY;
  let smoothed: number | null = null;
  let last: TrainingEvent | null = null;
  for await (const event of events) {
    last = event;
    onEvent?.(event);
    const now = performance.now();
    if (event.kind === "step") smoothed = smoothLoss(smoothed, event.loss);
    speed.add(event.progress.tokens, now);
    const state = { ...stateOf(event.progress, length, smoothed, speed), lesson: options.lesson };
    const shown = options.unit === undefined ? state : { ...state, unit: options.unit };
    if (event.kind === "validation") progress.validated(shown, event.best);
    if (event.kind === "step") {
      progress.update(shown);
      if (samples && now >= sampleAt) {
        sampleAt = now + everyMs;
        progress.sample(samples.write(event.weights, event.progress.step));
      }
    }
    const due = checkpoint && now - savedAt >= checkpoint.everySeconds * 1000;
    if (checkpoint && (due || event.kind === "done")) {
      checkpoint.save(event.snapshot());
      savedAt = performance.now();
    }
  }
  progress.done();
  if (last?.kind !== "done") throw new RangeError("a run ended without its last event");
  return resultOf(last.progress, last.reason);
}

export interface RunOptions extends Pick<FollowOptions, "progress" | "lesson"> {
  readonly engine: Engine;
  readonly training: readonly TokenDocument[];
  readonly validation: readonly TokenDocument[];
  /** What `train` is told besides documents, engine and signal. */
  readonly train: Omit<TrainOptions, "engine" | "documents" | "validation" | "signal" | "resume">;
  readonly signal?: AbortSignal;
}

/** Trains a language model in place, without checkpoints. */
export function runTraining(model: LanguageModel, options: RunOptions): Promise<RunResult> {
  const { engine, training: documents, validation, signal, progress, lesson } = options;
  const events = train(model, { ...options.train, engine, documents, validation, signal });
  return followTraining(events, { length: options.train.length, progress, lesson });
}

function stateOf(
  progress: Readonly<TrainingProgress>,
  length: TrainingLength,
  loss: number | null,
  speed: Speedometer,
): RunState {
  const { step, totalSteps, epoch, tokens, seconds } = progress;
  const perStep = step > 0 ? tokens / step : 0;
  const bySteps = speed.perSecond > 0 ? ((totalSteps - step) * perStep) / speed.perSecond : NaN;
  const byClock = "minutes" in length ? length.minutes * 60 - seconds : Number.POSITIVE_INFINITY;
  return {
    step,
    totalSteps,
    epoch,
    epochs: "epochs" in length ? length.epochs : null,
    loss: loss ?? trainingLoss(progress) ?? NaN,
    validationLoss: progress.validationLoss,
    tokensPerSecond: speed.perSecond,
    secondsLeft: Number.isNaN(bySteps) ? byClock : Math.min(bySteps, byClock),
  };
}

/** Single windows are noisy; the line shows a mean that forgets after some thirty of them. */
function smoothLoss(mean: number | null, loss: number): number {
  return mean === null ? loss : mean + (loss - mean) / 30;
}

/** Something that a language model writes with some weights; the model itself is left alone. */
export function textSampler(
  { config }: LanguageModel,
  engine: Engine,
): (weights: Weights, step: number) => string {
  const copy = new LanguageModel(config, engine.precision);
  return (weights, step) => {
    copy.weights = weights.slice();
    return [...generate(copy, { engine, length: 160, temperature: 0.8, seed: step })].join("");
  };
}
