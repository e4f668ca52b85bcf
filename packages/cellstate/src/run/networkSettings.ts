/** Everything that decides what a run with a network of one of the four shapes does: plain JSON, as `TrainSettings` is for language models. */
import { type NetworkChoice, type OptimizerName, TASK_TRAINING } from "@cellstate/core";
import type { EngineAsked } from "../engine/kinds.ts";
import type { ShapeSettings } from "../shapes/shape.ts";
import { UsageError } from "../usageError.ts";

/** Null is left to what suits the task and the data. */
export interface NetworkSettings extends ShapeSettings {
  readonly cell: string;
  readonly decoderCell: string | null;
  readonly hiddenSize: number | null;
  readonly layers: number | null;
  readonly embeddingSize: number | null;
  readonly bidirectional: boolean | null;
  readonly attention: NonNullable<NetworkChoice["attention"]> | null;
  readonly dropout: number | null;
  readonly recurrentDropout: number | null;
  readonly zoneout: number;
  readonly labelSmoothing: number | null;
  readonly init: string;
  readonly forgetBias: number | "chrono" | null;
  readonly scheduledSampling: number;
  readonly batchSize: number | null;
  /** At most one of these three; without any, as many epochs as suit the data. */
  readonly epochs: number | null;
  readonly steps: number | null;
  readonly minutes: number | null;
  readonly patience: number | null;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly schedule: string;
  readonly clipNorm: number | null;
  readonly clipValue: number | null;
  readonly engine: EngineAsked;
  /** A file of one's own to test on at the end; null where a part is held out for it. */
  readonly testFile: string | null;
}

export const NETWORK_DEFAULTS: NetworkSettings = {
  task: "text-classification",
  target: null,
  text: null,
  label: null,
  time: null,
  columns: null,
  horizon: null,
  history: null,
  quantiles: null,
  form: "seq2vec",
  tokens: "characters",
  classWeights: "none",
  validation: 0.1,
  test: 0.1,
  testFile: null,
  seed: 1,
  cell: "lstm",
  decoderCell: null,
  hiddenSize: null,
  layers: null,
  embeddingSize: null,
  bidirectional: null,
  attention: null,
  dropout: null,
  recurrentDropout: null,
  zoneout: 0,
  labelSmoothing: null,
  init: "default",
  forgetBias: null,
  scheduledSampling: 0,
  batchSize: null,
  epochs: null,
  steps: null,
  minutes: null,
  patience: null,
  optimizer: "adam",
  learningRate: TASK_TRAINING.optimizer.learningRate,
  schedule: TASK_TRAINING.schedule,
  clipNorm: TASK_TRAINING.clip.norm,
  clipValue: null,
  engine: "auto",
};

export const NETWORK_SETTING_NAMES = Object.keys(NETWORK_DEFAULTS) as (keyof NetworkSettings)[];

/** Rates that go with other optimizers, where none is given. */
const LEARNING_RATES: Readonly<Record<OptimizerName, number>> = {
  adam: 0.003,
  adamw: 0.003,
  rmsprop: 0.001,
  adagrad: 0.02,
  sgd: 0.1,
};

/** Later ones win, as with `mergeSettings`: a length or a clipping takes the place of the others of its kind. */
export function mergeNetworkSettings(
  base: NetworkSettings,
  typed: Partial<NetworkSettings>,
): NetworkSettings {
  const merged = { ...base };
  for (const group of [
    ["epochs", "steps", "minutes"],
    ["clipNorm", "clipValue"],
  ] as const) {
    if (!group.some((name) => typed[name] != null)) continue;
    for (const name of group) merged[name] = null;
  }
  const { optimizer } = typed;
  if (optimizer !== undefined) merged.learningRate = LEARNING_RATES[optimizer];
  const settings = { ...merged, ...typed };
  if (settings.validation + settings.test >= 1) {
    throw new UsageError(
      `--validation ${settings.validation} --test ${settings.test}: nothing is left to learn from; together they are to be below 1`,
    );
  }
  return settings;
}
