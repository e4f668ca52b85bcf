/** What a training worker runs: a model, the events of its training, and what can be said of weights on the way. */
import type { Engine, Trace, TrainingEvent, TrainingProgress, Weights } from "@cellstate/core";
import type { PageInput } from "../../state/page.ts";

export interface LiveCourse {
  readonly parameters: number;
  /** Of a text: what in a terminal gives the same file. */
  readonly command: string | null;
  /** What `probe` looks along. */
  readonly example: PageInput;
  train(engine: Engine): AsyncIterable<TrainingEvent>;
  /** The model's file with these weights. */
  encode(weights: Weights, progress: Readonly<TrainingProgress>): Uint8Array<ArrayBuffer>;
  /** The model's file at the end of the training, with the weights that it kept. */
  encodeFinal(progress: Readonly<TrainingProgress>): Uint8Array<ArrayBuffer>;
  /** Before the first update those that it begins with, after the last those that are kept. */
  readonly weights: Weights;
  /** How well these weights do the task: it pauses between pieces of work. Null where the loss says it all. */
  measure(engine: Engine, weights: Weights): Generator<void, number | null>;
  /** What the model does along the task's fixed example. */
  probe(engine: Engine, weights: Weights): Trace;
}
