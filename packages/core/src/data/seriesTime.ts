/**
 * The time of a series: its step, in seconds or in months of the calendar, and what people call it. All in UTC, where every day has 86,400
 * seconds and no hour comes twice.
 */

/** From one row to the next. A year is 12 months, a week 604,800 seconds. */
export interface TimeStep {
  readonly unit: "seconds" | "months";
  /** Above 0; a whole number of months. */
  readonly count: number;
}

/** Where the rows of a regular series stand in time. */
export interface TimeGrid {
  readonly step: TimeStep;
  /** Of row 0, seconds since 1970-01-01T00:00Z. */
  readonly start: number;
  /** Steps of months keep to this day, 1 to 31, or the last of a shorter month. 1 for steps of seconds. */
  readonly day: number;
}

export const DAY = 86_400;
const HOUR = 3_600;
const WEEK = 7 * DAY;

/** Months since year 0, the day (1 to 31) and the second of the day. */
export interface CalendarTime {
  readonly month: number;
  readonly day: number;
  readonly second: number;
}

export function calendarTime(seconds: number): CalendarTime {
  const days = Math.floor(seconds / DAY);
  const date = new Date(days * DAY * 1000);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
  return { month, day: date.getUTCDate(), second: seconds - days * DAY };
}

/** Days since 1970-01-01 of a month's first day. */
function firstDay(month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(month / 12), month - 12 * Math.floor(month / 12), 1);
  return date.getTime() / (1000 * DAY);
}

/** The days of a month given in months since year 0: 28 to 31. */
export function daysInMonth(month: number): number {
  return firstDay(month + 1) - firstDay(month);
}

/** The time of a row, seconds; rows beyond the last one are the future. */
export function timeOfRow({ step, start, day }: TimeGrid, row: number): number {
  if (step.unit === "seconds") return start + row * step.count;
  const from = calendarTime(start);
  const month = from.month + row * step.count;
  const days = firstDay(month) + Math.min(day, daysInMonth(month)) - 1;
  return days * DAY + from.second;
}

/** Of a step, or of a day: what a clock may be off, and what fractions of seconds lose in float64. */
const TOLERANCE = 1e-3;

/** The row at which a time stands, or NaN where it lies between rows. */
export function rowOfTime(grid: TimeGrid, seconds: number): number {
  const { step, start } = grid;
  const steps =
    step.unit === "seconds"
      ? (seconds - start) / step.count
      : (calendarTime(seconds).month - calendarTime(start).month) / step.count;
  const row = Math.round(steps);
  const off = Math.abs(timeOfRow(grid, row) - seconds);
  const length = step.unit === "seconds" ? step.count : DAY;
  return off <= TOLERANCE * length ? row : Number.NaN;
}

export function sameStep(a: TimeStep, b: TimeStep): boolean {
  return a.unit === b.unit && a.count === b.count;
}

/** Units that a step may be a whole number of, longest first, and what one or several of them are called. */
const WORDS = [
  { unit: "months", length: 12, once: "yearly", many: "years" },
  { unit: "months", length: 3, once: "quarterly", many: null },
  { unit: "months", length: 1, once: "monthly", many: "months" },
  { unit: "seconds", length: WEEK, once: "weekly", many: "weeks" },
  { unit: "seconds", length: DAY, once: "daily", many: "days" },
  { unit: "seconds", length: HOUR, once: "hourly", many: "hours" },
  { unit: "seconds", length: 60, once: "every minute", many: "minutes" },
  { unit: "seconds", length: 1, once: "every second", many: "seconds" },
] as const;

/** `hourly`, `daily`, `monthly`, `every 15 minutes`. */
export function stepWords({ unit, count }: TimeStep): string {
  for (const word of WORDS) {
    if (word.unit !== unit) continue;
    if (count === word.length) return word.once;
    if (word.many !== null && count % word.length === 0) {
      return `every ${count / word.length} ${word.many}`;
    }
  }
  return `every ${count} ${unit}`;
}

/**
 * How many steps after which a series may be expected to come round: a day of hours or minutes, a week of days, a year of weeks, months or
 * quarters, an hour of seconds; 1 where nothing is to be expected.
 */
export function guessSeason({ unit, count }: TimeStep): number {
  if (unit === "months") return 12 % count === 0 ? 12 / count : 1;
  if (count === WEEK) return 52;
  if (count === DAY) return 7;
  const round = count < 60 ? HOUR : DAY;
  return count < round && round % count === 0 ? round / count : 1;
}

/** A time as messages show it: `2010-01-31`, `2010-01-31 05:00`, `2010-01-31 05:00:30`. */
export function showTime(seconds: number): string {
  const date = new Date(Math.floor(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  const [day, clock] = date.toISOString().slice(0, -5).split("T");
  if (clock === "00:00:00") return day;
  return `${day} ${clock.endsWith(":00") ? clock.slice(0, -3) : clock}`;
}
