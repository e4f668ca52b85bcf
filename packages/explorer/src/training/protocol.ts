/** What the page and a training worker say to each other. Plain data. */
import type { PageInput } from "../state/page.ts";

export const TASK_IDS = ["stories", "counting", "adding", "text"] as const;
export type TaskId = (typeof TASK_IDS)[number];

/** All that decides what a training does: the same settings give the same model, byte for byte. */
export interface TrainingSettings {
  readonly task: TaskId;
  /** What is learnt from, where the task is a text of one's own. */
  readonly text: TrainingText | null;
  /** What the cell is called: one of the zoo's where it has no equations of its own. */
  readonly cell: string;
  readonly equations: string | null;
  readonly units: number;
  readonly layers: number;
  readonly seed: number;
  /** Updates in the whole run. */
  readonly steps: number;
  readonly learningRate: number;
  /** Wanted; without shared memory there is one. They change no bit of the model. */
  readonly threads: number;
}

export interface TrainingText {
  /** As the file is called. */
  readonly name: string;
  readonly text: string;
  /** Of the file, in bytes. */
  readonly size: number;
}

/** To the worker. `start` comes first, and once: another training is another worker's. */
export type TrainingOrder =
  | { readonly kind: "start"; readonly settings: TrainingSettings; readonly version: string }
  /** @property perSecond At most so many updates; null for as many as there can be. */
  | { readonly kind: "play"; readonly perSecond: number | null }
  | { readonly kind: "pause" }
  /** One update, and then a pause. */
  | { readonly kind: "step" };

/** How the values of one signal lie over the task's fixed example. */
export interface SignalSpread {
  /** `f` */
  readonly signal: string;
  readonly caption: string;
  readonly range: readonly [number, number];
  /** Shares of all values, from the lowest bin to the highest; they add up to 1. */
  readonly shares: Float32Array;
}

/** A model on its way, and what it can do by then. */
export interface Checkpoint {
  readonly step: number;
  /** The model's file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The task's own: see `TASKS`. Null where there is none. */
  readonly measure: number | null;
  /** Of what was held out, where something is. */
  readonly validationLoss: number | null;
  readonly histograms: readonly SignalSpread[];
}

/** From the worker. */
export type TrainingReport =
  | {
      readonly kind: "ready";
      readonly parameters: number;
      /** That compute; fewer than wanted where memory cannot be shared. */
      readonly threads: number;
      readonly sharesMemory: boolean;
      /** Of a text: what in a terminal gives the same file. */
      readonly command: string | null;
      /** The fixed example, as something to read. */
      readonly example: PageInput;
    }
  /** Some updates that have been done since the last report. */
  | {
      readonly kind: "steps";
      /** The first one's number, from 1. */
      readonly from: number;
      readonly losses: Float32Array;
      /** Before clipping. */
      readonly gradientNorms: Float32Array;
      /** Updates and tokens (or examples) a second, lately. */
      readonly stepsPerSecond: number;
      readonly tokensPerSecond: number;
    }
  | { readonly kind: "checkpoint"; readonly checkpoint: Checkpoint }
  | { readonly kind: "paused"; readonly step: number }
  | { readonly kind: "done"; readonly step: number }
  /** @property code core's: `not-finite` where the training diverged. */
  | { readonly kind: "failed"; readonly message: string; readonly code: string };
