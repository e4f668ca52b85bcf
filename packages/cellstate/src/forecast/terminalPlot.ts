/**
 * A small plot of a forecast for a terminal: what was, what is to come and the band around it. Lines are made of Braille dots, two by four in a
 * character; the band is shaded; no colour is needed to read it.
 */
import { showTime } from "@cellstate/core";
import { displayWidth } from "../terminal/text.ts";

export interface PlottedForecast {
  readonly title: string;
  /** The last known values with their times; NaN where one is missing. */
  readonly past: { readonly times: readonly number[]; readonly values: readonly number[] };
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** The outermost; null for a forecast without bands. */
  readonly band: {
    readonly share: number;
    readonly low: readonly number[];
    readonly high: readonly number[];
  } | null;
}

const ROWS = 10;
const WIDEST = 100;
const NARROWEST = 24;
/** Bits of the Braille pattern at U+2800, by column and row. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** @param width Columns there are. @returns Lines, none longer; none at all where there is no room. */
export function terminalPlot(forecast: PlottedForecast, width: number): string[] {
  const { past, values, times, band } = forecast;
  const all = [...past.values, ...values, ...(band?.low ?? []), ...(band?.high ?? [])];
  const known = all.filter((value) => Number.isFinite(value));
  if (known.length === 0 || width < NARROWEST) return [];
  const least = Math.min(...known);
  const most = Math.max(...known);
  const span = most > least ? most - least : 1;
  const labels = [most, (least + most) / 2, least].map((value) => shortly(value, span));
  const margin = Math.max(...labels.map(displayWidth));
  const columns = Math.min(width, WIDEST) - margin - 2;
  const steps = past.values.length + values.length;
  const xOf = (step: number): number => (step / Math.max(1, steps - 1)) * (2 * columns - 1);
  const yOf = (value: number): number => ((most - value) / span) * (4 * ROWS - 1);

  const dots = Array.from({ length: ROWS }, () => new Uint8Array(columns));
  const shaded = Array.from({ length: ROWS }, () => new Uint8Array(columns));
  const first = past.values.length;
  line([...past.values, ...values], xOf, yOf, dots);
  if (band) {
    for (let column = 0; column < columns; column++) {
      const step = ((2 * column + 0.5) / (2 * columns - 1)) * (steps - 1) - first;
      if (step < 0) continue;
      const top = yOf(between(band.high, step));
      const bottom = yOf(between(band.low, step));
      for (let row = 0; row < ROWS; row++) {
        if (4 * row + 3 >= top && 4 * row <= bottom) shaded[row][column] = 1;
      }
    }
  }
  const now = first > 0 ? Math.round(xOf(first - 0.5) / 2) : -1;
  const lines = dots.map((row, at) => {
    const label =
      at === 0 ? labels[0] : at === ROWS - 1 ? labels[2] : at === ROWS >> 1 ? labels[1] : "";
    const cells = Array.from(row, (bits, column) => {
      if (bits > 0) return String.fromCharCode(0x2800 + bits);
      if (shaded[at][column] > 0) return "░";
      return column === now ? "┊" : " ";
    });
    return `${label.padStart(margin)} │${cells.join("")}`.trimEnd();
  });
  const from = showTime(past.times[0] ?? times[0]);
  const to = showTime(times[times.length - 1]);
  const axis = " ".repeat(margin + 2);
  const gap = columns - from.length - to.length;
  const share = band === null ? "" : `, ░ ${Math.round(100 * band.share)} % band`;
  return [
    `${forecast.title}${share}`.slice(0, width),
    ...lines,
    gap > 0 ? `${axis}${from}${" ".repeat(gap)}${to}` : `${axis}${to}`.slice(0, width),
  ];
}

/** Joins neighbours by dots; a missing value leaves a gap. */
function line(
  values: readonly number[],
  xOf: (step: number) => number,
  yOf: (value: number) => number,
  dots: readonly Uint8Array[],
): void {
  const put = (x: number, y: number): void => {
    const [column, row] = [Math.round(x), Math.round(y)];
    dots[row >> 2][column >> 1] |= DOTS[column & 1][row & 3];
  };
  values.forEach((value, step) => {
    if (!Number.isFinite(value)) return;
    const [x, y] = [xOf(step), yOf(value)];
    put(x, y);
    const before = values[step - 1];
    if (step === 0 || !Number.isFinite(before)) return;
    const [fromX, fromY] = [xOf(step - 1), yOf(before)];
    const length = Math.ceil(Math.max(Math.abs(x - fromX), Math.abs(y - fromY)));
    for (let i = 1; i < length; i++) {
      put(fromX + ((x - fromX) * i) / length, fromY + ((y - fromY) * i) / length);
    }
  });
}

function between(values: readonly number[], at: number): number {
  const below = Math.min(values.length - 1, Math.floor(at));
  const above = Math.min(values.length - 1, below + 1);
  return values[below] + (at - below) * (values[above] - values[below]);
}

/** A number in as few figures as tell the plot's rows apart. */
function shortly(value: number, span: number): string {
  const decimals = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(span))));
  return Math.abs(value) >= 1e7 ? value.toExponential(1) : value.toFixed(span >= 20 ? 0 : decimals);
}
