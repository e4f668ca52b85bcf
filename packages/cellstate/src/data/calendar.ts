/** Times that a table has in several columns or as plain numbers: year, month, day and hour side by side; seconds since 1970. */
import type { NumberColumn, Values } from "@cellstate/core";
import type { Spool } from "./spool.ts";
import { mapValues, NumberStore } from "./stores.ts";
import { secondsOf } from "./times.ts";

const PARTS = ["year", "month", "day", "hour", "minute"] as const;
const OTHER_NAMES: Readonly<Record<string, string>> = {
  yr: "year",
  mo: "month",
  mon: "month",
  dy: "day",
  dom: "day",
  hr: "hour",
  min: "minute",
};

/** Columns that name a time when put together. */
export interface JoinedTime {
  /** In the order year, month, day … */
  readonly from: readonly NumberColumn[];
  /** Seconds since 1970. */
  readonly values: Values<number>;
}

/**
 * Finds the columns year, month and, if they are there, day, hour and minute. A year alone counts only where it ascends from row to row:
 * the year in which a car was built is no time of a series.
 *
 * @returns Null where there are none, or they hold anything but whole numbers that name a time.
 */
export function joinTime(columns: readonly NumberColumn[], spool: Spool): JoinedTime | null {
  const byPart = new Map<string, NumberColumn>();
  for (const column of columns) {
    const name = column.name.toLowerCase();
    const part = OTHER_NAMES[name] ?? name;
    if (!byPart.has(part)) byPart.set(part, column);
  }
  const from: NumberColumn[] = [];
  for (const part of PARTS) {
    const column = byPart.get(part);
    if (column === undefined) break;
    from.push(column);
  }
  if (from.length === 0) return null;
  const values = new NumberStore(spool);
  const parts = [0, 1, 1, 0, 0];
  const rows = from[0].values.length;
  let last = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < from.length; i++) {
      const value = from[i].values.at(row) ?? Number.NaN;
      if (!Number.isInteger(value)) return null;
      parts[i] = value;
    }
    const seconds = secondsOf(parts[0], parts[1], parts[2], parts[3], parts[4]);
    if (seconds === undefined || (from.length === 1 && seconds <= last)) return null;
    values.append(seconds);
    last = seconds;
  }
  return { from, values };
}

const EPOCH_NAME =
  /(?:^|[^a-z])(?:date|time|datetime|timestamp|epoch|unix|unixtime|ts)(?:$|[^a-z])/i;

/** Numbers of a column that is named so, and that are seconds or milliseconds between 1973 and 2286: as seconds. */
export function readEpoch(
  { name, values }: NumberColumn,
  smallest: number,
  largest: number,
): { readonly unit: "seconds" | "milliseconds"; readonly values: Values<number> } | null {
  const words = name.replaceAll(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ");
  if (!EPOCH_NAME.test(words)) return null;
  if (smallest >= 1e8 && largest < 1e10) return { unit: "seconds", values };
  if (smallest < 1e11 || largest >= 1e13) return null;
  return { unit: "milliseconds", values: mapValues(values, (value) => value / 1000) };
}
