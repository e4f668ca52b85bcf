/** What the page's questions and their answers are made of: plain data that a worker can post. */
import type { Decay, LayerChange, StateChange } from "@cellstate/core";
import type { FittedScale } from "cellstate/scales";
import type { PageInput } from "../state/page.ts";

/** What is typed for a model: words, numbers a line, or a table under a line of names. */
export type Reads = "text" | "rows" | "table";

/** What is known of an open model without computing. */
export interface OpenModel {
  /** By which questions name it. */
  readonly id: string;
  /** The file's name, or the built-in one's title. */
  readonly title: string;
  /** `layers`: recurrent layers alone, as PyTorch keeps them. */
  readonly family: "language model" | "network" | "layers";
  /** What a network does, `forecasting`; null for the others. */
  readonly task: string | null;
  readonly reads: Reads;
  /** Something that it can read, before anybody has said what. */
  readonly example: string;
  /** What a person should know of how the file was read, a line; null for nothing. */
  readonly note: string | null;
  readonly parameters: number;
  readonly places: readonly OpenPlace[];
  /** How its tokens are cut, `words`; null for numbers. */
  readonly tokens: string | null;
}

export interface OpenPlace {
  /** `rnn.0`, `encoder.1.reverse` */
  readonly name: string;
  readonly units: number;
  readonly direction: "forward" | "backward";
  readonly cell: PlaceCell;
}

export interface PlaceCell {
  readonly name: string;
  readonly equations: string;
  /** MathML. */
  readonly typeset: string;
  readonly signals: readonly {
    readonly name: string;
    readonly caption: string;
    readonly range: readonly [number, number] | null;
    /** Whether it is carried to the next step: h, c. */
    readonly isState: boolean;
  }[];
}

/** One signal of one place over the whole input. */
export interface SignalValues {
  /** [steps, units], row by row. */
  readonly values: Float32Array;
  readonly steps: number;
  readonly units: number;
}

/** With the colours that its values have. */
export interface FittedSignal extends SignalValues {
  readonly fitted: FittedScale;
  /** Values that are no numbers. */
  readonly missing: number;
}

/** What units can be correlated with: how little the next token was expected, or how far the input is read. */
export const ORDER_LABELS = ["surprisal", "position"] as const;
export type OrderLabel = (typeof ORDER_LABELS)[number];

/** What the model said and saw along its input. */
export interface Reading {
  /** One a step. */
  readonly labels: readonly string[];
  /** One a step of what a decoder writes; else none. */
  readonly outputLabels: readonly string[];
  readonly steps: number;
  /** Steps of a place, where it runs along something else than the input. */
  readonly placeSteps: readonly number[];
  /** Vectors that were read, [steps, width]; null for tokens. */
  readonly vectors: {
    readonly values: Float32Array;
    readonly width: number;
    /** What each number is called; null where nothing is known, or one column became several numbers. */
    readonly names: readonly string[] | null;
  } | null;
  /** The most likely next tokens after each step, the likeliest first; null where there are none. */
  readonly top:
    | readonly (readonly { readonly token: string; readonly probability: number }[])[]
    | null;
  /** [steps]: −log p of the token that came, nats; NaN where none came. */
  readonly surprisal: Float64Array | null;
  /** What a network answered, as its task says it; null for what is no network. */
  readonly answer: string | null;
}

/** A node of a step, as the walk gives it (core's `WalkNode`). */
export interface WalkedNode {
  readonly id: string;
  readonly kind: string;
  readonly expression: string;
  readonly signal: string | null;
  readonly caption: string | null;
  readonly op: string | null;
  readonly matrix: string | null;
  readonly inputs: readonly string[];
  readonly values: Float64Array;
  readonly edited: boolean;
  readonly changed: boolean;
}

/** Of one state: norms by distance from the loss, and what they come to. */
export interface NormsOf extends Decay {
  readonly norms: Float64Array;
}

export interface FlowOfState {
  readonly name: string;
  /** Whether a later step reads it. */
  readonly isRead: boolean;
  readonly whole: NormsOf;
  /** Through the memory alone; null for a state without a memory path. */
  readonly path: NormsOf | null;
}

/** What a change of context did in a layer. */
export interface ContextLayer extends Pick<LayerChange, "forgetting"> {
  readonly place: string;
  readonly states: readonly ContextState[];
}

export interface ContextState extends StateChange {
  /** The gate that keeps it, over the steps of each continuation; null where there is none. */
  readonly keep: {
    readonly name: string;
    readonly caption: string;
    readonly values: readonly [SignalValues, SignalValues];
  } | null;
}

/** One unit at one step: a signal a line, in the order of the equations. */
export interface UnitSignal {
  readonly name: string;
  readonly caption: string;
  readonly value: number;
  /** One step before, for what is carried; null for the others, and at the first step. */
  readonly before: number | null;
}

/** What came out of a run in which signals were held, or not. */
export interface ClampedOutcome {
  /** Mean over the input; null where nothing is known that could be wanted. */
  readonly loss: number | null;
  /** As of `Reading`. */
  readonly top: Reading["top"];
  readonly answer: string | null;
}

/** What units are looked for by: steps of the input, both ends in it, or a rule by core's name. */
export type FindBy =
  | { readonly kind: "span"; readonly from: number; readonly to: number }
  | { readonly kind: "rule"; readonly name: string }
  /** Just after one of these. */
  | { readonly kind: "names"; readonly names: readonly string[] };

/** Which input of which model a question is about. */
export interface Read {
  readonly model: string;
  readonly input: PageInput;
}

/** The accounts of one state of a place (core's `KeptState`), each [steps, units]; or why there are none. */
export type StateAccounts =
  | {
      readonly name: string;
      readonly reason: null;
      readonly steps: number;
      readonly units: number;
      readonly keep: Float32Array;
      readonly kept: Float32Array;
      readonly erased: Float32Array;
      readonly written: Float32Array;
      readonly memory: Float32Array;
      /** What the layer lets others see of it; null where nothing. */
      readonly shown: Float32Array | null;
    }
  | { readonly name: string; readonly reason: string };
