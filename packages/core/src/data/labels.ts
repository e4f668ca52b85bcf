/** Labels: which there are, how often each stands, what each example weighs so that rare ones count, and which columns are none. */
import { CellstateError } from "../errors.ts";
import { shown } from "../files/shown.ts";
import type { Values } from "./examples.ts";
import { valueAt } from "./splits.ts";

/** Where a column or list of values stands, for messages. */
export interface Place {
  /** What messages call the whole: a file's name. */
  readonly name: string;
  /** What messages call the values: a column's name. */
  readonly column: string;
  /** What messages call one of them. */
  readonly unit: "row" | "example" | "token";
}

export interface LabelCounts {
  /** Distinct, in the order of their UTF-16 units. */
  readonly labels: readonly string[];
  /** Examples of each. */
  readonly counts: readonly number[];
  /** The index of each one's first example. */
  readonly first: readonly number[];
}

/**
 * How much the examples of a class count. `balanced`: inversely to how many there are, so that all classes count alike together. `sqrt`:
 * inversely to the square root of that, milder.
 */
export const CLASS_WEIGHTS = ["none", "balanced", "sqrt"] as const;
export type ClassWeights = (typeof CLASS_WEIGHTS)[number];

/** More labels than this are taken for a mistake, … */
export const MOST_LABELS = 10_000;
/** … and so are more than this where most of them stand once. */
const FEW_LABELS = 20;

/** @throws CellstateError `data` for an example without a label. */
export function countLabels(values: Values<string>, place: Place): LabelCounts {
  const counts = new Map<string, { count: number; readonly first: number }>();
  for (let index = 0; index < values.length; index++) {
    const label = valueAt(values, index);
    if (label === "") {
      const { unit, column } = place;
      throw refusal(
        place,
        `${unit} ${index + 1}: no \`${shown(column)}\`; give the label or take the ${unit} out`,
      );
    }
    const known = counts.get(label);
    if (known) known.count++;
    else counts.set(label, { count: 1, first: index });
  }
  const labels = [...counts.keys()].sort();
  return {
    labels,
    counts: labels.map((label) => counts.get(label)?.count ?? 0),
    first: labels.map((label) => counts.get(label)?.first ?? 0),
  };
}

/**
 * Refuses what can be no labels to learn.
 *
 * @param single Whether a label may have a single example. Before examples are split it may not, since none could be held out; afterwards
 * it is what is left of two.
 * @throws CellstateError `data`: no example, one label, nearly as many labels as examples, a label of one example.
 */
export function checkLabels(
  { labels, counts, first }: LabelCounts,
  place: Place,
  single: "refused" | "allowed" = "refused",
): void {
  const { unit } = place;
  const column = `column \`${shown(place.column)}\``;
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) throw refusal(place, `no ${unit}s to learn from`);
  if (labels.length === 1) {
    throw refusal(
      place,
      `${column} holds "${shown(labels[0])}" in every ${unit}; give examples of another label too`,
    );
  }
  if (labels.length > MOST_LABELS || (labels.length > FEW_LABELS && labels.length > total / 2)) {
    const different = `${spelt(labels.length)} different values in ${spelt(total)} ${unit}s`;
    throw refusal(
      place,
      `${column} has ${different}, too many for labels; name another column, or for numbers use --task row-regression`,
    );
  }
  const rare = labels.flatMap((label, at) => (counts[at] === 1 ? [{ label, at }] : []));
  if (rare.length === 0 || single === "allowed") return;
  const some = rare
    .slice(0, 3)
    .map(({ label, at }) => `"${shown(label)}" (${unit} ${first[at] + 1})`);
  const more = rare.length > some.length ? ` and ${spelt(rare.length - some.length)} more` : "";
  const [have, them] =
    rare.length === 1 ? ["has one example", "it"] : ["have one example each", "them"];
  throw refusal(
    place,
    `${column}: ${some.join(", ")}${more} ${have}; a label needs two, one to learn from and one to hold out: give more or take ${them} out`,
  );
}

/** What an example of each label weighs. The mean over the examples is 1, so that the loss keeps its scale. */
export function classWeights({ counts }: LabelCounts, kind: ClassWeights): readonly number[] {
  const raw = counts.map((count) =>
    kind === "none" ? 1 : 1 / (kind === "sqrt" ? Math.sqrt(count) : count),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mean = counts.reduce((sum, count, at) => sum + count * raw[at], 0) / total;
  return raw.map((weight) => weight / mean);
}

/** 43120 as `43,120`. */
export function spelt(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

function refusal({ name }: Place, message: string): CellstateError {
  return new CellstateError("data", `${shown(name)}: ${message}`);
}
