/**
 * Dates and times as people write them into tables: ISO 8601 with or without a zone, and days, months and years between slashes, points
 * or hyphens. All become seconds since 1970-01-01T00:00Z; what names no zone is read as UTC.
 */

/** In which order a date's parts stand. */
export type DateOrder = "yearFirst" | "dayFirst" | "monthFirst";

const YEAR_FIRST =
  /^(\d{4})([-/])(\d{1,2})(?:\2(\d{1,2})(?:[T ] ?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)? ?(?:(Z|UTC|GMT)|([+-])(\d{2}):?(\d{2})?)?)?)?$/i;
const YEAR_LAST =
  /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:,? (\d{1,2}):(\d{2})(?::(\d{2}))? ?([AP]M)?)?$/i;

export interface ParsedTime {
  readonly seconds: number;
  /** Whether it said its zone; a date alone says none and needs none. */
  readonly zone: "named" | "none" | "date";
}

/** The time, or undefined where the text is none in that order. */
export function parseTime(text: string, order: DateOrder): ParsedTime | undefined {
  const first = text.charCodeAt(0);
  if (first < 48 || first > 57) return undefined;
  return order === "yearFirst" ? parseYearFirst(text) : parseYearLast(text, order);
}

function parseYearFirst(text: string): ParsedTime | undefined {
  const match = YEAR_FIRST.exec(text);
  if (match === null) return undefined;
  const [, year, , month, day = "1", hour, minute = "0", second = "0", fraction = "0"] = match;
  const [, , , , , , , , , utc, sign, zoneHours = "0", zoneMinutes = "0"] = match;
  const seconds = secondsOf(+year, +month, +day, +(hour ?? 0), +minute, +second);
  if (seconds === undefined) return undefined;
  if (+zoneHours > 18 || +zoneMinutes > 59) return undefined;
  const offset = (+zoneHours * 60 + +zoneMinutes) * 60 * (sign === "-" ? -1 : 1);
  const zone = utc !== undefined || sign !== undefined ? "named" : hour ? "none" : "date";
  return { seconds: seconds + Number(`0.${fraction}`) - offset, zone };
}

function parseYearLast(text: string, order: DateOrder): ParsedTime | undefined {
  const match = YEAR_LAST.exec(text);
  if (match === null) return undefined;
  const [, one, separator, two, year, hour, minute = "0", second = "0", half] = match;
  // Points stand in dates of languages that put the day first.
  if (separator === "." && order === "monthFirst") return undefined;
  const [day, month] = order === "dayFirst" ? [one, two] : [two, one];
  const clock = half === undefined ? +(hour ?? 0) : hourOf(+hour, half);
  if (clock === undefined) return undefined;
  const seconds = secondsOf(+year, +month, +day, clock, +minute, +second);
  return seconds === undefined ? undefined : { seconds, zone: hour ? "none" : "date" };
}

/** 12 AM is midnight. */
function hourOf(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toUpperCase() === "PM" ? 12 : 0);
}

/** Undefined where there is no such day or time of day. */
export function secondsOf(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
): number | undefined {
  if (year < 1000 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
    return undefined;
  if (hour > 23 || minute > 59 || second > 59 || hour < 0 || minute < 0) return undefined;
  const milliseconds = Date.UTC(year, month - 1, day, hour, minute, second);
  // The 31st of February would be in March.
  return new Date(milliseconds).getUTCDate() === day ? milliseconds / 1000 : undefined;
}

/** `2014-01-02T03:00Z`, without what is zero at the end of it. */
export function showTime(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString();
  if (text.endsWith("T00:00:00.000Z")) return text.slice(0, 10);
  return text.endsWith(":00.000Z") ? `${text.slice(0, 16)}Z` : text;
}
