/**
 * One training run with all around it: the model from settings (or from another model, or from a checkpoint), progress, checkpoints
 * by the clock, the log, Ctrl-C. What it leaves behind: a model, a checkpoint beside it, and a result.
 */
import {
  type Engine,
  generate,
  LanguageModel,
  type TokenDocument,
  type TrainingEvent,
  type TrainingProgress,
  type TrainingSnapshot,
  type TrainOptions,
  train,
  trainingLoss,
} from "@cellstate/core";
import type { Progress, RunState } from "../terminal/progress.ts";
import { Speedometer } from "./speedometer.ts";

export interface RunOptions {
  readonly engine: Engine;
  readonly training: readonly TokenDocument[];
  readonly validation: readonly TokenDocument[];
  /** What `train` is told besides documents, engine, signal and snapshot. */
  readonly train: Omit<TrainOptions, "engine" | "documents" | "validation" | "signal" | "resume">;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  readonly resume?: TrainingSnapshot;
  /** Called with all that is needed to go on: after the first step of a run that begins, about so often, and at the end. */
  readonly checkpoint?: { readonly everySeconds: number; save(snapshot: TrainingSnapshot): void };
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Which of several trainings of one model this is. */
  readonly lesson?: RunState["lesson"];
  /** Seconds between samples of what the model writes; 0 for none. */
  readonly sampleEvery?: number;
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

/** Trains a model in place. @throws CellstateError `not-finite`, after the last good state was saved. */
export async function runTraining(model: LanguageModel, options: RunOptions): Promise<RunResult> {
  const { engine, progress, checkpoint, onEvent } = options;
  const speed = new Speedometer();
  const samples = new Sampling(model, engine, options.sampleEvery ?? 0);
  const { length } = options.train;
  const events = train(model, {
    ...options.train,
    engine,
    documents: options.training,
    validation: options.validation,
    signal: options.signal,
    resume: options.resume,
  });
  let savedAt = options.resume ? performance.now() : Number.NEGATIVE_INFINITY;
  let smoothed: number | null = null;
  let last: TrainingEvent | null = null;
  for await (const event of events) {
    last = event;
    onEvent?.(event);
    const now = performance.now();
    if (event.kind === "step") smoothed = smoothLoss(smoothed, event.loss);
    speed.add(event.progress.tokens, now);
    const state = { ...stateOf(event.progress, length, smoothed, speed), lesson: options.lesson };
    if (event.kind === "validation") progress.validated(state, event.best);
    if (event.kind === "step") {
      progress.update(state);
      if (samples.due(now)) progress.sample(samples.write(event.weights, event.progress.step));
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

function stateOf(
  progress: Readonly<TrainingProgress>,
  length: TrainOptions["length"],
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

/** Now and then, something that the model writes as it is just now. It changes nothing of the run. */
class Sampling {
  readonly #copy: LanguageModel;
  readonly #engine: Engine;
  readonly #everyMs: number;
  #nextAt: number;

  constructor(model: LanguageModel, engine: Engine, everySeconds: number) {
    this.#copy = new LanguageModel(model.config, engine.precision);
    this.#engine = engine;
    this.#everyMs = everySeconds * 1000;
    this.#nextAt = performance.now() + this.#everyMs / 2;
  }

  due(now: number): boolean {
    if (this.#everyMs === 0 || now < this.#nextAt) return false;
    this.#nextAt = now + this.#everyMs;
    return true;
  }

  write(weights: LanguageModel["weights"], step: number): string {
    this.#copy.weights = weights.slice();
    const options = { engine: this.#engine, length: 160, temperature: 0.8, seed: step };
    return [...generate(this.#copy, options)].join("");
  }
}
