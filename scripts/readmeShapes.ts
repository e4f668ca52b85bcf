/** The README's table of the four shapes, from what their experiments found. */
import { existsSync, readFileSync } from "node:fs";
import type { ShapeRow } from "../experiments/shapes/common.ts";
import { figure, type KeptResult } from "../experiments/shapes/table.ts";

const results = new URL("../experiments/results/", import.meta.url);

/** Null where nobody has measured yet. */
export function shapesText(): string | null {
  if (!existsSync(new URL("shapes.json", results))) return null;
  const { experiments }: { readonly experiments: readonly { readonly experiment: string }[] } =
    read("shapes.json");
  const found = experiments.map(({ experiment }) => read<KeptResult>(`shapes/${experiment}.json`));
  if (found.length === 0) return null;
  const [{ date, machine, node }] = found;
  return `| shape | task, data | measure | cellstate | beside it |
| --- | --- | --- | ---: | --- |
${found.flatMap(({ rows }) => rows.filter(isAsked).map(tableRow)).join("\n")}

\`npm run experiments -- shapes\`, ${date}: ${machine}, Node ${node.replace(/^v/, "")}. Settings were chosen on training data, test data read once;
[the whole table](experiments/results/shapes.md) has intervals, seeds, seconds, settings and samples.`;
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, results), "utf8"));
}

/** What the project set itself, and the one that it is compared with. */
function isAsked({ limit, shape }: ShapeRow): boolean {
  return limit !== null || shape === "vec2vec";
}

function tableRow({ shape, task, data, measure, ours, beside }: ShapeRow): string {
  const plain = ({ value, unit }: typeof ours) => figure({ value, unit });
  // What stands beside of ours is in the whole table.
  const others = beside
    .filter(({ name }) => !name.startsWith("our "))
    .map((one) => `${one.name} ${plain(one)}`)
    .join("; ");
  const [source] = data.split(/[,:;]/);
  const cells = [shape, `${task} (${source})`, measure, `**${plain(ours)}**`, others];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
