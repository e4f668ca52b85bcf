/** What the digits of an ISO date come from in a written one, and where attention looked for them. */
import type { Transduced } from "../../packages/core/src/index.ts";

export type Part = "year" | "month" | "day";

/** Of one digit of an answer. */
export interface Alignment {
  readonly part: Part;
  /** Whether the largest weight lies on the part that the digit comes from. */
  readonly largest: boolean;
  /** Of all its weights, the share on that part. */
  readonly weight: number;
}

type Span = readonly [from: number, to: number];

/** The twelve ways in which the dates are written come down to these. */
const FORMS: readonly RegExp[] = [
  /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})$/d,
  /^(?<year>\d{4})[-/.](?<month>\d{1,2})[-/.](?<day>\d{1,2})$/d,
  /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{2}|\d{4})$/d,
  /^(?<day>\d{1,2})[-.](?<month>\d{1,2})[-.](?<year>\d{2}|\d{4})$/d,
  /^(?:[a-z]+, ?)?(?<day>\d{1,2})[- ]?(?<month>[a-z]+)[- ]?(?<year>\d{2}|\d{4})$/di,
  /^(?<month>[a-z]+) (?<day>\d{1,2}),? (?<year>\d{4})$/di,
];

/** Where the parts of a written date stand; null for none of the forms. */
export function partsOf(input: string): Readonly<Record<Part, Span>> | null {
  for (const form of FORMS) {
    const groups = form.exec(input)?.indices?.groups;
    if (groups?.year && groups.month && groups.day) {
      return { year: groups.year, month: groups.month, day: groups.day };
    }
  }
  return null;
}

/** What each character of `YYYY-MM-DD` is; null for the hyphens. */
const ANSWER: readonly (Part | null)[] = [
  ...(["year", "year", "year", "year"] as const),
  null,
  ...(["month", "month"] as const),
  null,
  ...(["day", "day"] as const),
];

/** Of every digit that an answer should have and has characters for; nothing without attention. */
export function alignmentOf(input: string, { attention }: Transduced): Alignment[] {
  const parts = partsOf(input);
  if (!parts) throw new RangeError(`a date in an unknown form: ${JSON.stringify(input)}`);
  if (!attention) return [];
  const { source, target, weights } = attention;
  return ANSWER.flatMap((part, step) => {
    // The last of its target is the end.
    if (part === null || step >= target.length - 1) return [];
    const row = weights.subarray(step * source.length, (step + 1) * source.length);
    const [from, to] = parts[part];
    const best = row.indexOf(Math.max(...row));
    return {
      part,
      largest: best >= from && best < to,
      weight: row.subarray(from, to).reduce((sum, weight) => sum + weight, 0),
    };
  });
}

/** The mean share of an input that the parts of a digit are: what weights without any order would have there. */
export function chanceOf(input: string): number {
  const parts = partsOf(input);
  if (!parts) throw new RangeError(`a date in an unknown form: ${JSON.stringify(input)}`);
  const digits = ANSWER.filter((part) => part !== null);
  const share = (part: Part): number => (parts[part][1] - parts[part][0]) / (input.length + 1);
  return digits.reduce((sum, part) => sum + share(part), 0) / digits.length;
}

/** Lines of text: the input above, a row a character of the answer, tenths of its weights. */
export function heatMap(input: string, { attention }: Transduced): string[] {
  if (!attention) return [];
  const { source, target, weights } = attention;
  const lines = [`      ${source.map((name) => (name.length === 1 ? name : "$")).join("")}`];
  for (const [step, name] of target.entries()) {
    const row = weights.subarray(step * source.length, (step + 1) * source.length);
    const marks = Array.from(row, (weight) =>
      weight < 0.1 ? "." : String(Math.min(9, Math.floor(10 * weight))),
    );
    const part = ANSWER[step] ?? null;
    const span = part && partsOf(input)?.[part];
    const from = span ? `  ${part} ${input.slice(...span)}` : "";
    lines.push(`  ${name.length === 1 ? name : "$"}   ${marks.join("")}${from}`);
  }
  return lines;
}
