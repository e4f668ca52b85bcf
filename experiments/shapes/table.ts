/** The table of the four shapes, from results alone: Markdown. */
import type { Circumstances } from "../../bench/results.ts";
import type { Beside, Figure, ShapeResult, ShapeRow } from "./common.ts";

/** What an experiment's file holds. */
export interface KeptResult extends Circumstances, ShapeResult {
  readonly experiment: string;
  readonly about: string;
  readonly command: string;
  /** What computed: `wasm, one thread`. */
  readonly engine: string;
}

/** @param missing Experiments that have no results yet. */
export function shapesTable(results: readonly KeptResult[], missing: readonly string[]): string {
  const rows = results.flatMap((result) => result.rows);
  const met = rows.filter(({ limit }) => limit?.met).length;
  const limits = rows.filter(({ limit }) => limit !== null).length;
  const lines = [
    "# The four shapes on real data",
    "",
    "Written by `npm run experiments -- shapes` from the files in `shapes/`. Settings were chosen on training data; test data were",
    "read once, for this table. In brackets the 95 % interval of a bootstrap over the test examples, or the least and the most of several seeds.",
    `${met} of ${limits} limits are met.`,
    "",
    "| shape | what | data | measure | cellstate | beside it | at least | met | seeds | seconds |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | ---: |",
    ...rows.map(tableRow),
  ];
  if (missing.length > 0) lines.push("", `Not run yet: ${missing.join(", ")}.`);
  for (const result of results) lines.push("", ...section(result));
  return `${lines.join("\n")}\n`;
}

function tableRow(row: ShapeRow): string {
  const { shape, task, data, measure, ours, beside, limit, seeds, seconds } = row;
  const cells = [
    shape,
    task,
    data,
    measure,
    `**${figure(ours)}**`,
    beside.map(besideText).join("<br>"),
    limit?.text ?? "",
    limit === null ? "" : limit.met ? "yes" : "no",
    seedsText(seeds),
    seconds > 0 ? seconds.toFixed(0) : "",
  ];
  return `| ${cells.map(cell).join(" | ")} |`;
}

function section(result: KeptResult): string[] {
  const { experiment, about, choice, notes = [], rows } = result;
  const settings = rows.map(
    ({ task, settings, parameters }) =>
      `- ${task}: ${settings}; ${parameters.toLocaleString("en")} parameters`,
  );
  const where = `${result.date}, ${result.machine}, Node ${result.node}, ${result.engine}; load before ${result.loadBefore}`;
  return [
    `## ${experiment}`,
    "",
    `${about}.`,
    "",
    ...new Set(settings),
    `- Chosen: ${choice}`,
    `- Measured: ${where}`,
    ...(notes.length > 0 ? ["", ...notes] : []),
  ];
}

function besideText(beside: Beside): string {
  const source = beside.source === undefined ? "" : ` (${beside.source})`;
  return `${beside.name} ${figure(beside)}${source}`;
}

/** `95.4 % [94.1, 96.2]` */
export function figure({ value, low, high, range = "95 %", unit = "number" }: Figure): string {
  const shown = (number: number) =>
    unit === "share" ? (100 * number).toFixed(2) : number.toPrecision(number < 1 ? 3 : 4);
  const mark = unit === "share" ? " %" : "";
  const known = low !== undefined && high !== undefined && Number.isFinite(low);
  const between = known
    ? ` [${shown(low)}, ${shown(high)}${range === "seeds" ? "; seeds" : ""}]`
    : "";
  return `${shown(value)}${mark}${between}`;
}

/** `1–5`, `1, 7` */
function seedsText(seeds: readonly number[]): string {
  const isRun = seeds.length > 2 && seeds.every((seed, i) => seed === seeds[0] + i);
  return isRun ? `${seeds[0]}–${seeds[seeds.length - 1]}` : seeds.join(", ");
}

const cell = (text: string): string => text.replaceAll("|", "\\|");
