/**
 * A heatmap for print: units from top to bottom, steps from left to right, a panel a signal, panels of the same steps below one another.
 * Long inputs go on in further blocks; where their tokens would be too dense to read, steps are numbered.
 *
 * Pure: data in, the text of an SVG out.
 */
import { drawGrid, GRID_PARTS, isHatched, PIXELS_FROM } from "./grid.ts";
import { drawLegend, LEGEND_WIDTH } from "./legend.ts";
import { niceStep } from "./linePlotSvg.ts";
import type { FittedScale } from "./scales.ts";
import { shownToken } from "./shownToken.ts";
import { document, element, FAINT, fitText, INK, MONO, short, textAt, widthOf } from "./svg.ts";

export interface HeatmapPanel {
  readonly name: string;
  readonly caption: string;
  /** As the cell has it: `f = sigmoid(…)`. */
  readonly equation: string | null;
  readonly fitted: FittedScale;
  /** Numbers of the units, in the order of the rows. */
  readonly units: readonly number[];
  /** In place of the units' numbers. */
  readonly rowNames?: ReadonlyMap<number, string>;
  at(step: number, unit: number): number;
}

/** Panels over the same steps: a layer. */
export interface HeatmapSection {
  readonly heading: string;
  /** One a step. */
  readonly labels: readonly string[];
  readonly panels: readonly HeatmapPanel[];
  /** Something that happens at a step, said over its column and drawn as a line before it. */
  readonly mark?: { readonly step: number; readonly text: string };
}

export interface Heatmap {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly HeatmapSection[];
  /** What stands below: how rows are ordered, how to read the colours. */
  readonly notes: readonly string[];
}

export const CONTENT = 960;
export const LEFT = 44;
export const RIGHT = 16;
const TOP = 20;
/** Steps up to which tokens are written. */
const MOST_TOKENS = 400;
const TOKEN_WIDTH = 12;
/** The widest a cell is drawn where there are few. */
const WIDEST_CELL = 28;
/** A time to the minute is whole. */
const LONGEST_TOKEN = 16;
const PANEL_HEAD = 48;
/** Rows of a panel beyond which its tokens stand over it again. */
const TALL = 260;
const BETWEEN = 14;

/** How a legend says that cells are hatched. */
const HATCHED = 'fill="url(#below)"';

export function heatmapSvg({ title, subtitle, sections, notes }: Heatmap): string {
  const cells = sections.reduce(
    (sum, { labels, panels }) =>
      sum + labels.length * panels.reduce((rows, { units }) => rows + units.length, 0),
    0,
  );
  const asPixels = cells >= PIXELS_FROM;
  let y = TOP + 14;
  let content = textAt(LEFT, y, fitText(title, CONTENT, 15), {
    "font-size": 15,
    "font-weight": "bold",
  });
  y += 16;
  content += textAt(LEFT, y, fitText(subtitle, CONTENT, 11), { fill: FAINT });
  for (const section of sections) {
    if (section.heading !== "") {
      y += 28;
      content += textAt(LEFT, y, section.heading, { "font-size": 12, "font-weight": "bold" });
    }
    const drawn = drawSection(section, y, asPixels);
    content += drawn.content;
    y = drawn.y;
  }
  y += 8;
  const isMarked = content.includes(HATCHED);
  for (const note of isMarked ? [...notes, "hatched: below zero"] : notes) {
    y += 15;
    content += textAt(LEFT, y, fitText(note, CONTENT, 10), { "font-size": 10, fill: FAINT });
  }
  return document(LEFT + CONTENT + RIGHT, y + TOP, title, GRID_PARTS + content);
}

interface Block {
  readonly from: number;
  readonly to: number;
  readonly cellWidth: number;
}

/** Steps in blocks of about the same length. */
function blocksOf(steps: number, width: number): Block[] {
  const narrowest = steps <= MOST_TOKENS ? TOKEN_WIDTH : 1;
  const count = Math.max(1, Math.ceil((steps * narrowest) / width));
  const size = Math.max(1, Math.ceil(steps / count));
  const cellWidth = Math.min(WIDEST_CELL, width / size);
  return Array.from({ length: Math.ceil(steps / size) }, (_, block) => ({
    from: block * size,
    to: Math.min(steps, (block + 1) * size),
    cellWidth,
  }));
}

function cellHeightFor(units: number): number {
  return units <= 24 ? 12 : units <= 48 ? 9 : units <= 96 ? 6 : units <= 256 ? 4 : 2;
}

export interface Drawn {
  readonly content: string;
  /** Where it ends. */
  readonly y: number;
}

/** Where a panel's cells begin, and how much room there is from there to the right. */
interface Column {
  readonly x: number;
  readonly width: number;
}

/** @param from Where it begins. */
export function drawSection(section: HeatmapSection, from: number, asPixels: boolean): Drawn {
  const { labels, panels } = section;
  const half = (CONTENT - LEFT - RIGHT) / 2;
  const beside = panels.length > 1 && labels.length * TOKEN_WIDTH <= half;
  const columns: readonly Column[] = beside
    ? [
        { x: LEFT, width: half },
        { x: LEFT + half + LEFT + RIGHT, width: half },
      ]
    : [{ x: LEFT, width: CONTENT }];
  let y = from;
  let content = "";
  for (const [number, block] of blocksOf(labels.length, columns[0].width).entries()) {
    let bottom = y;
    for (const [index, panel] of panels.entries()) {
      const column = columns[index % columns.length];
      if (index % columns.length === 0) y = bottom;
      const isTall = panel.units.length * cellHeightFor(panel.units.length) > TALL;
      const withHead = beside || index === 0 || isTall;
      const options = { explained: number === 0, withHead, asPixels };
      const drawn = drawPanel(section, panel, block, column, y, options);
      content += drawn.content;
      bottom = Math.max(bottom, drawn.y);
    }
    y = bottom;
  }
  return { content, y };
}

interface PanelOptions {
  /** A panel is explained once; in further blocks its name is enough. */
  readonly explained: boolean;
  readonly withHead: boolean;
  readonly asPixels: boolean;
}

function drawPanel(
  { labels, mark }: HeatmapSection,
  panel: HeatmapPanel,
  block: Block,
  column: Column,
  from: number,
  { explained, withHead, asPixels }: PanelOptions,
): Drawn {
  const { cellWidth } = block;
  const { x } = column;
  const cellHeight = cellHeightFor(panel.units.length);
  const steps = block.to - block.from;
  const [width, height] = [steps * cellWidth, panel.units.length * cellHeight];
  let y = from + BETWEEN;
  let content = "";
  if (explained) {
    const hatched = !asPixels && isHatched(panel.fitted.scale, { cellWidth, cellHeight });
    content += drawPanelHead(panel, column, y, hatched);
    y += PANEL_HEAD;
  }
  if (withHead) {
    const head = drawHead(labels, block, x, y, mark);
    content += head.content;
    y = head.y;
  }
  if (!explained) {
    content += textAt(x - LEFT + 4, y + 9, fitText(panel.name, 20, 11), { "font-weight": "bold" });
  }
  const grid = {
    columns: steps,
    rows: panel.units.length,
    at: (step: number, row: number) => panel.at(block.from + step, panel.units[row]),
  };
  content += drawGrid(grid, panel.fitted.scale, { x, y, cellWidth, cellHeight }, asPixels);
  content += drawUnits(panel, x, y, cellHeight);
  content += element("rect", {
    ...{ x, y, width, height, fill: "none", stroke: "#999999", "stroke-width": 0.5 },
  });
  if (mark && mark.step >= block.from && mark.step < block.to) {
    const at = x + (mark.step - block.from) * cellWidth;
    content += element("path", { d: `M${short(at)} ${short(y - 3)}v${height + 6}`, stroke: INK });
  }
  return { content, y: y + height };
}

/** `f  forget gate: how much of the memory to keep`; below it the equation, and what the colours mean. */
function drawPanelHead(
  { name, caption, equation, fitted }: HeatmapPanel,
  { x, width }: Column,
  y: number,
  hatched: boolean,
): string {
  const named = widthOf(name, 12) + 10;
  const room = width - LEGEND_WIDTH - 8;
  return (
    textAt(x, y + 10, name, { "font-size": 12, "font-weight": "bold" }) +
    textAt(x + named, y + 10, fitText(caption, width - named, 11)) +
    (equation === null
      ? ""
      : textAt(x, y + 25, fitText(equation, room, 9, true), {
          ...{ "font-family": MONO, "font-size": 9, fill: FAINT },
        })) +
    drawLegend(fitted, x + width - LEGEND_WIDTH, y + 17, hatched)
  );
}

/** Tokens over their columns, turned where they are words; or the numbers of some steps. */
function drawHead(
  labels: readonly string[],
  { from, to, cellWidth }: Block,
  left: number,
  y: number,
  mark: HeatmapSection["mark"],
): Drawn {
  let content = "";
  let bottom = y;
  const shown = labels.slice(from, to).map((label) => {
    const letters = Array.from(shownToken(label));
    return letters.length > LONGEST_TOKEN
      ? `${letters.slice(0, LONGEST_TOKEN - 1).join("")}…`
      : letters.join("");
  });
  const size = Math.min(10, cellWidth - 1);
  const longest = Math.max(...shown.map((text) => text.length));
  const turned = longest * size * 0.62 > cellWidth + 2;
  if (mark && mark.step >= from && mark.step < to) {
    bottom += 14;
    const right = left + (to - from) * cellWidth;
    const x = left + (mark.step - from) * cellWidth;
    const fits = x + widthOf(mark.text, 10) < right;
    content += textAt(x, bottom - 5, fits ? `▾ ${mark.text}` : `${mark.text} ▾`, {
      ...{ "font-size": 10, "font-weight": "bold" },
      "text-anchor": fits ? "start" : "end",
    });
  }
  if (cellWidth >= TOKEN_WIDTH - 1 && labels.length <= MOST_TOKENS) {
    const tall = turned ? longest * size * 0.61 + 6 : size + 4;
    bottom += tall;
    const letters = shown.map((text, column) => {
      const x = left + (column + 0.5) * cellWidth;
      if (!turned) return textAt(x, bottom - 4, text, { "text-anchor": "middle" });
      const [tx, ty] = [x + size * 0.35, bottom - 4];
      return element(
        "g",
        { transform: `translate(${tx.toFixed(1)} ${ty})rotate(-90)` },
        textAt(0, 0, text),
      );
    });
    content += element("g", { "font-family": MONO, "font-size": size }, letters.join(""));
    return { content, y: bottom };
  }
  bottom += 16;
  const every = niceStep((60 / cellWidth) | 0);
  let ticks = "";
  let numbers = "";
  for (let step = Math.ceil(from / every) * every; step < to; step += every) {
    const x = left + (step - from + 0.5) * cellWidth;
    ticks += `M${x.toFixed(1)} ${bottom - 4}v4`;
    numbers += textAt(x, bottom - 6, String(step), { "text-anchor": "middle" });
  }
  content += element("path", { d: ticks, stroke: "#999999" });
  content += element("g", { "font-size": 9, fill: FAINT }, numbers);
  return { content, y: bottom };
}

/** Rows from this height on each have room for their number. */
const NUMBERED_HEIGHT = 6;

/** The numbers of the units; of some, where rows are lower than figures. */
function drawUnits(
  { units, rowNames }: HeatmapPanel,
  x: number,
  y: number,
  cellHeight: number,
): string {
  const size = Math.min(9, Math.max(NUMBERED_HEIGHT, cellHeight));
  const every = cellHeight < NUMBERED_HEIGHT ? Math.ceil((size + 1) / cellHeight) : 1;
  let text = "";
  for (let row = 0; row < units.length; row += every) {
    const middle = y + (row + 0.5) * cellHeight + size * 0.36;
    text += textAt(x - 4, middle, rowNames?.get(units[row]) ?? String(units[row]));
  }
  return element("g", { "font-size": size, fill: FAINT, "text-anchor": "end" }, text);
}
