/** A line chart as SVG: panels side by side on one scale, which begins at zero, with x in powers of two. */

export interface Panel {
  readonly xLabel: string;
  /** x and y, by rising x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly yLabel: string;
  readonly panels: readonly Panel[];
}

const PANEL_WIDTH = 320;
const PANEL_HEIGHT = 200;
const LEFT = 56;
const GAP = 28;
const TOP = 56;
const BOTTOM = 44;
/** Readable on white and on black. */
const INK = "#7a7a7a";
const LINE = "#2f7fd0";

/** A round step that gives four to eight of them up to `most`. */
function tick(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most / 4));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => most / step <= 8) ?? 10 * power;
}

export function chart({ title, yLabel, panels }: Chart): string {
  const ys = panels.flatMap(({ points }) => points.map(([, y]) => y));
  const step = tick(1.15 * Math.max(...ys));
  const top = step * Math.ceil((1.15 * Math.max(...ys)) / step);
  const height = (y: number) => round(TOP + PANEL_HEIGHT * (1 - y / top));
  const lines: string[] = [];
  for (const [index, { xLabel, points }] of panels.entries()) {
    const left = LEFT + index * (PANEL_WIDTH + GAP);
    const [first, last] = [points[0][0], points[points.length - 1][0]];
    const across = (x: number) =>
      round(left + 16 + ((PANEL_WIDTH - 32) * Math.log2(x / first)) / Math.log2(last / first));
    for (let y = 0; y <= top * (1 + 1e-9); y += step) {
      lines.push(
        `<line x1="${left}" x2="${left + PANEL_WIDTH}" y1="${height(y)}" y2="${height(y)}" stroke="${INK}" stroke-opacity="${y === 0 ? 1 : 0.25}"/>`,
      );
      if (index === 0) lines.push(text(left - 8, height(y) + 4, `${round(y)}`, "end"));
    }
    const path = points.map(([x, y]) => `${across(x)},${height(y)}`).join(" ");
    lines.push(`<polyline points="${path}" fill="none" stroke="${LINE}" stroke-width="2"/>`);
    for (const [x, y] of points) {
      lines.push(`<circle cx="${across(x)}" cy="${height(y)}" r="3.5" fill="${LINE}"/>`);
      lines.push(text(across(x), height(y) - 9, y.toPrecision(3), "middle"));
      lines.push(text(across(x), TOP + PANEL_HEIGHT + 16, x.toLocaleString("en"), "middle"));
    }
    lines.push(text(left + PANEL_WIDTH / 2, TOP + PANEL_HEIGHT + 36, xLabel, "middle"));
  }
  const width = LEFT + panels.length * (PANEL_WIDTH + GAP);
  const total = TOP + PANEL_HEIGHT + BOTTOM;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" font-family="sans-serif" font-size="12" fill="${INK}">
${text(GAP, 18, title, "start")}
${text(GAP, TOP - 14, yLabel, "start")}
${lines.join("\n")}
</svg>
`;
}

const text = (x: number, y: number, content: string, anchor: "start" | "middle" | "end") =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;

const round = (value: number) => Math.round(value * 100) / 100;
