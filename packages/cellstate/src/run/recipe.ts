/**
 * From settings to a language model's run: the same in the command and in the page, so that the same settings give the same bytes. It knows
 * neither files nor engines.
 */
import {
  type Cell,
  type InitialWeights,
  type LanguageModelConfig,
  parseInit,
  type TokenDocument,
  type TrainOptions,
  type Vocabulary,
} from "@cellstate/core";
import { DEFAULT_STEPS, MOST_DEFAULT_EPOCHS, type TrainSettings } from "./settings.ts";

export { type RunState, recordOf, resultOf } from "./record.ts";
export { mergeSettings, type TrainSettings } from "./settings.ts";

export const LENGTHS: readonly (keyof TrainSettings)[] = ["epochs", "steps", "minutes"];

/** The model that settings ask for. */
export function languageConfigOf(
  settings: TrainSettings,
  cell: Cell,
  vocabulary: Vocabulary,
): LanguageModelConfig {
  const { hiddenSize, layers, dropout } = settings;
  const embeddingSize = settings.embeddingSize ?? (vocabulary.kind === "words" ? hiddenSize : 0);
  return {
    cell,
    vocabulary,
    hiddenSize,
    layers,
    embeddingSize,
    projectionSize: null,
    dropout,
    tieWeights: false,
  };
}

export function initialWeightsOf(settings: TrainSettings): InitialWeights {
  const { init, forgetBias, window, seed } = settings;
  return { init: parseInit(init), forgetBias, chronoSteps: window, seed };
}

/** What `train` is told beside engine and documents. */
export function trainOptionsOf(
  settings: TrainSettings,
): Omit<TrainOptions, "engine" | "documents" | "validation" | "signal" | "resume"> {
  const { epochs, steps, minutes, clipNorm, clipValue } = settings;
  return {
    length: minutes !== null ? { minutes } : steps !== null ? { steps } : { epochs: epochs ?? 1 },
    batchSize: settings.batchSize,
    window: settings.window,
    optimizer: {
      name: settings.optimizer,
      learningRate: settings.learningRate,
      alpha: settings.alpha ?? undefined,
    },
    schedule: settings.schedule,
    clip: clipNorm !== null ? { norm: clipNorm } : clipValue !== null ? { value: clipValue } : null,
    seed: settings.seed,
  };
}

/** Without a length: as many epochs as make about `DEFAULT_STEPS` updates. */
export function withLength(
  settings: TrainSettings,
  training: readonly TokenDocument[],
): TrainSettings {
  if (LENGTHS.some((name) => settings[name] !== null)) return settings;
  const targets = training.reduce((sum, { tokens }) => sum + Math.max(0, tokens.length - 1), 0);
  const stepsPerEpoch = Math.max(1, Math.ceil(targets / (settings.batchSize * settings.window)));
  const epochs = Math.round(DEFAULT_STEPS / stepsPerEpoch);
  return { ...settings, epochs: Math.max(1, Math.min(MOST_DEFAULT_EPOCHS, epochs)) };
}
