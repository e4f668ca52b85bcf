/** Gradients by distance as a picture: a plot a layer on one logarithmic axis, and below it which tokens the loss listens to. */

import type { GradientSeries, Source } from "./gradientSeries.ts";
import { seriesName, verdictWords } from "./gradientSeries.ts";
import { GRID_PARTS } from "./grid.ts";
import { CONTENT, drawSection, type HeatmapSection, LEFT, RIGHT } from "./heatmap.ts";
import { drawLogPlot, keyHeight } from "./linePlotSvg.ts";
import { fitDecades } from "./scales.ts";
import { document, FAINT, fitText, textAt } from "./svg.ts";

const HEIGHT = 220;
const PLOT_LEFT = 20;

export function gradientSvg(
  title: string,
  subtitle: string,
  series: readonly GradientSeries[],
  source: Source,
): string {
  let y = 34;
  let content = textAt(LEFT, y, fitText(title, CONTENT, 15), {
    ...{ "font-size": 15, "font-weight": "bold" },
  });
  y += 16;
  content += textAt(LEFT, y, fitText(subtitle, CONTENT, 11), { fill: FAINT });
  const layers = [...new Set(series.map(({ layer }) => layer))];
  for (const layer of layers) {
    const of = series.filter((each) => each.layer === layer);
    y += 28;
    content += textAt(LEFT, y, layer, { "font-size": 12, "font-weight": "bold" });
    const lines = of.map((each) => ({
      name: described(each),
      values: each.norms,
      faint: each.isPath,
    }));
    const width = CONTENT - PLOT_LEFT;
    y += 14 + keyHeight(lines, width);
    const box = { x: LEFT + PLOT_LEFT, y, width, height: HEIGHT };
    content += drawLogPlot(lines, box, "steps back from the loss");
    y += HEIGHT + 36;
  }
  const strip = stripOf(series, source);
  if (strip !== null) {
    const drawn = drawSection(strip, y, false);
    content += drawn.content;
    y = drawn.y;
  }
  return document(LEFT + CONTENT + RIGHT, y + 24, title, GRID_PARTS + content);
}

/** `c: carried, × 0.98 a step over 28 steps, memory 53 steps` */
export function described(series: GradientSeries): string {
  return `${seriesName(series)}: ${verdictWords(series)}`;
}

/** A row a state, over the tokens that were read; null where none can be told. */
export function stripOf(
  series: readonly GradientSeries[],
  { labels }: Source,
): HeatmapSection | null {
  const rows = series.filter(({ isPath, anchor }) => !isPath && anchor !== null);
  if (rows.length === 0) return null;
  const last = rows.some(({ way }) => way > 0)
    ? labels.length - 1
    : Math.max(...rows.map(({ anchor }) => anchor ?? 0));
  const norm = (step: number, row: number): number => {
    const { anchor, way, norms } = rows[row];
    return norms[(step - (anchor ?? 0)) * way] ?? Number.NaN;
  };
  return {
    heading: "",
    labels: labels.slice(0, last + 1),
    panels: [
      {
        name: "‖∂L/∂s‖",
        caption: "what a small change of a state at each token would do to the loss",
        equation: null,
        fitted: fitDecades(rows.flatMap(({ norms }) => Array.from(norms))),
        units: rows.map((_, row) => row),
        rowNames: new Map(rows.map(({ layer, state }, row) => [row, rowName(layer, state)])),
        at: norm,
      },
    ],
  };
}

/** `0 c` for layers.0; a decoder's and others' keep their names. */
function rowName(layer: string, state: string): string {
  return `${layer.replace("layers.", "").replace("decoder.", "d").replace(".reverse", "r")} ${state}`;
}
