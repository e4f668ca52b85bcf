/** Language models on the page: the run that `cellstate train` does with these settings. */
import {
  type Cell,
  createLanguageModel,
  type Engine,
  encodeLanguageModel,
  LanguageModel,
  type OptimizerOptions,
  type TokenDocument,
  type TrainingProgress,
  trace,
  train,
  type Vocabulary,
  type Weights,
} from "@cellstate/core";
import {
  initialWeightsOf,
  languageConfigOf,
  type TrainSettings,
  trainOptionsOf,
} from "cellstate/training";
import type { LiveCourse } from "./course.ts";

export interface LanguageParts {
  readonly settings: TrainSettings;
  readonly cell: Cell;
  readonly vocabulary: Vocabulary;
  readonly training: readonly TokenDocument[];
  readonly validation: readonly TokenDocument[];
  readonly command: string | null;
  /** Where it is not what `cellstate train` takes. */
  readonly optimizer?: OptimizerOptions;
  readonly tieWeights?: boolean;
  /** What the gates are watched along. */
  readonly example: string;
  record(progress: Readonly<TrainingProgress>): LanguageModel["training"];
  measure(model: LanguageModel, engine: Engine): Generator<void, number | null>;
}

export function languageCourse(parts: LanguageParts): LiveCourse {
  const { settings, vocabulary, training, validation } = parts;
  const { tieWeights = false } = parts;
  const config = { ...languageConfigOf(settings, parts.cell, vocabulary), tieWeights };
  const options = trainOptionsOf(settings);
  const optimizer = parts.optimizer ?? options.optimizer;
  const model = createLanguageModel(config, initialWeightsOf(settings));
  const copy = new LanguageModel(config);
  const withWeights = (weights: Weights): LanguageModel => {
    copy.weights.set(weights);
    return copy;
  };
  return {
    parameters: model.parameterCount,
    command: parts.command,
    example: { kind: "text", text: parts.example },
    get weights() {
      return model.weights;
    },
    train: (engine) =>
      train(model, { ...options, optimizer, engine, documents: training, validation }),
    encode(weights, progress) {
      withWeights(weights).training = parts.record(progress);
      return encodeLanguageModel(copy);
    },
    encodeFinal(progress) {
      model.training = parts.record(progress);
      return encodeLanguageModel(model);
    },
    measure: (engine, weights) => parts.measure(withWeights(weights), engine),
    probe: (engine, weights) => trace(withWeights(weights), engine, parts.example),
  };
}
