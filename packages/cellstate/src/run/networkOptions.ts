/** Which options of `cellstate train` say something to which task: what would be ignored is refused. */
import type { ForecastForm, TaskKind } from "@cellstate/core";
import { UsageError } from "../usageError.ts";
import { NETWORK_SETTING_NAMES, type NetworkSettings } from "./networkSettings.ts";
import type { TrainArguments } from "./trainArguments.ts";

/** What was typed of a network's settings. */
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
