/**
 * What the page shows: all that a link restores, as plain data. Views read it through signals of the session (`session.ts`); the address is written
 * from it and read into it (`address.ts`).
 */
import type { Overrides, UnitOrder } from "@cellstate/core";

/** In the order of the navigation; an id stands in links, and never changes its meaning. */
export const VIEW_IDS = [
  "tour",
  "walk",
  "strip",
  "states",
  "ledger",
  "context",
  "gradients",
  "saturation",
  "find",
  "clamp",
  "compare",
  "shapes",
  "train",
  "equations",
] as const;
export type ViewId = (typeof VIEW_IDS)[number];

/** One for all views. */
export interface Cursor {
  /** Which recurrent layer and direction, as a trace counts its places. */
  readonly place: number;
  readonly unit: number;
  readonly step: number;
}

/** A model that the page brings along, by its name; or one of the person's own, by the digest of its file. */
export type ModelRef =
  | { readonly kind: "built-in"; readonly name: string }
  | {
      readonly kind: "file";
      /** SHA-256 of the bytes, the first 16 hexadecimal digits. */
      readonly digest: string;
      /** As the file was called, for messages. */
      readonly name: string;
    };

/** What the model is to read. */
export type PageInput =
  /** Typed or dropped: words, numbers a line, or a table, as the model reads. */
  | { readonly kind: "text"; readonly text: string }
  /** One of those that a built-in model brings along. */
  | { readonly kind: "sample"; readonly sample: number };

export const ORDERS = [
  "number",
  "likeness",
  "saturation",
  "correlation",
  "mean",
] as const satisfies readonly (UnitOrder | "number")[];
export type PageOrder = (typeof ORDERS)[number];

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export interface PageState {
  readonly view: ViewId;
  readonly model: ModelRef;
  readonly input: PageInput;
  readonly cursor: Cursor;
  /** Which signal views of one signal show: `f`. */
  readonly signal: string;
  /** How units are sorted. */
  readonly order: PageOrder;
  /** Units of the place under the cursor that were selected, in rising order: what shows units shows these alone. Null for all. */
  readonly selected: readonly number[] | null;
  /** Values put in place of computed ones, by node of the step under the cursor. */
  readonly edits: Overrides;
  /** What a view remembers of its own, by view: `{ context: { first: "…" } }`. */
  readonly own: Partial<Readonly<Record<ViewId, Json>>>;
}
