/** The verdicts of all states, for a terminal of any width. */
import { printRows } from "../shapes/writeRows.ts";
import type { Output } from "../terminal/terminal.ts";
import { displayWidth, wrap } from "../terminal/text.ts";
import {
  type GradientSeries,
  seriesName,
  shownLength,
  spanSteps,
  verdictWords,
} from "./gradientSeries.ts";
import { shortNumber } from "./scales.ts";

/** Of a column: its head, and what stands in it. */
const COLUMNS: readonly (readonly [string, (series: GradientSeries) => string])[] = [
  ["layer", ({ layer }) => layer],
  ["state", ({ state }) => state],
  ["path", ({ isPath }) => (isPath ? "memory" : "all")],
  ["verdict", ({ isRead, verdict }) => (isRead ? verdict : "–")],
  ["steps", (series) => String(spanSteps(series) ?? "")],
  ["a step", ({ rate }) => (Number.isNaN(rate) ? "" : `× ${shortNumber(rate)}`)],
  ["memory", ({ memoryLength }) => shownLength(memoryLength)],
  ["nearest", ({ norms }) => shortNumber(norms[0])],
  ["farthest", ({ norms }) => shortNumber(norms[norms.length - 1])],
];
/** Columns that a narrow terminal does without: the plot shows them. */
const FEWER = COLUMNS.slice(0, -2);

/** A table, of fewer columns where that fits; where none does, a sentence a line of the plot. */
export async function printVerdicts(series: readonly GradientSeries[], out: Output): Promise<void> {
  const fits = (columns: typeof COLUMNS): boolean => {
    const widths = columns.map(([head, cell]) =>
      Math.max(displayWidth(head), ...series.map((each) => displayWidth(cell(each)))),
    );
    return widths.reduce((sum, each) => sum + each + 2, -2) <= out.width;
  };
  const columns = !out.live || fits(COLUMNS) ? COLUMNS : fits(FEWER) ? FEWER : null;
  if (columns !== null) {
    const rows = series.map((each) => ({ cells: columns.map(([, cell]) => cell(each)), json: {} }));
    await printRows({ columns: columns.map(([head]) => head), rows }, out);
    return;
  }
  for (const each of series) {
    const told = `${each.layer}, ${seriesName(each)}: ${verdictWords(each)}`;
    for (const line of wrap(told, out.width)) out.line(line);
  }
}
