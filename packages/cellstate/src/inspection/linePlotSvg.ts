/** Several lines as SVG, on a logarithmic axis or as shares of 0 to 1: each with a colour and a dash of its own, named in the key. */
import { element, escaped, FAINT, INK, short, textAt, widthOf } from "./svg.ts";

export interface PlotLine {
  readonly name: string;
  /** By x, from 0; what has no place on the axis is a gap. */
  readonly values: ArrayLike<number>;
  /** A light, dotted line for comparison. */
  readonly faint?: boolean;
}

export interface PlotBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** ColorBrewer's Dark2, which keeps apart for the colour-blind in this order of use. */
const COLOURS = ["#1b9e77", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#a6761d"] as const;
const DASHES = ["", "6 3", "2 2", "8 2 2 2", "12 3", "1 3"] as const;
/** What is smaller is not drawn. */
const MOST_DECADES = 24;
const KEY_LINE = 16;

/** Rows of the key above the plot. */
export function keyHeight(lines: readonly PlotLine[], width: number): number {
  return placeKey(lines, width).rows * KEY_LINE;
}

function placeKey(lines: readonly PlotLine[], width: number) {
  let [x, row] = [0, 0];
  const places = lines.map(({ name }) => {
    const wide = 34 + widthOf(name, 11) + 14;
    if (x > 0 && x + wide > width) [x, row] = [0, row + 1];
    const place = { x, row };
    x += wide;
    return place;
  });
  return { places, rows: row + 1 };
}

/** @param axis What x is. @param box Of the lines; the key stands above it, numbers left of and below it. */
export function drawLogPlot(
  lines: readonly PlotLine[],
  { x, y, width, height }: PlotBox,
  axis: string,
): string {
  const positive = lines.flatMap(({ values }) =>
    Array.from(values).filter((value) => value > 0 && Number.isFinite(value)),
  );
  const most = positive.reduce((high, value) => Math.max(high, value), Number.MIN_VALUE);
  const least = positive.reduce((low, value) => Math.min(low, value), most);
  const top = positive.length === 0 ? 0 : Math.ceil(Math.log10(most));
  const bottom = Math.min(
    top - 1,
    Math.max(top - MOST_DECADES, Math.floor(Math.log10(least)) || top - 1),
  );
  const length = Math.max(2, ...lines.map(({ values }) => values.length));
  const xOf = (at: number): number => x + (at / (length - 1)) * width;
  const yOf = (value: number): number =>
    placed(y, height, (top - Math.log10(value)) / (top - bottom));

  let content = "";
  const every = Math.ceil((top - bottom) / 8);
  for (let decade = top; decade >= bottom; decade -= every) {
    const at = y + ((top - decade) / (top - bottom)) * height;
    content += element("path", { d: `M${short(x)} ${short(at)}h${width}`, stroke: "#e4e4e4" });
    const power = `10${element("tspan", { dy: -4, "font-size": 7 }, escaped(signed(decade)))}`;
    content += element(
      "text",
      { x: x - 6, y: at + 4, "font-size": 10, "text-anchor": "end", fill: FAINT },
      power,
    );
  }
  content += ticksBelow(length, y + height, xOf) + below(axis, x + width / 2, y + height + 30);
  return content + drawLines(lines, { x, y, width, height }, xOf, yOf);
}

/** NaN below the axis. */
function placed(y: number, height: number, share: number): number {
  return share > 1 ? Number.NaN : y + share * height;
}

/** The frame, the lines and the key above them. */
function drawLines(
  lines: readonly PlotLine[],
  { x, y, width, height }: PlotBox,
  xOf: (at: number) => number,
  yOf: (value: number) => number,
): string {
  let content = element("path", {
    ...{ d: `M${x} ${y}v${height}h${width}`, fill: "none", stroke: "#999999" },
  });
  const { places, rows } = placeKey(lines, width);
  for (const [index, line] of lines.entries()) {
    const style = {
      ...{ fill: "none", stroke: COLOURS[index % COLOURS.length] },
      "stroke-width": line.faint ? 1.2 : 1.8,
      "stroke-dasharray": DASHES[index % DASHES.length] || undefined,
      "stroke-linejoin": "round",
    };
    content += element("path", { d: pathOf(line.values, xOf, yOf), ...style });
    const place = places[index];
    const keyX = x + place.x;
    const keyY = y - 10 - (rows - 1 - place.row) * KEY_LINE;
    content += element("path", { d: `M${short(keyX)} ${short(keyY)}h28`, ...style });
    content += textAt(keyX + 34, keyY + 4, line.name, { fill: INK });
  }
  return content;
}

/** Lines of shares, 0 to 1. @param from Above the key. @returns Where it ends. */
export function drawShares(
  lines: readonly PlotLine[],
  from: number,
  { x, width, height }: Omit<PlotBox, "y">,
  axis: string,
): { readonly content: string; readonly y: number } {
  const y = from + 14 + keyHeight(lines, width);
  const length = Math.max(2, ...lines.map(({ values }) => values.length));
  const xOf = (at: number): number => x + (at / (length - 1)) * width;
  const yOf = (value: number): number => y + (1 - Math.min(1, value)) * height;
  let content = "";
  for (const share of [0, 0.5, 1]) {
    content += element("path", {
      d: `M${short(x)} ${short(yOf(share))}h${width}`,
      stroke: "#e4e4e4",
    });
    content += textAt(x - 6, yOf(share) + 4, String(share), {
      ...{ "font-size": 10, "text-anchor": "end", fill: FAINT },
    });
  }
  content += ticksBelow(length, y + height, xOf) + below(axis, x + width / 2, y + height + 30);
  return {
    content: content + drawLines(lines, { x, y, width, height }, xOf, yOf),
    y: y + height + 36,
  };
}

function below(axis: string, x: number, y: number): string {
  return textAt(x, y, axis, { "text-anchor": "middle" });
}

function ticksBelow(length: number, y: number, xOf: (at: number) => number): string {
  let content = "";
  const step = niceStep(length / 8);
  for (let at = 0; at < length; at += step) {
    content += element("path", { d: `M${short(xOf(at))} ${short(y)}v4`, stroke: "#999999" });
    content += textAt(xOf(at), y + 15, String(at), {
      ...{ "font-size": 10, "text-anchor": "middle", fill: FAINT },
    });
  }
  return content;
}

function pathOf(
  values: ArrayLike<number>,
  xOf: (at: number) => number,
  yOf: (value: number) => number,
): string {
  let path = "";
  let isGap = true;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    const isThere = value >= 0 && Number.isFinite(yOf(value));
    if (isThere) path += `${isGap ? "M" : "L"}${short(xOf(at))} ${short(yOf(value))}`;
    isGap = !isThere;
  }
  return path === "" ? "M0 0" : path;
}

function signed(value: number): string {
  return value < 0 ? `−${-value}` : String(value);
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
export function niceStep(least: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return ([1, 2, 5, 10].find((times) => times * unit >= least) ?? 10) * unit;
}
