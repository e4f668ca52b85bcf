/**
 * A grid of coloured cells for SVG. Few cells are shapes, sharp at any size; many are a picture of their own, a pixel a cell, inside the
 * SVG: docs/decisions/0018-heatmaps-are-pictures-within.md has the measurements.
 */
import { encodePng } from "./png.ts";
import { type ColourScale, colourAt, positionOf, type Rgb } from "./scales.ts";
import { element, short } from "./svg.ts";

/** Shades that are told apart: more take room and are not seen. */
const LEVELS = 64;
/** Cells of a picture from which on they are pixels: as shapes they take 25 bytes each. */
export const PIXELS_FROM = 20_000;
/** Where a negative cell is hatched: large enough to see, and strong enough to matter. */
const HATCHED_SIZE = 5;
const HATCHED_STRENGTH = 0.2;

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  at(column: number, row: number): number;
}

export interface GridPlace {
  readonly x: number;
  readonly y: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/**
 * What grids refer to, once in a picture: the hatch, and hard edges of pixels by the name that browsers have for them. The attribute has an
 * older name, which drawers that are no browsers know; they pass over `@supports`.
 */
export const GRID_PARTS =
  element("style", {}, "@supports(image-rendering:pixelated){image{image-rendering:pixelated}}") +
  element(
    "defs",
    {},
    element(
      "pattern",
      { id: "below", width: 5, height: 5, patternUnits: "userSpaceOnUse" },
      element("path", { d: "M0 5L5 0", stroke: "#ffffff", "stroke-width": 0.6, opacity: 0.6 }),
    ),
  );

/** @param asPixels Whether the picture has cells for it: see `PIXELS_FROM`. */
export function drawGrid(
  grid: Grid,
  scale: ColourScale,
  place: GridPlace,
  asPixels: boolean,
): string {
  const levels = levelsOf(grid, scale);
  const cells = asPixels
    ? drawPixels(grid, levels, scale, place)
    : drawShapes(grid, levels, scale, place);
  if (asPixels || !isHatched(scale, place)) return cells;
  const strong = ((LEVELS - 1) / 2) * (1 - HATCHED_STRENGTH);
  const path = runs(grid, place, (index) => (levels[index] < strong ? 1 : 0)).get(1);
  return path === undefined ? cells : cells + element("path", { d: path, fill: "url(#below)" });
}

/** Whether cells of such a size that are below zero are hatched, where they are shapes. */
export function isHatched(
  { kind }: ColourScale,
  { cellWidth, cellHeight }: Pick<GridPlace, "cellWidth" | "cellHeight">,
): boolean {
  return kind === "signed" && Math.min(cellWidth, cellHeight) >= HATCHED_SIZE;
}

/** A cell's shade, and LEVELS where there is no number. */
function levelsOf({ columns, rows, at }: Grid, scale: ColourScale): Uint8Array {
  const levels = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const position = positionOf(scale, at(column, row));
      levels[row * columns + column] = Number.isNaN(position)
        ? LEVELS
        : Math.round(position * (LEVELS - 1));
    }
  }
  return levels;
}

function paletteOf({ kind }: ColourScale): Rgb[] {
  return Array.from({ length: LEVELS + 1 }, (_, level) =>
    colourAt(kind, level < LEVELS ? level / (LEVELS - 1) : Number.NaN, "paper"),
  );
}

function drawPixels(
  { columns, rows }: Grid,
  levels: Uint8Array,
  scale: ColourScale,
  { x, y, cellWidth, cellHeight }: GridPlace,
): string {
  const png = Buffer.from(encodePng(levels, columns, rows, paletteOf(scale))).toString("base64");
  return element("image", {
    ...{ x, y, width: columns * cellWidth, height: rows * cellHeight },
    preserveAspectRatio: "none",
    // Browsers are told by the style in GRID_PARTS.
    "image-rendering": "optimizeSpeed",
    href: `data:image/png;base64,${png}`,
  });
}

function drawShapes(grid: Grid, levels: Uint8Array, scale: ColourScale, place: GridPlace): string {
  const palette = paletteOf(scale);
  const paths = Array.from(
    runs(grid, place, (index) => levels[index]),
    ([level, d]) => element("path", { d, fill: `rgb(${palette[level].join()})` }),
  );
  return element("g", { "shape-rendering": "crispEdges" }, paths.join(""));
}

/** Neighbours in a row that are alike make one rectangle; rectangles that are alike one path. */
function runs(
  { columns, rows }: Grid,
  { x, y, cellWidth, cellHeight }: GridPlace,
  kindOf: (index: number) => number,
): Map<number, string> {
  const paths = new Map<number, string>();
  for (let row = 0; row < rows; row++) {
    const top = short(y + row * cellHeight);
    for (let from = 0; from < columns; ) {
      const kind = kindOf(row * columns + from);
      let to = from + 1;
      while (to < columns && kindOf(row * columns + to) === kind) to++;
      const wide = short((to - from) * cellWidth);
      const d = `M${short(x + from * cellWidth)} ${top}h${wide}v${short(cellHeight)}h-${wide}z`;
      paths.set(kind, (paths.get(kind) ?? "") + d);
      from = to;
    }
  }
  return paths;
}
