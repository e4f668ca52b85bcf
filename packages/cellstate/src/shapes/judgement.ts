/** How good a model was on examples that it did not learn from: figures with intervals, beside what needs no model. */
import type { BootstrapOptions, Estimate, Sums, TaskKind } from "@cellstate/core";
import { bootstrapSums } from "@cellstate/core";
import { truncate, withoutControls } from "../terminal/text.ts";

export interface Figure {
  /** Its name in JSON: `macroF1`. */
  readonly name: string;
  /** What people call it: `macro F1`. */
  readonly label: string;
  readonly estimate: Estimate;
  /** How it is shown. @default number */
  readonly as?: "share" | "number" | "percent";
}

export interface Judgement {
  readonly task: TaskKind;
  /** What was judged: `370 examples`. */
  readonly of: string;
  readonly figures: readonly Figure[];
  /** What stands below the figures, a line each: the top confusions, tags one by one. */
  readonly details: readonly string[];
  /** One plain sentence: whether it beats what needs no model. Null where nothing is to compare with. */
  readonly verdict: string | null;
  /** What JSON has beside the figures. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** Draws of examples for an interval, all resamples together: of many examples fewer resamples say enough. */
const MOST_DRAWN = 2e7;

export function resamplesFor(examples: number): number {
  return Math.max(100, Math.min(1000, Math.floor(MOST_DRAWN / Math.max(1, examples))));
}

/** A figure that is a formula over sums, with its interval. */
export function figure(
  name: string,
  label: string,
  sums: Sums,
  statistic: (sums: Float64Array) => number,
  options: BootstrapOptions & { readonly as?: Figure["as"] } = {},
): Figure {
  const { as, ...bootstrap } = options;
  const resamples = resamplesFor(sums.count);
  return { name, label, estimate: bootstrapSums(sums, statistic, { resamples, ...bootstrap }), as };
}

/** A figure without an interval. */
export function plainFigure(name: string, label: string, value: number, as?: Figure["as"]): Figure {
  return { name, label, estimate: { value, low: Number.NaN, high: Number.NaN }, as };
}

/** As `eval --json` prints it: figures by name, their intervals beside them, and null for what is not known. */
export function judgementJson({ task, figures, more }: Judgement): Record<string, unknown> {
  const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    task,
    ...Object.fromEntries(figures.map(({ name, estimate }) => [name, known(estimate.value)])),
    intervals: Object.fromEntries(
      figures
        .filter(({ estimate }) => !Number.isNaN(estimate.low))
        .map(({ name, estimate: { low, high } }) => [name, [known(low), known(high)]]),
    ),
    ...more,
  };
}

const LONGEST_LABEL = 40;

/** A label as it stands within a line: it may hold line breaks and terminal codes. */
export function shownLabel(label: string): string {
  return truncate(withoutControls(label).replaceAll(/\s+/g, " "), LONGEST_LABEL);
}

/** `0.9432`, `94.3 %`, `1,204`: as many figures as say something. */
export function shownFigure(value: number, as: Figure["as"] = "number"): string {
  if (Number.isNaN(value)) return "?";
  if (as === "share") return `${(100 * value).toFixed(1)} %`;
  return Math.abs(value) >= 1000 ? value.toFixed(0) : Number(value.toPrecision(4)).toString();
}

/** The figures as aligned lines, label, value, 95 % interval; and the sentences below them. */
export function judgementLines({ of, figures, details, verdict }: Judgement): {
  readonly figures: readonly string[];
  readonly sentences: readonly string[];
} {
  const width = Math.max(...figures.map(({ label }) => label.length)) + 2;
  const values = figures.map(({ estimate, as }) => shownFigure(estimate.value, as));
  const valueWidth = Math.max(...values.map((value) => value.length));
  const lines = figures.map(({ label, estimate: { low, high }, as }, at) => {
    const interval = Number.isNaN(low)
      ? ""
      : `  95 %: ${shownFigure(low, as)} to ${shownFigure(high, as)}`;
    return `${label.padEnd(width)}${values[at].padStart(valueWidth)}${interval}`;
  });
  const sentences = [...details, ...(verdict === null ? [] : [verdict])];
  return { figures: [of, ...lines], sentences };
}

/** In one line, for the end of a training run: `test: accuracy 94.3 % (91.0 to 97.1), …`. */
export function judgementLine({ of, figures }: Judgement): string {
  const parts = figures.map(({ label, estimate: { value, low, high }, as }) => {
    const interval = Number.isNaN(low)
      ? ""
      : ` (${shownFigure(low, as).replace(" %", "")} to ${shownFigure(high, as).replace(" %", "")})`;
    return `${label} ${shownFigure(value, as)}${interval}`;
  });
  return `test, ${of}: ${parts.join(", ")}`;
}
