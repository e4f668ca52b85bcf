/** Lines as an SVG document, for files: the same lines, dashes, markers and names as on the page. */
import { shortNumber } from "./colours.ts";
import { pageColour } from "./ground.ts";
import {
  dashOf,
  decadesOf,
  isDrawn,
  type LinesData,
  labelsOf,
  longestOf,
  type Marker,
  markedSteps,
  markerOf,
  rangeOf,
} from "./linesData.ts";

export interface LinesSvg extends LinesData {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel?: string;
  readonly width?: number;
  readonly height?: number;
}

/** @returns a whole document, in the colours that the page has now. */
export function linesSvg(lines: LinesSvg): string {
  const { title, width = 800, height = 320 } = lines;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12"><title>${escaped(title)}</title><rect width="100%" height="100%" fill="${pageColour("--ground")}"/>${linesGroup(lines, width, height)}</svg>`;
}

/** The same without the document around it, to be put beside other pictures. */
export function linesGroup(lines: LinesSvg, width: number, height: number): string {
  const { series, bands = [], x, isLog = false, xLabel, yLabel } = lines;
  const steps = longestOf(lines);
  const names = Math.max(0, ...series.map(({ name }) => name.length));
  const [left, right] = [64, width - Math.min(width / 3, 14 + 7 * names)];
  const [top, bottom] = [12, height - 44];
  const [low, high] = rangeOf(lines).map((end) => (isLog ? Math.log10(end) : end));
  const [first, last] = [x?.[0] ?? 0, x?.[steps - 1] ?? Math.max(1, steps - 1)];
  const xOf = (n: number) =>
    left + (((x?.[n] ?? n) - first) / (last - first || 1)) * (right - left);
  const yOf = (value: number) =>
    bottom - (((isLog ? Math.log10(value) : value) - low) / (high - low)) * (bottom - top);
  const at = (n: number, values: ArrayLike<number>) =>
    `${xOf(n).toFixed(1)} ${yOf(values[n]).toFixed(1)}`;
  const faint = pageColour("--faint");
  const text = (where: string, words: string) =>
    `<text ${where} fill="${faint}">${escaped(words)}</text>`;
  const parts: string[] = [];
  const heights = isLog
    ? decadesOf(rangeOf(lines), 7)
    : [0, 0.25, 0.5, 0.75, 1].map((part) => low + part * (high - low));
  for (const value of heights) {
    const y = yOf(value).toFixed(1);
    const words = isLog ? `1e${Math.round(Math.log10(value))}` : shortNumber(value);
    parts.push(
      `<path d="M${left} ${y}H${right}" stroke="${faint}" stroke-opacity="0.3"/>`,
      text(`x="${left - 6}" y="${y}" dy="4" text-anchor="end"`, words),
    );
  }
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const n = Math.round(part * (steps - 1));
    const where = `x="${xOf(n).toFixed(1)}" y="${bottom + 18}" text-anchor="middle"`;
    parts.push(text(where, shortNumber(x?.[n] ?? n)));
  }
  parts.push(
    text(`x="${(left + right) / 2}" y="${height - 8}" text-anchor="middle"`, xLabel),
    text(
      `transform="translate(14 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle"`,
      yLabel ?? "",
    ),
  );
  for (const { low: lower, high: upper, colour } of bands) {
    const inside = Array.from({ length: lower.length }, (_, n) => n).filter(
      (n) => isDrawn(lower[n], isLog) && isDrawn(upper[n], isLog),
    );
    const points = [
      ...inside.map((n) => at(n, upper)),
      ...inside.toReversed().map((n) => at(n, lower)),
    ];
    parts.push(
      `<path d="M${points.join("L")}Z" fill="${pageColour(colour)}" fill-opacity="0.22"/>`,
    );
  }
  for (const [index, each] of series.entries()) {
    const colour = pageColour(each.colour);
    let path = "";
    for (let n = 0; n < each.values.length; n++) {
      if (!isDrawn(each.values[n], isLog)) continue;
      path += `${n > 0 && isDrawn(each.values[n - 1], isLog) ? "L" : "M"}${at(n, each.values)}`;
    }
    const dash = dashOf(each, index).join(" ");
    parts.push(
      `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${dash && ` stroke-dasharray="${dash}"`}/>`,
    );
    if (series.length < 2) continue;
    for (const n of markedSteps(each.values.length, right - left, index, series.length)) {
      if (!isDrawn(each.values[n], isLog)) continue;
      parts.push(
        `<path transform="translate(${at(n, each.values)})" d="${SHAPES[markerOf(index)]}" fill="${colour}"/>`,
      );
    }
  }
  for (const { series: index, end, at: y } of labelsOf(lines, yOf, { top, bottom, line: 15 })) {
    const { name, colour } = series[index];
    parts.push(
      `<text x="${(xOf(end) + 8).toFixed(1)}" y="${y.toFixed(1)}" dy="4" font-weight="600" fill="${pageColour(colour)}">${escaped(name)}</text>`,
    );
  }
  return parts.join("");
}

const SHAPES: Readonly<Record<Marker, string>> = {
  circle: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
  square: "M-4 -4H4V4H-4Z",
  triangle: "M0 -5L5 4H-5Z",
  diamond: "M0 -5L5 0L0 5L-5 0Z",
};

/** Text as it stands in SVG; what XML cannot hold is left out. */
export function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
