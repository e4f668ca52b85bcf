/** What analysis makes of equations before they are a program: a graph whose sizes are still classes, and what is learned in it. */
import type { MemoryPath } from "./alterations.ts";
import type { Place } from "./equationError.ts";
import type { Graph } from "./graph.ts";
import type { NodeId } from "./program.ts";
import type { WidthClass, Widths } from "./widths.ts";

export interface DraftState {
  readonly name: string;
  readonly width: WidthClass;
  readonly initial: number;
  readonly previous: NodeId;
  /** −1 until its line is reached. */
  value: NodeId;
}

export interface DraftVector {
  readonly name: string;
  readonly node: NodeId;
  readonly width: WidthClass;
  readonly at: Place;
  /** Whether it is a factor anywhere: then it is not a bias. */
  multiplied: boolean;
}

export interface DraftMatrix {
  readonly name: string;
  readonly rows: WidthClass;
  readonly columns: readonly WidthClass[];
  readonly at: Place;
}

/** In the order in which they were asked for. */
export interface DraftMask {
  readonly width: WidthClass;
  /** The source that is multiplied by it, as products name it; the state that it holds; or the signal's two parts. */
  readonly of:
    | { readonly source: NodeId }
    | { readonly state: number }
    | { readonly keep: number }
    | { readonly hold: number };
}

export interface DraftProduct {
  readonly matrix: number;
  readonly columnsBefore: readonly WidthClass[];
  readonly source: NodeId;
  readonly sum: number;
}

export interface DraftSignal {
  readonly name: string;
  readonly node: NodeId;
  /** Null where it is a number. */
  readonly width: WidthClass | null;
  readonly state: boolean;
  readonly caption: string;
  /** The node as the equations have it: what its range is read from. */
  readonly written: NodeId;
}

export interface Draft {
  readonly graph: Graph;
  readonly widths: Widths;
  readonly input: NodeId;
  readonly inputWidth: WidthClass;
  readonly states: readonly DraftState[];
  readonly vectors: readonly DraftVector[];
  readonly matrices: readonly DraftMatrix[];
  readonly masks: readonly DraftMask[];
  /** The node of each pre-activation. */
  readonly sums: readonly NodeId[];
  readonly products: readonly DraftProduct[];
  /** Those of the equations, then those of memory paths. */
  readonly signals: readonly DraftSignal[];
  /** By state; empty unless asked for. */
  readonly memory: readonly (MemoryPath | null)[];
}
