/**
 * A task: what a person's data mean to a network. It turns inputs and targets into numbers and tokens, and what the network answers
 * back into labels, series and texts. Fitted once, on training data alone; afterwards it is plain data that travels in the model's file, so that
 * a prediction needs nothing else.
 */
import type { Examples, NetworkOutput, Ports, Values, WrittenOutput } from "../data/examples.ts";
import type { JsonObject } from "../files/json.ts";

/** @typeParam Prediction What the shape gives: a label with probabilities, a number, a series with its bands, a text. */
export interface Task<Kind extends string, Input, Target, Prediction> {
  readonly kind: Kind;
  readonly ports: Ports;
  /**
   * Examples for the network, made when they are asked for.
   *
   * @param name What messages call the inputs: a file's name.
   * @throws CellstateError `data` for an input that the task was not made for (a missing column, an unknown label, another time step), at the
   * latest when the example is read: where, what was wanted, what came, what to do.
   */
  encode(inputs: Values<Input>, targets: Values<Target> | null, name: string): Examples;
  /** What an answer means. */
  decode(output: NetworkOutput | WrittenOutput, input: Input): Prediction;
  /** The task as the model's file holds it; `kind` is in it. */
  toJson(): JsonObject;
}

/** A task's answer to what it predicts from, whatever kind it is. */
export type PredictionOf<T> = T extends Task<string, never, never, infer P> ? P : never;
