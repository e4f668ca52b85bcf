/** Which part of a heatmap is in sight, and how that moves: plain numbers, in cells. Ends may lie within a cell. */
import type { Reduction, Window2d } from "./bitmap.ts";

/** What there is: steps and rows. */
export interface Whole {
  readonly steps: number;
  readonly rows: number;
}

/** No nearer than this many cells. */
const FEWEST = { steps: 8, rows: 4 };

export function wholeSight({ steps, rows }: Whole): Window2d {
  return { from: 0, to: steps, top: 0, bottom: rows };
}

export function isWhole(sight: Window2d, { steps, rows }: Whole): boolean {
  return sight.from <= 0 && sight.to >= steps && sight.top <= 0 && sight.bottom >= rows;
}

/** @param factor 2: twice as near. @param x What stays in place, as a share of the sight's width; `y` likewise. */
export function zoomed(
  { from, to, top, bottom }: Window2d,
  factor: number,
  x: number,
  y: number,
  whole: Whole,
): Window2d {
  const width = span((to - from) / factor, FEWEST.steps, whole.steps);
  const height = span((bottom - top) / factor, FEWEST.rows, whole.rows);
  const left = from + x * (to - from - width);
  const above = top + y * (bottom - top - height);
  return within({ from: left, to: left + width, top: above, bottom: above + height }, whole);
}

/** Moved by cells, as far as there are any. */
export function panned(sight: Window2d, steps: number, rows: number, whole: Whole): Window2d {
  const { from, to, top, bottom } = sight;
  return within(
    { from: from + steps, to: to + steps, top: top + rows, bottom: bottom + rows },
    whole,
  );
}

/** Moved just so far that a cell is in sight. @returns the same where it is already. */
export function following(sight: Window2d, step: number, row: number, whole: Whole): Window2d {
  const steps = past(step, sight.from, sight.to);
  const rows = row < 0 ? 0 : past(row, sight.top, sight.bottom);
  return steps === 0 && rows === 0 ? sight : panned(sight, steps, rows, whole);
}

/** How many cells are one pixel, as powers of two, so that none is left out. */
export function reductionFor(sight: Window2d, width: number, height: number): Reduction {
  return {
    steps: cellsAPixel(sight.to - sight.from, width),
    rows: cellsAPixel(sight.bottom - sight.top, height),
  };
}

function cellsAPixel(cells: number, pixels: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(cells / Math.max(1, pixels))));
}

function span(wanted: number, fewest: number, all: number): number {
  return Math.min(all, Math.max(Math.min(fewest, all), wanted));
}

export function within({ from, to, top, bottom }: Window2d, { steps, rows }: Whole): Window2d {
  const [left, right] = moved(from, to, steps);
  const [above, below] = moved(top, bottom, rows);
  return { from: left, to: right, top: above, bottom: below };
}

/** All of it, where a stretch is as long but for rounding. */
function moved(from: number, to: number, all: number): [number, number] {
  const length = to - from;
  if (all - length < 1e-6) return [0, all];
  const start = Math.max(0, Math.min(all - length, from));
  return [start, start + length];
}

/** How far a cell is out of sight; one of which the middle is to be seen is in it. */
function past(index: number, from: number, to: number): number {
  const middle = index + 0.5;
  if (middle < from) return index - from;
  return middle > to ? index + 1 - to : 0;
}
