/** Everything that decides what a run with a network of one of the four shapes does: plain JSON, as `TrainSettings` is for language models. */
import {
  type ForecastForm,
  type NetworkChoice,
  type OptimizerName,
  TASK_TRAINING,
  type TaskKind,
} from "@cellstate/core";
import type { EngineAsked } from "../engine/choose.ts";
import type { ShapeSettings } from "../shapes/shape.ts";
import { UsageError } from "../usageError.ts";
import type { TrainArguments } from "./trainArguments.ts";

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
  readonly recurrentDropout: number;
  readonly zoneout: number;
  readonly labelSmoothing: number;
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
  recurrentDropout: 0,
  zoneout: 0,
  labelSmoothing: 0,
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

/** What was typed of them. */
export function typedSettings(given: TrainArguments): Partial<NetworkSettings> {
  const { test, ...rest } = given;
  const typed: Record<string, unknown> = {};
  for (const name of NETWORK_SETTING_NAMES) {
    const value: unknown = Reflect.get(rest, name);
    if (value !== undefined) typed[name] = value;
  }
  if (typeof test === "number") typed.test = test;
  if (typeof test === "string") Object.assign(typed, { testFile: test, test: 0 });
  return typed;
}

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

const TEXTS: readonly TaskKind[] = ["text-classification", "transduction", "generation"];
const WRITERS: readonly TaskKind[] = ["transduction", "generation"];
const CLASSES: readonly TaskKind[] = [
  "text-classification",
  "sequence-classification",
  "row-classification",
];
const ROWS: readonly TaskKind[] = ["row-classification", "row-regression"];
const READERS: readonly TaskKind[] = [
  "text-classification",
  "sequence-classification",
  "sequence-regression",
  "transduction",
  "tagging",
  "forecasting",
];

/** Which tasks an option says something to; all where it does not stand here. */
const MEANING: Readonly<Record<string, readonly TaskKind[]>> = {
  target: ["forecasting", ...ROWS],
  columns: ["forecasting", ...ROWS],
  horizon: ["forecasting"],
  history: ["forecasting"],
  quantiles: ["forecasting"],
  form: ["forecasting"],
  time: ["forecasting"],
  text: ["text-classification", "generation"],
  label: ["text-classification", "generation"],
  tokens: TEXTS,
  classWeights: CLASSES,
  labelSmoothing: [...CLASSES, ...WRITERS, "tagging"],
  scheduledSampling: WRITERS,
  attention: ["transduction", "forecasting"],
  decoderCell: ["transduction", "forecasting"],
  bidirectional: READERS,
  cell: [...READERS, "generation"],
  forgetBias: [...READERS, "generation"],
  recurrentDropout: [...READERS, "generation"],
  zoneout: [...READERS, "generation"],
  embeddingSize: [...TEXTS, "tagging"],
};

/** Options of language models that networks have not. */
const LANGUAGE_ONLY = ["preset", "window", "from"] as const;
/** Options of networks that language models have not. */
export const NETWORK_ONLY = [
  ...Object.keys(MEANING).filter(
    (name) => !["tokens", "cell", "forgetBias", "embeddingSize"].includes(name),
  ),
  "test",
  "patience",
];

/** `hiddenSize` → `--hidden-size` */
export function optionOf(setting: string): string {
  return `--${setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * @param shown What was taken for the task: a file's name.
 * @throws UsageError for an option that would be ignored.
 */
export function assertMeaning(given: TrainArguments, task: TaskKind, shown: string): void {
  const typed = (name: string): boolean => Reflect.get(given, name) !== undefined;
  for (const name of LANGUAGE_ONLY) {
    if (typed(name)) refuse(name, ["language-model"], task, shown);
  }
  for (const [name, tasks] of Object.entries(MEANING)) {
    if (typed(name) && !tasks.includes(task)) refuse(name, tasks, task, shown);
  }
  const form: ForecastForm = given.form ?? "seq2vec";
  for (const name of ["attention", "decoderCell"]) {
    if (task !== "forecasting" || form === "seq2seq" || !typed(name)) continue;
    throw new UsageError(
      `${optionOf(name)}: forecasts all at once have no decoder; add --form seq2seq, or leave the option out`,
    );
  }
}

/** @throws UsageError for an option of networks given to a language model. */
export function assertLanguageOptions(given: TrainArguments, shown: string): void {
  for (const name of NETWORK_ONLY) {
    if (Reflect.get(given, name) === undefined) continue;
    refuse(name, MEANING[name] ?? ["networks"], "language-model", shown);
  }
}

function refuse(
  name: string,
  tasks: readonly string[],
  task: TaskKind | "language-model",
  shown: string,
): never {
  throw new UsageError(
    `${optionOf(name)}: means nothing for ${task}, which ${shown} is taken for, but for ${tasks.join(", ")}; leave the option out, or choose another --task`,
  );
}
