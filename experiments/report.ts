/** RESULTS.md and the plots: what the experiments found, from the runs that are kept and nothing else. */

import { type KeptRuns, type Standing, standingOf } from "./keptRuns.ts";
import { CERTAINTY, type PublishedFigure, published } from "./published.ts";
import type { Figure, PaperTask, Report, Verdict } from "./task.ts";
import { duration } from "./watch.ts";

/** An experiment as it stands. */
export interface Found {
  readonly task: PaperTask;
  readonly kept: KeptRuns | null;
  readonly standing: Standing;
  /** Null where no run is done, or where the report could not be made: then `trouble` says why. */
  readonly report: Report | null;
  readonly trouble: string | null;
}

export async function find(task: PaperTask, kept: KeptRuns | null): Promise<Found> {
  const standing = standingOf(task, kept);
  const found = { task, kept, standing, report: null, trouble: null };
  if (standing.done.length === 0) return found;
  try {
    return { ...found, report: await task.report(standing.done) };
  } catch (error) {
    return { ...found, trouble: error instanceof Error ? error.message : String(error) };
  }
}

/** Of a figure, beside the runs of its experiment. */
export function figureFile({ name }: PaperTask, figure: Figure): string {
  return figure.name.startsWith(name) ? `${figure.name}.svg` : `${name}-${figure.name}.svg`;
}

/** The whole of RESULTS.md. */
export function resultsMarkdown(all: readonly Found[]): string {
  const pending = all.filter(({ standing }) => standing.done.length < standing.wanted.length);
  const lines = [
    "# The papers' experiments",
    "",
    "Written by `npm run experiments -- all` from the runs in `results/papers/`: no figure of theirs is typed by hand, and what failed is left in. How settings were chosen is told by who chose them.",
    "Every run is repeated bit for bit by its command, from its seed. Published figures stand with how sure they are.",
    `${aimsText(all.map(({ report }) => report?.verdicts ?? []))}${pending.length > 0 ? `; not all runs are done of ${pending.map(({ task }) => task.name).join(", ")}` : ""}.`,
    "The four shapes on real data have [a table of their own](results/shapes.md).",
    "",
    "| experiment | asked | measured | reached | runs | time |",
    "| --- | --- | --- | --- | ---: | ---: |",
    ...all.flatMap(summaryRows),
  ];
  for (const found of all) lines.push("", ...section(found));
  return `${lines.join("\n")}\n`;
}

/**
 * How many experiments reach all that was asked of them, and how many aims are reached: an experiment of many rows has many aims, so
 * that neither count says it all.
 *
 * @param verdicts Of each experiment.
 */
export function aimsText(verdicts: readonly (readonly Verdict[])[]): string {
  const aims = verdicts
    .map((own) => own.filter((verdict) => verdict.reached !== null))
    .filter((own) => own.length > 0);
  const whole = aims.filter((own) => own.every((verdict) => verdict.reached)).length;
  const reached = aims.flat().filter((verdict) => verdict.reached).length;
  return `${whole} of ${aims.length} experiments reach all that was asked of them, ${reached} of ${aims.flat().length} aims together`;
}

/** What was asked of each experiment, and what was measured: plain JSON. */
export interface Summary {
  readonly experiments: readonly {
    readonly name: string;
    readonly title: string;
    readonly runs: { readonly done: number; readonly wanted: number };
    readonly verdicts: readonly Verdict[];
    readonly figures: readonly string[];
  }[];
}

export function summaryOf(all: readonly Found[]): Summary {
  const experiments = all.map(({ task, standing, report }) => ({
    name: task.name,
    title: task.title,
    runs: { done: standing.done.length, wanted: standing.wanted.length },
    verdicts: report?.verdicts ?? [],
    figures: (report?.figures ?? []).map((figure) => figureFile(task, figure)),
  }));
  return { experiments };
}

function summaryRows(found: Found): string[] {
  const { task, standing, report } = found;
  const name = `[${task.name}](#${anchorOf(task)})`;
  const runs = `${standing.done.length} of ${standing.wanted.length}`;
  const time = timeOf(standing);
  if (!report || report.verdicts.length === 0) {
    return [row([name, "", missingText(found) || "nothing was asked", "", runs, time])];
  }
  const soFar = standing.done.length < standing.wanted.length ? ", so far" : "";
  return report.verdicts.map(({ asked, measured, reached }, index) =>
    row([
      ...(index === 0 ? [name] : [""]),
      ...[asked, measured, `${reachedText(reached)}${soFar}`],
      ...(index === 0 ? [runs, time] : ["", ""]),
    ]),
  );
}

const reachedText = (reached: boolean | null): string =>
  reached === null ? "measured" : reached ? "yes" : "**NO**";

const anchorOf = ({ name }: PaperTask) => `experiment-${name}`;

const timeOf = ({ done }: Standing) =>
  done.length > 0 ? duration(done.reduce((sum, { seconds }) => sum + seconds, 0)) : "";

/** @returns "" where nothing is missing. */
function missingText({ standing, trouble }: Found): string {
  const { wanted, done, failed } = standing;
  const parts: string[] = [];
  if (trouble !== null) parts.push(`the report could not be made: ${trouble}`);
  if (done.length === 0 && failed.length === 0) parts.push("not run yet");
  else if (done.length < wanted.length) {
    const left = wanted.filter((run) => !done.some(({ key }) => key === run.key));
    const named = left.slice(0, 6).map(({ key }) => key);
    const more = left.length > named.length ? ` and ${left.length - named.length} more` : "";
    parts.push(`missing: ${named.join("; ")}${more}`);
  }
  for (const { key, message } of failed) parts.push(`${key} failed: ${message}`);
  return parts.join(". ");
}

/** What stands in RESULTS.md about one experiment. */
export function section(found: Found): string[] {
  const { task, kept, standing, report } = found;
  const { wanted, done, stale } = standing;
  const lines = [
    `<a id="${anchorOf(task)}"></a>`,
    "",
    `## ${task.title}`,
    "",
    task.about,
    "",
    `- Source: ${task.source}`,
    `- Solved: ${task.criterion}`,
    `- Command: \`npm run experiments -- ${task.name}\``,
  ];
  if (kept && done.length > 0) {
    const { date, machine, node, loadBefore } = kept;
    lines.push(
      `- Runs: ${done.length} of ${wanted.length}, ${timeOf(standing)} together, one thread each; ${date}, ${machine}, Node ${node}, load before ${loadBefore}`,
    );
  }
  const missing = missingText(found);
  if (missing) lines.push(`- **Not complete**: ${missing}`);
  if (stale > 0) lines.push(`- Runs of former settings, kept and not counted: ${stale}`);
  if (report) lines.push(...reportLines(task, report));
  const beside = task.published.map(published);
  if (beside.length > 0) lines.push("", ...publishedTable(beside));
  return lines;
}

function reportLines(task: PaperTask, { verdicts, tables, figures, notes }: Report): string[] {
  const lines: string[] = [];
  if (verdicts.length > 0) {
    const rows = verdicts.map(({ asked, measured, reached }) => [
      ...[asked, measured, reachedText(reached)],
    ]);
    lines.push("", ...table(["asked", "measured", "reached"], rows));
  }
  for (const { title, columns, rows } of tables) {
    lines.push("", `${title}:`, "", ...table(columns, rows));
  }
  for (const figure of figures) {
    lines.push("", `![${figure.caption}](results/papers/${figureFile(task, figure)})`);
    lines.push("", figure.caption);
  }
  if (notes.length > 0) lines.push("", ...notes.map((note) => `- ${note}`));
  return lines;
}

function publishedTable(figures: readonly PublishedFigure[]): string[] {
  const rows = figures.map(({ what, value, source, certainty, note }) => [
    ...[what, value, note ? `${source}; ${note}` : source, CERTAINTY[certainty]],
  ]);
  return ["Published:", "", ...table(["what", "figure", "source", "how sure"], rows)];
}

export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [row(columns), row(columns.map(() => "---")), ...rows.map(row)];
}

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", "<br>")).join(" | ")} |`;
