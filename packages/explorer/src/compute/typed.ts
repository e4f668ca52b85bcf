/** What a person types or drops for a model that is no language model: which form it has, what it means to the model, and an example of it. */
import { type AnyTask, CellstateError, showTime } from "@cellstate/core";
import type { Reads } from "./questions.ts";
import { type ColumnKinds, tableFrom } from "./tables.ts";

/** What a task's file tells of a column. */
interface Column {
  readonly name: string;
  readonly kind: "number" | "category";
  readonly mean: number;
  readonly deviation: number;
  readonly categories: readonly string[];
}

type Forecasting = Extract<AnyTask, { kind: "forecasting" }>;

const EXAMPLE_TEXT = "My name is Krish. My brother's name is Wish.";
/** Of an invented series: its steps, and of its waves each. */
const EXAMPLE_STEPS = 48;
const WAVE = 16;
/** 2024-01-01. */
const EXAMPLE_TIME = 1_704_067_200;

export function readsOf(task: AnyTask): Reads {
  const { input } = task.ports;
  if (input.kind === "tokens") return "text";
  if (task.kind === "forecasting") return "table";
  if (input.kind === "vectors") return "rows";
  return columnsOf(task).length > 0 ? "table" : "text";
}

/** @throws CellstateError `data` for a text that does not say what the task reads. */
export function valueFrom(task: AnyTask, text: string): unknown {
  if (text.trim() === "" && readsOf(task) !== "text") {
    throw new CellstateError("data", "nothing to read: type or drop some numbers");
  }
  if (task.kind === "forecasting") return tableFrom(text, kindsOf(task));
  const columns = columnsOf(task);
  switch (readsOf(task)) {
    case "text":
      if (text === "") throw new CellstateError("data", "the text is empty: type a few characters");
      return text;
    case "rows": {
      const names = columns.map(({ name }) => name);
      const rows = rowsFrom(text, names.length, names);
      return { steps: rows.length, values: Float32Array.from(rows.flat()) };
    }
    case "table": {
      const kinds = columns.map(
        ({ name, kind }) => [name, kind === "number" ? "number" : "text"] as const,
      );
      const table = tableFrom(text, Object.fromEntries(kinds));
      return Object.fromEntries(table.columns.map(({ name, values }) => [name, values.at(0)]));
    }
  }
}

/**
 * Numbers a line, between blanks, commas or semicolons; a first line of names is passed over.
 *
 * @throws CellstateError `data` for what is no number, or lines of another width.
 */
export function rowsFrom(text: string, width: number, names: readonly string[] = []): number[][] {
  const lines = text.split("\n").map((line) => line.trim());
  const rows: number[][] = [];
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const fields = line.split(/[\s,;]+/);
    const row = fields.map((field) => (field === "" ? Number.NaN : Number(field)));
    if (row.some((value) => !Number.isFinite(value))) {
      if (rows.length === 0 && row.length === width && row.every(Number.isNaN)) continue;
      throw new CellstateError(
        "data",
        `line ${index + 1}: expected numbers between blanks or commas, got "${line.slice(0, 40)}"`,
      );
    }
    if (row.length !== width) {
      const what = names.length > 0 && names.length <= 8 ? ` (${names.join(", ")})` : "";
      throw new CellstateError(
        "data",
        `line ${index + 1}: this model reads ${width} numbers a step${what}, got ${row.length}`,
      );
    }
    rows.push(row);
  }
  if (rows.length > 0) return rows;
  throw new CellstateError("data", `nothing to read: type lines of ${width} numbers`);
}

/** Something that a model can read, before anybody has said what it is to read: invented, of the size of what it has learnt from. */
export function exampleText(task: AnyTask): string {
  if (task.kind === "forecasting") return exampleTable(task);
  const columns = columnsOf(task);
  switch (readsOf(task)) {
    case "text":
      return firstLabel(task) ?? EXAMPLE_TEXT;
    case "rows":
      return wavesText(columns);
    case "table":
      return csvText([
        columns.map(({ name }) => name),
        columns.map(({ kind, mean, categories }) =>
          kind === "number" ? short(mean) : (categories[0] ?? ""),
        ),
      ]);
  }
}

/** Waves about zero for layers that nothing is known of but the width. */
export function exampleVectors(width: number): string {
  return wavesText(Array.from({ length: width }, () => ({ mean: 0, deviation: 1 })));
}

/** A row of fields a line. */
export function csvText(rows: readonly (readonly string[])[]): string {
  const quoted = (field: string) =>
    /[",;\n\t]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  return rows.map((row) => row.map(quoted).join(",")).join("\n");
}

/** When each step of a forecaster's history was. */
export function stepTimes(task: Forecasting, table: unknown): readonly string[] {
  const { series } = task.series(table as Parameters<Forecasting["series"]>[0]);
  const { history } = task.config;
  const origin = series.rows;
  return Array.from({ length: history }, (_, t) => showTime(series.timeOf(origin - history + t)));
}

function kindsOf({ config }: Forecasting): ColumnKinds {
  const inputs = config.inputs.map(
    ({ name, kind }) => [name, kind === "number" ? "number" : "text"] as const,
  );
  return { [config.timeName]: "time", ...Object.fromEntries(inputs) };
}

function exampleTable({ config }: Forecasting): string {
  const { inputs, history, season, step, timeName } = config;
  const wave = season > 1 ? season : WAVE;
  const rows = Array.from({ length: history }, (_, t) => [
    timeAt(step, t),
    ...inputs.map((input, i) =>
      input.kind === "number" ? valueAt(input, t, wave, i) : (input.categories[0] ?? ""),
    ),
  ]);
  return csvText([[timeName, ...inputs.map(({ name }) => name)], ...rows]);
}

function timeAt({ unit, count }: Forecasting["config"]["step"], t: number): string {
  if (unit === "seconds") return showTime(EXAMPLE_TIME + t * count);
  const months = new Date(EXAMPLE_TIME * 1000);
  months.setUTCMonth(t * count);
  return showTime(months.getTime() / 1000);
}

function wavesText(columns: readonly Pick<Column, "mean" | "deviation">[]): string {
  const row = (_: unknown, t: number) =>
    columns.map((column, i) => valueAt(column, t, WAVE, i)).join(" ");
  return Array.from({ length: EXAMPLE_STEPS }, row).join("\n");
}

/** A wave for each column, a little later than the one before. */
function valueAt(
  { mean, deviation }: Pick<Column, "mean" | "deviation">,
  t: number,
  wave: number,
  column: number,
): string {
  return short(mean + deviation * Math.sin(2 * Math.PI * (t / wave - column / 8)));
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Of a task that writes from a label. */
function firstLabel(task: AnyTask): string | undefined {
  return task.kind === "generation" ? task.labels?.[0] : undefined;
}

export function columnsOf(task: AnyTask): readonly Column[] {
  const coding: unknown = Reflect.get(Object(task.toJson()), "input");
  const columns: unknown = Reflect.get(Object(coding), "columns");
  if (!Array.isArray(columns)) return [];
  return columns.map((each: Partial<Column>) => ({
    name: String(each.name),
    kind: each.kind ?? "number",
    mean: each.mean ?? 0,
    deviation: each.deviation ?? 1,
    categories: each.categories ?? [],
  }));
}
