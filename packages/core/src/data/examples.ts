/**
 * Examples as a network reads them: numbers and tokens, no words, dates or units. What they mean is a task's affair.
 *
 * Sequences are asked for one by one when a batch is made, so that they may lie in memory, in a file, or be windows of one long
 * series.
 */

/** Anything with a length whose elements can be had by number: an array, or what lies in a file. */
export interface Values<T> {
  readonly length: number;
  /** @param index 0 to below length. */
  at(index: number): T | undefined;
}

/** A memory to write into: a plan's numbers or integers, or an array. */
export type Cells = Float32Array | Float64Array | Int32Array;

/** One sequence of vectors an example. */
export interface VectorSequences {
  readonly kind: "vectors";
  /** Numbers in a vector. */
  readonly width: number;
  /** Steps of an example, 0 or more. */
  steps(example: number): number;
  /** Writes an example's vectors: that of step t to into[at + t · stride …]. Finite; in targets NaN is missing. */
  copy(example: number, into: Cells, at: number, stride: number): void;
}

/** One sequence of tokens (or classes) an example, each 0 to below `size`. */
export interface TokenSequences {
  readonly kind: "tokens";
  readonly size: number;
  steps(example: number): number;
  /** Writes an example's tokens: that of step t to into[at + t · stride]. */
  copy(example: number, into: Cells, at: number, stride: number): void;
}

export type Sequences = VectorSequences | TokenSequences;

/** Examples of one task, encoded. */
export interface Examples {
  readonly count: number;
  /** A vector is a sequence of one step. */
  readonly input: Sequences;
  /**
   * What the decoder knows of each output step beforehand (the hour, a holiday); null where it knows nothing. As many steps as the target
   * has, or where there is no target, as many as are to be predicted.
   */
  readonly known: VectorSequences | null;
  /** What is to be learnt; null where it is to be predicted. One step for a vector; for aligned sequences as many as the input has. */
  readonly target: Sequences | null;
  /** How much an example counts, 1 where absent: the weight of its class. */
  weight?(example: number): number;
}

/** What goes into a network and what comes out: settled by the task before there is a network. */
export interface Ports {
  readonly input: InputPort;
  readonly output: OutputPort;
}

export type InputPort =
  | { readonly kind: "vector"; readonly width: number }
  | { readonly kind: "vectors"; readonly width: number }
  | { readonly kind: "tokens"; readonly size: number };

export type OutputPort =
  /** One of `size` classes, once or (`each: "step"`) at every step of the input. */
  | { readonly kind: "classes"; readonly size: number; readonly each: "sequence" | "step" }
  /**
   * Numbers, once; at every step of the input; or (`each: "outputStep"`) at every step of a decoder, which knows `known` numbers of each step
   * beforehand.
   */
  | {
      readonly kind: "numbers";
      /** Targets in a row. */
      readonly width: number;
      readonly heads: readonly NumberHead[];
      readonly each: "sequence" | "step" | "outputStep";
      readonly known: number;
    }
  /** Tokens, one after the other, each told to the decoder at the next step; `end` is the token after the last. */
  | {
      readonly kind: "tokens";
      readonly size: number;
      readonly start: number;
      readonly end: number;
    };

/** One opinion about the same numbers: the mean, the quantiles. Their losses are added. */
export type NumberHead =
  | { readonly name: string; readonly loss: "squared" | "absolute" | "binaryCrossEntropy" }
  | { readonly name: string; readonly loss: "huber"; readonly delta: number }
  | { readonly name: string; readonly loss: "quantile"; readonly levels: readonly number[] };

/** What a network answers to one example, where it does not write tokens. */
export interface NetworkOutput {
  /** 1 for what is answered once a sequence. */
  readonly steps: number;
  /** One a head, [steps, width]: probabilities of classes; numbers (for binaryCrossEntropy probabilities; quantiles n · levels + q). */
  readonly heads: readonly Float32Array[];
  /** [steps, input steps], row by row: where a decoder looked. Absent without attention. */
  readonly attention?: Float32Array;
}

/** What a network writes for one example. */
export interface WrittenOutput {
  /** Without the end token. */
  readonly tokens: readonly number[];
  /** False where it was cut off at the most steps before it came to its end. */
  readonly ended: boolean;
  /** Σ log p of the tokens and, where it ended, the end, nats. */
  readonly logProbability: number;
  /** [tokens and, where it ended, the end; input steps], row by row: where each looked. Null without attention. */
  readonly attention: Float32Array | null;
}

export type Shape = "vec2vec" | "vec2seq" | "seq2vec" | "seq2seq";

export function shapeOf({ input, output }: Ports): Shape {
  const from = input.kind === "vector" ? "vec" : "seq";
  const once = output.kind !== "tokens" && output.each === "sequence";
  return `${from}2${once ? "vec" : "seq"}`;
}
