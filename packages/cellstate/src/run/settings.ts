/** Everything that decides what a training run does, with its defaults: plain JSON, kept in the model's file and the checkpoint. */
import type { OptimizerName, TokenKind } from "@cellstate/core";
import type { EngineAsked } from "../engine/kinds.ts";

export interface TrainSettings {
  /** A name of the zoo, or a file of equations. */
  readonly cell: string;
  readonly hiddenSize: number;
  readonly layers: number;
  /** Width of a learned vector a token; 0 for one-hot; null for one-hot characters and bytes, and words as wide as the layer. */
  readonly embeddingSize: number | null;
  readonly dropout: number;
  readonly tokens: TokenKind;
  readonly init: string;
  /** Null leaves it to the init. */
  readonly forgetBias: number | "chrono" | null;
  /** Time steps through which gradients flow back. */
  readonly window: number;
  /** Sequences side by side. */
  readonly batchSize: number;
  /** At most one of these three; without any, as many epochs as make `DEFAULT_STEPS`. */
  readonly epochs: number | null;
  readonly steps: number | null;
  readonly minutes: number | null;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  /** RMSprop's: how much of the mean square to keep. */
  readonly alpha: number | null;
  readonly schedule: string;
  /** At most one of these two. */
  readonly clipNorm: number | null;
  readonly clipValue: number | null;
  /** Share of the text to hold out. */
  readonly validation: number;
  /** What was asked for; in a run that has begun, never `auto`. */
  readonly engine: EngineAsked;
  readonly seed: number;
}

/** What a run without options does. */
export const DEFAULTS: TrainSettings = {
  cell: "lstm",
  hiddenSize: 128,
  layers: 2,
  embeddingSize: null,
  dropout: 0,
  tokens: "characters",
  init: "default",
  forgetBias: null,
  window: 50,
  batchSize: 50,
  epochs: null,
  steps: null,
  minutes: null,
  optimizer: "adam",
  learningRate: 2e-2,
  alpha: null,
  schedule: "warmup:100+cosine:0.05",
  clipNorm: 1,
  clipValue: null,
  validation: 0.05,
  engine: "auto",
  seed: 1,
};

/** What makes a model's shape and first weights: with `--from` they are the model's own. */
export const SHAPE_NAMES = [
  "cell",
  "hiddenSize",
  "layers",
  "embeddingSize",
  "tokens",
  "init",
  "forgetBias",
] as const satisfies (keyof TrainSettings)[];

export const SETTING_NAMES = Object.keys(DEFAULTS) as (keyof TrainSettings)[];

/** Rates that go with other optimizers, where none is given. */
export const LEARNING_RATES: Readonly<Record<OptimizerName, number>> = {
  adam: DEFAULTS.learningRate,
  adamw: DEFAULTS.learningRate,
  rmsprop: 2e-3,
  adagrad: 2e-2,
  sgd: 1,
};

/** Updates that a run without a length aims at: some seven minutes with the default sizes. */
export const DEFAULT_STEPS = 6_000;
/** More passes over a short text would only learn it by heart. */
export const MOST_DEFAULT_EPOCHS = 100;

/** Groups of settings of which one excludes the others. */
const ALTERNATIVES = [
  ["epochs", "steps", "minutes"],
  ["clipNorm", "clipValue"],
] as const satisfies (readonly (keyof TrainSettings)[])[];

/**
 * Later ones win. A length or a clipping that is given takes the place of the others of its kind, and an optimizer brings its
 * own rate unless one is given with it.
 */
export function mergeSettings(...layers: readonly Partial<TrainSettings>[]): TrainSettings {
  const merged: TrainSettings = { ...DEFAULTS };
  for (const layer of layers) {
    const given = Object.fromEntries(
      Object.entries(layer).filter(([, value]) => value !== undefined),
    ) as Partial<TrainSettings>;
    for (const group of ALTERNATIVES) {
      if (!group.some((name) => given[name] != null)) continue;
      for (const name of group) Object.assign(merged, { [name]: null });
    }
    const { optimizer } = given;
    if (optimizer !== undefined && optimizer !== merged.optimizer) {
      Object.assign(merged, { learningRate: LEARNING_RATES[optimizer], alpha: null });
    }
    Object.assign(merged, given);
  }
  return merged;
}
