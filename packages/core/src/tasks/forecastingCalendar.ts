/**
 * Where a time stands in its day, week and year, as points on circles: what comes round is told by a sine and a cosine, so that
 * 23:00 lies beside 00:00. UTC.
 */
import type { Cells } from "../data/examples.ts";
import { DAY, type TimeStep } from "../data/seriesTime.ts";
import { cos, sin } from "../numbers/portable.ts";

export const CALENDAR_FEATURES = ["timeOfDay", "dayOfWeek", "dayOfYear"] as const;
export type CalendarFeature = (typeof CALENDAR_FEATURES)[number];

/** How much of its round has passed, 0 to below 1. */
const PASSED: { readonly [F in CalendarFeature]: (seconds: number) => number } = {
  timeOfDay: (seconds) => seconds / DAY - Math.floor(seconds / DAY),
  // Whole days from Monday on: 1970-01-01 was a Thursday.
  dayOfWeek: (seconds) => {
    const days = Math.floor(seconds / DAY) + 3;
    return (days - 7 * Math.floor(days / 7)) / 7;
  },
  dayOfYear: (seconds) => {
    const days = Math.floor(seconds / DAY);
    const year = new Date(days * DAY * 1000).getUTCFullYear();
    const first = startOfYear(year);
    return (days - first) / (startOfYear(year + 1) - first);
  },
};

/** Days since 1970-01-01. */
function startOfYear(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1) / (1000 * DAY);
}

/** How long a round is, about. */
const ROUND: { readonly [F in CalendarFeature]: number } = {
  timeOfDay: DAY,
  dayOfWeek: 7 * DAY,
  dayOfYear: 365 * DAY,
};

/**
 * What a model may learn from: rounds of two steps or more that the training part holds twice at least. A season seen once is not known
 * to come again.
 */
export function usefulFeatures(step: TimeStep, rows: number): CalendarFeature[] {
  const seconds = step.unit === "seconds" ? step.count : step.count * 30 * DAY;
  return CALENDAR_FEATURES.filter(
    (feature) => seconds * 2 <= ROUND[feature] && seconds * rows >= 2 * ROUND[feature],
  );
}

/** Writes a sine and a cosine a feature, in order: 2 · features.length numbers. */
export function writeCalendar(
  features: readonly CalendarFeature[],
  seconds: number,
  into: Cells,
  at: number,
): void {
  let place = at;
  for (const feature of features) {
    const turn = 2 * Math.PI * PASSED[feature](seconds);
    into[place++] = sin(turn);
    into[place++] = cos(turn);
  }
}
