/** How far apart the rows of a series are, in words. */
import type { Values } from "@cellstate/core";
import { withCommas } from "./numbers.ts";

export interface TimeStep {
  /** The most frequent distance between neighbours. */
  readonly seconds: number;
  /** `hourly`, `monthly`, `every 10 minutes`, or `at irregular times`. */
  readonly name: string;
}

/** Distances that are looked at. */
const LOOK = 20_000;
/** Gaps may be in a series; so many of its distances are equal. */
const MOSTLY = 0.9;
const DAY = 86_400;

const NAMES: readonly (readonly [least: number, most: number, name: string])[] = [
  [1, 1, "every second"],
  [60, 60, "every minute"],
  [3600, 3600, "hourly"],
  [DAY, DAY, "daily"],
  [7 * DAY, 7 * DAY, "weekly"],
  [28 * DAY, 31 * DAY, "monthly"],
  [90 * DAY, 92 * DAY, "quarterly"],
  [365 * DAY, 366 * DAY, "yearly"],
];

/** @returns Null for times that do not ascend, or fewer than two. */
export function findTimeStep(times: Values<number>): TimeStep | null {
  const counts = new Map<number, number>();
  let last = times.at(0) ?? Number.NaN;
  for (let row = 1; row < times.length; row++) {
    const time = times.at(row) ?? Number.NaN;
    if (!(time > last)) return null;
    // Milliseconds: times of day in seconds and fractions are not exact.
    const distance = Math.round((time - last) * 1000) / 1000;
    if (row <= LOOK) counts.set(distance, (counts.get(distance) ?? 0) + 1);
    last = time;
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  if (most === undefined) return null;
  const [seconds] = most;
  const looked = Math.min(LOOK, times.length - 1);
  for (const [from, to, name] of NAMES) {
    let within = 0;
    for (const [distance, count] of counts) if (distance >= from && distance <= to) within += count;
    if (within >= MOSTLY * looked) return { seconds, name };
  }
  // Five days a week are daily too.
  if (seconds === DAY && most[1] >= 0.7 * looked) return { seconds, name: "daily, with gaps" };
  if (most[1] < MOSTLY * looked) return { seconds, name: "at irregular times" };
  return { seconds, name: `every ${inUnits(seconds)}` };
}

/** Whether times were meant to ascend: nearly all do, a few stand in the wrong place or twice (as the hour that is put back in autumn). */
export function nearlyAscends(times: Values<number>): boolean {
  let ascending = 0;
  for (let row = 1; row < times.length; row++) {
    if ((times.at(row) ?? Number.NaN) > (times.at(row - 1) ?? Number.NaN)) ascending++;
  }
  return times.length > 1 && ascending >= MOSTLY * (times.length - 1);
}

function inUnits(seconds: number): string {
  if (seconds % DAY === 0) return `${withCommas(seconds / DAY)} days`;
  if (seconds % 3600 === 0) return `${seconds / 3600} hours`;
  if (seconds % 60 === 0) return `${seconds / 60} minutes`;
  return `${seconds} seconds`;
}
