/** A task learnt from examples: step by step with `trainTask`, or in one call with `learn`. */
import type { Values } from "../data/examples.ts";
import {
  type IndexSplit,
  splitAtRandom,
  splitByKey,
  splitByLabel,
  valuesAt,
} from "../data/splits.ts";
import type { TrainingEvent } from "../training/progress.ts";
import { type NetworkTrainOptions, trainNetwork } from "../training/trainNetwork.ts";
import type { AnyTask } from "./index.ts";
import type { Task } from "./task.ts";
import { createTaskModel, type TaskModel, type TaskModelOptions } from "./taskModel.ts";

type TaskTrainOptions = Omit<NetworkTrainOptions, "examples" | "validation">;

/** Inputs with their targets, as a task takes them. */
export interface Labelled<Input, Target> {
  readonly inputs: Values<Input>;
  /** As many as inputs. */
  readonly targets: Values<Target>;
}

/** How each kind of run goes where nobody says more: Adam with a rate that warms up and falls. */
export const TASK_TRAINING = {
  batchSize: 32,
  optimizer: { name: "adam", learningRate: 0.003 },
  schedule: "cosine:0.05",
  clip: { norm: 1 },
} as const;

/**
 * Trains a model in place; an async iterator like `train`.
 *
 * @param training What to learn from. @param validation What to choose the best weights by, or null.
 */
export async function* trainTask<Input, Target>(
  model: {
    readonly task: Task<string, Input, Target, unknown>;
    readonly network: TaskModel["network"];
  },
  training: Labelled<Input, Target>,
  validation: Labelled<Input, Target> | null,
  options: TaskTrainOptions,
): AsyncGenerator<TrainingEvent, void, void> {
  const { task, network } = model;
  const examples = task.encode(training.inputs, training.targets, "training");
  const heldOut =
    validation === null
      ? undefined
      : task.encode(validation.inputs, validation.targets, "validation");
  yield* trainNetwork(network, {
    ...TASK_TRAINING,
    ...options,
    examples,
    validation: heldOut,
  });
}

export interface LearnOptions extends TaskTrainOptions {
  /** The model's sizes. @default those that suit the task */
  readonly model?: TaskModelOptions;
  /** Share of the examples, drawn by the seed, that the best weights are chosen by: of each label, or of the distinct sources of pairs. @default 0.1 */
  readonly validation?: number;
}

/**
 * A trained model in one call.
 *
 * @example
 * const task = fitTextClassificationTask({ name: "reviews", inputs: texts, targets: labels });
 * const model = await learn(task, { inputs: texts, targets: labels }, { engine, length: { epochs: 10 } });
 * new Predictor(model, engine).predictOne("not bad at all").label;
 */
export async function learn<
  Input,
  Target,
  T extends AnyTask & Task<string, Input, Target, unknown>,
>(
  task: T,
  { inputs, targets }: Labelled<Input, Target>,
  { model: sizes, validation = 0.1, ...options }: LearnOptions,
): Promise<TaskModel<T>> {
  const seed = options.seed ?? 1;
  const precision = options.engine.precision;
  const model = createTaskModel(task, { seed, precision, ...sizes });
  const { training, held } = holdOut(task, { inputs, targets }, validation, seed);
  const part = (indices: Int32Array): Labelled<Input, Target> => ({
    inputs: valuesAt(inputs, indices),
    targets: valuesAt(targets, indices),
  });
  const heldOut = held.length > 0 ? part(held) : null;
  for await (const _ of trainTask(model, part(training), heldOut, options));
  return model;
}

/** Labels stand on both sides; of pairs, equal sources on one. */
function holdOut(
  { kind }: { readonly kind: string },
  { inputs, targets }: Labelled<unknown, unknown>,
  share: number,
  seed: number,
): IndexSplit {
  const isText = (values: Values<unknown>): values is Values<string> =>
    typeof values.at(0) === "string";
  if (kind.endsWith("-classification") && isText(targets)) {
    return splitByLabel(targets, share, seed);
  }
  if (kind === "transduction" && isText(inputs)) return splitByKey(inputs, share, seed);
  return splitAtRandom(inputs.length, share, seed);
}
