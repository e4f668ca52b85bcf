/** A table as a person has it: named columns of numbers, words or times. */
import type { Values } from "./examples.ts";

export interface NumberColumn {
  readonly kind: "number";
  readonly name: string;
  /** NaN where a value is missing. */
  readonly values: Values<number>;
}

/** Words: categories, labels, texts. */
export interface TextColumn {
  readonly kind: "text";
  readonly name: string;
  /** "" where a value is missing. */
  readonly values: Values<string>;
}

export interface TimeColumn {
  readonly kind: "time";
  readonly name: string;
  /** Seconds since 1970-01-01T00:00Z; ascending where the table is a series. */
  readonly values: Values<number>;
}

export type TableColumn = NumberColumn | TextColumn | TimeColumn;

export interface Table {
  /** What messages call it: a file's name. */
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly TableColumn[];
}
