/**
 * Several lines on a logarithmic axis, for a terminal: each line is drawn with a sign of its own, so that no colour is needed to tell them
 * apart.
 */
import { shortNumber } from "../inspection/scales.ts";
import { displayWidth, padEnd, truncate } from "./text.ts";

export interface LogLine {
  /** One column wide. */
  readonly sign: string;
  readonly name: string;
  /** By x, from 0; what is not above zero is not drawn. */
  readonly values: ArrayLike<number>;
}

const ROWS = 12;
const WIDEST = 100;
const NARROWEST = 30;
/** Decades that are shown: what is smaller is not drawn. */
const MOST_DECADES = 24;
/** Where lines meet. */
const SEVERAL = "*";

/**
 * @param width Columns there are.
 * @param axis What x is: `steps back from the loss`.
 * @returns Lines, none longer; none where there is no room or nothing to draw.
 */
export function logPlot(lines: readonly LogLine[], axis: string, width: number): string[] {
  const positive = lines.flatMap(({ values }) =>
    Array.from(values).filter((value) => value > 0 && Number.isFinite(value)),
  );
  if (positive.length === 0 || width < NARROWEST) return [];
  const top = Math.ceil(Math.log10(positive.reduce((most, value) => Math.max(most, value))));
  const least = Math.log10(positive.reduce((low, value) => Math.min(low, value)));
  const bottom = Math.min(top - 1, Math.max(Math.floor(least), top - MOST_DECADES));
  const length = Math.max(...lines.map(({ values }) => values.length));
  const labels = [top, (top + bottom) / 2, bottom].map((decade) => shortNumber(10 ** decade));
  const margin = Math.max(...labels.map(displayWidth));
  const columns = Math.min(width, WIDEST) - margin - 2;
  const cells = Array.from({ length: ROWS }, () => new Array<string>(columns).fill(" "));
  for (const { sign, values } of lines) {
    for (let column = 0; column < columns; column++) {
      const x = Math.round((column / Math.max(1, columns - 1)) * (length - 1));
      // Few points stand apart; many are joined by being more than columns.
      if (
        length < columns &&
        Math.round((x / Math.max(1, length - 1)) * (columns - 1)) !== column
      ) {
        continue;
      }
      const value = values[x];
      if (!(value > 0 && Number.isFinite(value))) continue;
      const place = (top - Math.log10(value)) / (top - bottom);
      if (place > 1) continue;
      const row = Math.max(0, Math.round(place * (ROWS - 1)));
      cells[row][column] = cells[row][column] === " " ? sign : SEVERAL;
    }
  }
  const rows = cells.map((row, at) => {
    const label = at === 0 ? labels[0] : at === ROWS - 1 ? labels[2] : "";
    return `${label.padStart(margin)} │${row.join("")}`.trimEnd();
  });
  const last = String(length - 1);
  const room = columns - 1 - last.length;
  const middle = truncate(axis, Math.max(0, room - 2));
  const before = Math.max(0, (room - displayWidth(middle)) >> 1);
  const scale = `0${padEnd(" ".repeat(before) + middle, room)}${last}`;
  const meet = cells.some((row) => row.includes(SEVERAL)) ? `   ${SEVERAL}: several` : "";
  const key = `${lines.map(({ sign, name }) => `${sign}: ${name}`).join("   ")}${meet}`;
  return [...rows, `${" ".repeat(margin + 2)}${scale}`, truncate(key, width)];
}
