/** What a run supervises: a model in training, be it a language model or a network of one of the four shapes. */
import type {
  Checkpoint,
  Engine,
  TrainingEvent,
  TrainingLength,
  TrainingSnapshot,
  Weights,
} from "@cellstate/core";
import type { EngineChoice } from "../engine/choose.ts";
import type { RunResult } from "./record.ts";

/** What training is given by whoever supervises it. */
export interface TrainingCall {
  readonly engine: Engine;
  readonly signal?: AbortSignal;
}

/** What the finished model made of what it never saw. */
export interface TestReport {
  /** A line each. */
  readonly lines: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
}

/** A run that is ready: a model that is new, another's, or as a checkpoint left it. */
export interface PreparedTraining {
  readonly settings: { readonly seed: number };
  readonly length: TrainingLength;
  /** What is to compute; nothing of it is started yet. */
  readonly choice: EngineChoice;
  /** Null for a run that begins. */
  readonly resume: TrainingSnapshot | null;
  /** Those that a resumed run had, where its last digits may depend on them. */
  readonly threads: number | undefined;
  /** What a person should know before it starts, a line each. */
  readonly notes: readonly string[];
  readonly parameterCount: number;
  /** What the speed counts: `tokens`. */
  readonly unit: string;
  /** What the finished run says of itself in JSON, beside what every run says. */
  readonly about: Readonly<Record<string, unknown>>;

  /** What is about to happen, a line each: the data, the model. */
  summary(out: string): string[];
  /** Trains in place; afterwards, however it ended, the model has its weights. */
  train(call: TrainingCall): AsyncIterable<TrainingEvent>;
  /** What the model writes with some weights, for a person to see; null where it writes nothing. */
  sampler(engine: Engine): ((weights: Weights, step: number) => string) | null;
  checkpoint(snapshot: TrainingSnapshot, threads: number): Checkpoint;
  /** The bytes of the model's file, with how it came to be; nothing in them differs from one run of the same settings to the next. */
  encode(result: RunResult, engine: Engine): Uint8Array<ArrayBuffer>;
  /** Reads the part that was kept for the end, once; null where there is none. */
  test(engine: Engine): TestReport | null;
  /** What one does with the file that is written: `cellstate generate x.safetensors`. */
  next(shownOut: string): string;
  /** What one says of the file of a run that was stopped: `x.safetensors writes as it learnt so far`. */
  soFar(shownOut: string): string;
}
