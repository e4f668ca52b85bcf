/**
 * Training a language model: epochs over documents, truncated back-propagation through time. Stop it by `break` or an AbortSignal;
 * go on from a snapshot as if nothing had happened.
 */
import { checkTokens } from "../data/documents.ts";
import { trainingPieces, WindowReader } from "../data/windows.ts";
import type { LanguageModel } from "../models/languageModel.ts";
import { Evaluator } from "./evaluate.ts";
import { checkOptions, type TrainOptions } from "./options.ts";
import type { TrainingEvent } from "./progress.ts";
import { DEFAULT_SEED, runCourse } from "./run.ts";
import { Trainer } from "./trainer.ts";

const DEFAULTS = { batchSize: 50, window: 50 } as const;

/**
 * Trains a model in place. Its weights are set when the run ends, however it ends: the best on the validation documents where
 * there are some, else the last that were finite.
 *
 * @throws CellstateError `not-finite` when a loss or gradient is; the message says where it began, and the model keeps the weights
 * from before. `data` where there is too little text. `resume` for a snapshot of another run.
 * @throws RangeError for an option that no run could follow, or a token that the model's vocabulary does not have.
 */
export async function* train(
  model: LanguageModel,
  options: TrainOptions,
): AsyncGenerator<TrainingEvent, void, void> {
  const { batchSize = DEFAULTS.batchSize, window = DEFAULTS.window } = options;
  checkOptions(options);
  checkTokens(options.documents, model.vocabulary.size);
  const pieces = trainingPieces(options.documents, { batchSize, window });
  // Rows that would never have a piece, and steps that no piece has, are not laid out.
  const longest = pieces.reduce((most, { start, end }) => Math.max(most, end - start), 1);
  const shape = {
    batchSize: Math.min(batchSize, pieces.length),
    window: Math.min(window, longest),
  };
  const stepper = new Trainer(model, options.engine, {
    ...shape,
    optimizer: options.optimizer ?? { name: "adam" },
    clip: options.clip,
    groups: options.groups,
    seed: options.seed ?? DEFAULT_SEED,
  });
  const validation = options.validation ?? [];
  yield* runCourse(
    {
      stepper,
      batches: new WindowReader(options.documents, pieces, shape),
      validator: validation.length > 0 ? new Evaluator(model, options.engine, validation) : null,
      finish(weights) {
        model.weights = weights;
      },
    },
    options,
  );
}
