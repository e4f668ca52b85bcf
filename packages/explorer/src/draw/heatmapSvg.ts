/** A heatmap as an SVG document, for files: its cells as a picture within, one pixel each, with names, numbers and the legend around it. */
import { everyFor, shownToken } from "./axes.ts";
import { type Cells, paintCells, pixelCanvas, rowsOf } from "./bitmap.ts";
import { type ColourScale, cssColour, ticksOf } from "./colours.ts";
import { ground, pageColour } from "./ground.ts";
import { escaped } from "./linesSvg.ts";
import { reductionFor, wholeSight } from "./sight.ts";

export interface HeatmapSvg {
  readonly cells: Cells;
  readonly scale: ColourScale;
  readonly title: string;
  readonly stepNames?: readonly string[];
  /** @default its number */
  readonly rowName?: (unit: number) => string;
  /** What the rows are. @default "unit" */
  readonly rowsWord?: string;
}

/** Pixels at the most; more cells than that share them, as on the page. */
const MOST = { columns: 4000, rows: 2000 };
const LEFT = 64;
const TOP = 52;
const STOPS = 16;

/** @returns a whole document, in the colours that the page has now. */
export function heatmapSvg(heatmap: HeatmapSvg): string {
  const { cells, scale, title, stepNames, rowName = String, rowsWord = "unit" } = heatmap;
  const rows = rowsOf(cells);
  const all = wholeSight({ steps: cells.steps, rows });
  const by = reductionFor(all, MOST.columns, MOST.rows);
  const [cellWidth, cellHeight] = [1000 / cells.steps, Math.min(14, Math.max(1, 480 / rows))];
  const [width, height] = [1000, rows * cellHeight];
  const small = pixelCanvas(
    paintCells(cells, all, scale, ground.peek(), by),
    Math.ceil(cells.steps / by.steps),
  );
  const faint = pageColour("--faint");
  const text = (x: number, y: number, anchor: string, words: string) =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${faint}">${escaped(words)}</text>`;
  const parts = [
    `<text x="${LEFT}" y="20" font-size="14" font-weight="600" fill="${pageColour("--ink")}">${escaped(title)}</text>`,
    legend(scale, faint, beyondWords(cells, scale)),
    `<image x="${LEFT}" y="${TOP}" width="${(small.width * by.steps * cellWidth).toFixed(3)}" height="${(small.height * by.rows * cellHeight).toFixed(3)}" preserveAspectRatio="none" style="image-rendering:pixelated" href="${dataUrl(small)}"/>`,
  ];
  for (let row = 0, every = everyFor(13, cellHeight); row < rows; row += every) {
    const y = TOP + (row + 0.5) * cellHeight + 4;
    parts.push(text(LEFT - 6, y, "end", rowName(cells.order?.[row] ?? row)));
  }
  const names = stepNames?.map(shownToken);
  const longest = Math.max(0, ...(names?.map(({ length }) => length) ?? []));
  const hasNames = names !== undefined && cellWidth >= 7 * Math.min(longest, 6);
  const every = hasNames ? 1 : everyFor(48, cellWidth);
  for (let step = 0; step < cells.steps; step += every) {
    const x = LEFT + (step + 0.5) * cellWidth;
    const words = hasNames ? names[step].slice(0, Math.floor(cellWidth / 6.5)) : String(step);
    parts.push(text(x, TOP + height + 16, "middle", words));
  }
  parts.push(
    text(LEFT + width / 2, TOP + height + 36, "middle", "step"),
    `<text transform="translate(14 ${TOP + height / 2}) rotate(-90)" text-anchor="middle" fill="${faint}">${escaped(rowsWord)}</text>`,
  );
  const [wide, tall] = [LEFT + width + 24, TOP + height + 48];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${tall}" viewBox="0 0 ${wide} ${tall}" font-family="system-ui, sans-serif" font-size="12"><title>${escaped(title)}</title><rect width="100%" height="100%" fill="${pageColour("--ground")}"/>${parts.join("")}</svg>`;
}

/** What the colours do not show: as the page's legend says it. */
function beyondWords({ values }: Cells, { low, high }: ColourScale): string {
  let [beyond, missing] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) missing++;
    else if (value < low || value > high) beyond++;
  }
  const parts = [
    beyond > 0 ? `${beyond} of ${values.length} beyond the ends: they have the end’s colour` : "",
    missing > 0 ? `${missing} without a number` : "",
  ];
  return parts.filter((part) => part !== "").join("; ");
}

function legend(scale: ColourScale, faint: string, beyond: string): string {
  const [x, y, width] = [LEFT + 40, 30, 200];
  const stops = Array.from({ length: STOPS }, (_, stop) => {
    const share = (stop + 0.5) / STOPS;
    const value =
      scale.kind === "log"
        ? scale.low * (scale.high / scale.low) ** share
        : scale.low + (scale.high - scale.low) * share;
    const at = x + (stop * width) / STOPS;
    return `<rect x="${at}" y="${y}" width="${width / STOPS + 0.5}" height="10" fill="${cssColour(scale, value, ground.peek())}"/>`;
  });
  const ticks = ticksOf(scale);
  return `${stops.join("")}<text x="${x - 6}" y="${y + 9}" text-anchor="end" fill="${faint}">${ticks[0].text}</text><text x="${x + width + 6}" y="${y + 9}" fill="${faint}">${ticks[ticks.length - 1].text}${beyond === "" ? "" : `   ${escaped(beyond)}`}</text>`;
}

function dataUrl(pixels: OffscreenCanvas): string {
  const canvas = document.createElement("canvas");
  canvas.width = pixels.width;
  canvas.height = pixels.height;
  canvas.getContext("2d")?.drawImage(pixels, 0, 0);
  return canvas.toDataURL();
}
