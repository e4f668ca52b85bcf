/**
 * A task with the network that does it: what is trained, written to a file, and predicts. Its types follow the task: a classifier
 * answers labels with probabilities, a forecaster series with bands.
 */
import type { Examples, Values } from "../data/examples.ts";
import { type Shape, shapeOf } from "../data/examples.ts";
import { valueAt } from "../data/splits.ts";
import type { Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import { shown } from "../files/shown.ts";
import { createNetwork } from "../models/createNetwork.ts";
import type { InitialWeights } from "../models/languageModel.ts";
import type { Network } from "../models/network.ts";
import { decodeNetwork, encodeNetwork } from "../models/networkFile.ts";
import { NetworkRunner, type RunnerOptions } from "../models/networkRunner.ts";
import type { WritingOptions } from "../models/networkWriting.ts";
import { type AnyTask, type TaskKind, type TaskOf, taskFromJson } from "./index.ts";
import { type NetworkChoice, networkConfigFor } from "./networkChoice.ts";
import type { Task } from "./task.ts";
import { START, UNKNOWN } from "./textTokens.ts";

/** Any task, seen by what it reads and answers. */
type TaskLike<Input, Prediction> = Task<string, Input, never, Prediction>;

export interface TaskModel<T extends TaskLike<never, unknown> = AnyTask> {
  readonly task: T;
  readonly network: Network;
}

/** A model of the file's task, whichever that is: `model.task.kind` tells. */
export type AnyTaskModel = {
  [K in AnyTask["kind"]]: TaskModel<Extract<AnyTask, { kind: K }>>;
}[AnyTask["kind"]];

export interface TaskModelOptions extends NetworkChoice, Partial<InitialWeights> {
  /** float64 for the reference engine. @default float32 */
  readonly precision?: "float32" | "float64";
}

/** A model with its initial weights, of the sizes that suit the task where none are given. */
export function createTaskModel<T extends AnyTask>(
  task: T,
  options: TaskModelOptions = {},
): TaskModel<T> {
  const { init = "default", forgetBias = null, chronoSteps = 100, seed = 1 } = options;
  const config = networkConfigFor(task, options);
  const initial = { init, forgetBias, chronoSteps, seed };
  return { task, network: createNetwork(config, initial, options.precision) };
}

/** Which of the four shapes a model has. */
export function modelShape({ network }: { readonly network: Network }): Shape {
  return shapeOf(network.config.ports);
}

/** @returns The bytes of a `.safetensors` file that holds all that a prediction needs. */
export function encodeTaskModel({ task, network }: TaskModel<AnyTask>): Uint8Array<ArrayBuffer> {
  return encodeNetwork({ network, task: task.toJson() });
}

/**
 * @param name The file's name, for messages.
 * @param kind The task that the model must do, and its type with it. @default any: `model.task.kind` tells
 * @throws CellstateError `file-format`: damaged, of another kind, or of parts that do not fit together.
 */
export function decodeTaskModel(bytes: Uint8Array, name: string): TaskModel<AnyTask>;
export function decodeTaskModel<Kind extends TaskKind>(
  bytes: Uint8Array,
  name: string,
  kind: Kind,
): TaskModel<TaskOf<Kind>>;
export function decodeTaskModel(
  bytes: Uint8Array,
  name: string,
  kind?: TaskKind,
): TaskModel<AnyTask> {
  const { network, task: json } = decodeNetwork(bytes, name);
  if (json === null) {
    throw new CellstateError(
      "file-format",
      `${shown(name)}: a network without a task; what its numbers mean is not in the file`,
    );
  }
  const task = taskFromJson(json, name);
  if (kind !== undefined && task.kind !== kind) {
    throw new CellstateError(
      "file-format",
      `${shown(name)}: expected a model for ${kind}, got one for ${task.kind}`,
    );
  }
  if (JSON.stringify(task.ports) !== JSON.stringify(network.config.ports)) {
    throw new CellstateError(
      "file-format",
      `${shown(name)}: its task and its network do not fit together; the file is damaged`,
    );
  }
  return { task, network };
}

export interface PredictorOptions extends RunnerOptions {
  /** For tasks that write. @default greedy, no unknown words, up to twice the longest target seen in training */
  readonly writing?: Partial<WritingOptions>;
}

/** Predicts again and again: what an engine needs is made once. */
export class Predictor<Input, Prediction> {
  readonly #task: TaskLike<Input, Prediction>;
  readonly #runner: NetworkRunner;
  readonly #writing: WritingOptions;

  constructor(
    model: { readonly task: TaskLike<Input, Prediction>; readonly network: Network },
    engine: Engine,
    { writing, ...options }: PredictorOptions = {},
  ) {
    this.#task = model.task;
    this.#runner = new NetworkRunner(model.network, engine, options);
    this.#writing = { mostSteps: mostStepsOf(model.task), banned: [UNKNOWN, START], ...writing };
  }

  /**
   * One prediction an input, in their order.
   *
   * @param name What messages call the inputs: a file's name.
   * @throws CellstateError `data` for an input that the model was not made for.
   */
  predict(inputs: Values<Input>, name = "input"): Prediction[] {
    const examples: Examples = this.#task.encode(inputs, null, name);
    const { output } = this.#task.ports;
    const answers =
      output.kind === "tokens"
        ? this.#runner.write(examples, this.#writing)
        : this.#runner.outputs(examples);
    return answers.map((answer, index) => this.#task.decode(answer, valueAt(inputs, index)));
  }

  predictOne(input: Input, name = "input"): Prediction {
    const [prediction] = this.predict([input], name);
    return prediction;
  }
}

/** Where nothing is known of targets, a length that stops what would never end. */
const MOST_WRITTEN = 200;

function mostStepsOf(task: object): number {
  const longest = "longestTarget" in task ? task.longestTarget : null;
  return typeof longest === "number" ? 2 * longest : MOST_WRITTEN;
}
