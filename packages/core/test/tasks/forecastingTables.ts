/** Small made-up tables with times, and the numbers that a task makes of them. */
import type { Examples, VectorSequences } from "../../src/data/examples.ts";
import type { Table, TableColumn } from "../../src/data/table.ts";

export const HOUR = 3600;

/** All of the table is to train on, and it is read plainly. */
export const PLAIN = {
  target: "y",
  horizon: 2,
  history: 3,
  calendar: [],
  validation: 0,
  test: 0,
} as const;

/** Hourly from 1970-01-01 on; lists of strings are columns of words. */
export function hourly(
  columns: { readonly [name: string]: readonly number[] | readonly string[] },
  step = HOUR,
): Table {
  const rows = Math.max(...Object.values(columns).map(({ length }) => length));
  const times = Array.from({ length: rows }, (_, row) => row * step);
  const others = Object.entries(columns).map(([name, values]): TableColumn => {
    const words = values.filter((value) => typeof value === "string");
    if (words.length === rows) return { kind: "text", name, values: words };
    return { kind: "number", name, values: values.filter((value) => typeof value === "number") };
  });
  return {
    name: "x.csv",
    rows,
    columns: [{ kind: "time", name: "when", values: times }, ...others],
  };
}

/** The steps of one example. */
export function stepsOf(sequences: VectorSequences | null, example: number): number[][] {
  if (!sequences) return [];
  const { width } = sequences;
  const steps = sequences.steps(example);
  const into = new Float64Array(steps * width);
  sequences.copy(example, into, 0, width);
  return Array.from({ length: steps }, (_, t) => [...into.slice(t * width, (t + 1) * width)]);
}

export function inputOf(examples: Examples, example: number): number[][] {
  if (examples.input.kind !== "vectors") throw new TypeError("tokens");
  return stepsOf(examples.input, example);
}

export function targetOf(examples: Examples, example: number): number[][] {
  if (examples.target?.kind !== "vectors") throw new TypeError("no vectors");
  return stepsOf(examples.target, example);
}
