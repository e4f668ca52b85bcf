/**
 * What was seen inside a model, as plain data: a signal over one sequence, a layer's signals by name, and a trace of all that
 * was kept. How it is had stands in `trace.ts`; what can be said about it, in the files beside.
 */
import type { Cell } from "../cells/cell.ts";
import type { NetworkOutput, WrittenOutput } from "../data/examples.ts";
import type { Sizes } from "../engines/cellTensors.ts";
import type { RecurrentRun } from "../models/recurrentRunner.ts";

export type Numbers = Float32Array | Float64Array;

/** One signal over one sequence, without its function. */
export interface PlainSignal {
  /** As the equations name it: `f`. */
  readonly name: string;
  /** The comment of its line. */
  readonly caption: string;
  /** The values it can take, where its outermost function says so: [0, 1] for a gate. */
  readonly range: readonly [number, number] | null;
  readonly steps: number;
  /** Columns of `values`. */
  readonly units: number;
  /** Which unit each column is: 0, 1, … where all were kept. */
  readonly unitNumbers: readonly number[];
  /** [steps, units], row by row. */
  readonly values: Numbers;
}

/** One signal over one sequence. */
export interface SignalTrace extends PlainSignal {
  /** By the unit's own number; NaN for a step or a unit that was not kept. */
  at(step: number, unit: number): number;
}

/** A layer's signals by the names that its equations give them. */
export type LayerTrace<Names extends string = string> = Readonly<Record<Names, SignalTrace>>;

/** Where in a model a recurrent layer is. */
export interface TracePlace {
  /** `rnn.0`, `encoder.1.reverse`, `decoder.0`, `hidden.0`, `combine` */
  readonly name: string;
  readonly part: "rnn" | "encoder" | "decoder" | "hidden" | "combine";
  readonly layer: number;
  readonly direction: "forward" | "backward";
  /** What its steps run over. */
  readonly along: "steps" | "outputSteps" | "once";
  readonly cell: Cell;
  readonly sizes: Sizes;
}

/** What was read: tokens by their numbers, or vectors. */
export type TracedInput =
  | { readonly kind: "tokens"; readonly tokens: Int32Array }
  | {
      readonly kind: "vectors";
      /** [steps, width], row by row. */
      readonly vectors: Numbers;
      readonly width: number;
    };

export interface TokenProbability {
  readonly token: string;
  readonly probability: number;
}

/** The likeliest next tokens after each step. */
export interface LikelyTokens {
  /** How many a step. */
  readonly count: number;
  /** [steps, count], the likeliest first: by their numbers in the vocabulary. */
  readonly tokens: Int32Array;
  /** [steps, count] */
  readonly probabilities: Float64Array;
}

/** What a language model expected, without its function. */
export interface PlainPredictions {
  /** [steps]: −log p of the token that came next, nats; NaN at the last step. */
  readonly surprisal: Float64Array;
  readonly likely: LikelyTokens;
  /** What can be predicted: the model's vocabulary, in the order of `probabilities`. */
  readonly vocabulary: readonly string[];
  /** [steps, vocabulary], row by row; null unless the trace was asked for them. */
  readonly probabilities: Numbers | null;
}

/** What a language model expected. */
export interface TracedPredictions extends PlainPredictions {
  /** The most likely next tokens after a step, the likeliest first. */
  top(step: number): readonly TokenProbability[];
}

export interface Trace<Names extends string = string> {
  /** One a step of the input: the token, or "0", "1", … */
  readonly labels: readonly string[];
  /** One a step of a decoder; else none. */
  readonly outputLabels: readonly string[];
  /** The labels where tokens were read; none for vectors. */
  readonly tokens: readonly string[];
  readonly input: TracedInput;
  /** One a recurrent layer and direction: from below, forward before backward, encoder before decoder. */
  readonly places: readonly TracePlace[];
  /** One a place. Layers that read backward are turned round: step t is where they read input t. */
  readonly layers: readonly LayerTrace<Names>[];
  /** Of a language model. */
  readonly predictions: TracedPredictions | null;
  /** Of the other models. */
  readonly output: NetworkOutput | WrittenOutput | RecurrentRun | null;
}

/** What happened in a window of steps. All of it is valid until the next is asked for. */
export interface TraceWindow<Names extends string = string> {
  /** The first step's number. */
  readonly start: number;
  readonly steps: number;
  /** One a step of the window. */
  readonly labels: readonly string[];
  /** One a step of a decoder; else none. */
  readonly outputLabels: readonly string[];
  /** The labels where tokens were read; none for vectors. */
  readonly tokens: readonly string[];
  /** One a place, as `trace` has them; of the window's steps. */
  readonly layers: readonly LayerTrace<Names>[];
  /** Of a language model: of the window's steps; NaN only at the text's last. */
  readonly predictions: TracedPredictions | null;
  /** Of the other models: the window's answers. One that answers at the end says what it would answer if the input ended here. */
  readonly output: Trace["output"];
}

/** A window of a language model. */
export interface LanguageTraceWindow<Names extends string = string> extends TraceWindow<Names> {
  readonly predictions: TracedPredictions;
}
