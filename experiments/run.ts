/**
 * The experiments.
 *
 *     npm run experiments                          lists them
 *     npm run experiments -- adding                does what is missing of one, and shows what it found
 *     npm run experiments -- adding --quick        its small form, in seconds; nothing is kept
 *     npm run experiments -- all                   does what is missing of all the papers' experiments, and writes RESULTS.md
 *     npm run experiments -- all --report          writes RESULTS.md and its plots from the runs that are kept
 *     npm run experiments -- tinyshakespeare       what a model learns on real data, by the command as anyone would type it
 *
 * --seeds N takes N nets of each kind, --jobs N runs side by side (one a core otherwise). What was broken off goes on where it
 * stopped: each run is kept as soon as it is done. They take minutes to hours and some need `../shared/data`, so neither
 * `npm test` nor CI does more than their quick forms.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { keep } from "../bench/results.ts";
import { didYouMean } from "../packages/core/src/cells/equationError.ts";
import type { Experiment } from "./experiment.ts";
import { int8 } from "./int8.ts";
import { KEPT, readKept, write } from "./keptRuns.ts";
import { PAPERS } from "./papers/index.ts";
import { type Found, figureFile, find, resultsMarkdown, section, summaryOf } from "./report.ts";
import { doAndKeep, doInProcess, inChild, missingWork } from "./runner.ts";
import { missingData } from "./shapes/common.ts";
import { shapes } from "./shapes/index.ts";
import type { PaperTask } from "./task.ts";
import { tinyshakespeare } from "./tinyshakespeare.ts";
import { watch } from "./watch.ts";

/** On real data; each keeps its results as a whole. */
const REAL_DATA: Readonly<Record<string, Experiment>> = { tinyshakespeare, int8, shapes };
const RESULTS = new URL("RESULTS.md", import.meta.url);
/** For the README. */
const SUMMARY = new URL("results/papers.json", import.meta.url);

interface PaperOptions {
  readonly seeds: number | null;
  readonly quick: boolean;
  readonly jobs: number;
  readonly report: boolean;
}

/** A mistake of whoever typed the command: one line, exit code 2. */
class Misuse extends Error {}

async function main([name, ...args]: string[]): Promise<void> {
  if (name === undefined) {
    list();
    return;
  }
  if (Object.hasOwn(REAL_DATA, name)) {
    keep(new URL(`results/${name}.json`, import.meta.url), await REAL_DATA[name].run(args));
    return;
  }
  const tasks = name === "all" ? PAPERS : PAPERS.filter((task) => task.name === name);
  if (name !== "all" && tasks.length === 0) {
    const known = [...PAPERS.map((task) => task.name), ...Object.keys(REAL_DATA), "all"];
    throw new Misuse(
      `no experiment "${name}"${didYouMean(name, known)} (npm run experiments lists them)`,
    );
  }
  const options = optionsOf(args);
  if (options.quick) await runQuick(tasks, options);
  else await runAndReport(tasks, name === "all", options);
}

function optionsOf(args: string[]): PaperOptions {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seeds: { type: "string" },
        quick: { type: "boolean", default: false },
        jobs: { type: "string" },
        report: { type: "boolean", default: false },
      },
    });
    const { seeds, quick, jobs, report } = values;
    return {
      seeds: seeds === undefined ? null : count("seeds", seeds),
      jobs: jobs === undefined ? availableParallelism() : count("jobs", jobs),
      ...{ quick, report },
    };
  } catch (error) {
    throw error instanceof Misuse
      ? error
      : new Misuse(error instanceof Error ? error.message.split("\n")[0] : String(error));
  }
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new Misuse(`--${name}: expected a whole number of 1 or more, got ${text}`);
}

/** Small forms, one after the other, and what they found; nothing is written. */
async function runQuick(tasks: readonly PaperTask[], { seeds }: PaperOptions): Promise<void> {
  for (const task of withData(tasks)) {
    const done = await doInProcess(task, { seeds, quick: true }, tell);
    const standing = { wanted: done, done, failed: [], stale: 0 };
    const report = await task.report(done);
    const found = { task, kept: null, standing, report, trouble: null };
    console.log(`${section(found).slice(2).join("\n")}\n`);
  }
}

async function runAndReport(
  tasks: readonly PaperTask[],
  isAll: boolean,
  { seeds, jobs, report }: PaperOptions,
): Promise<void> {
  const broken = report ? false : await runMissing(tasks, seeds, jobs);
  if (isAll || report) await writeReport();
  if (!isAll) {
    const found = await Promise.all(tasks.map((task) => find(task, readKept(KEPT, task.name))));
    for (const one of found) console.log(section(one).slice(2).join("\n"));
  }
  if (broken) process.exitCode = 1;
}

/** @returns whether a run failed. */
async function runMissing(
  tasks: readonly PaperTask[],
  seeds: number | null,
  jobs: number,
): Promise<boolean> {
  const work = missingWork(withData(tasks), KEPT, seeds);
  if (work.length === 0) {
    tell("all runs are done");
    return false;
  }
  const broken = new AbortController();
  process.once("SIGINT", () => broken.abort());
  process.once("SIGTERM", () => broken.abort());
  const secondsBefore = (name: string) =>
    Object.values(readKept(KEPT, name)?.runs ?? {}).map(({ seconds }) => seconds);
  const watcher = watch(work, jobs, secondsBefore);
  const failures: string[] = [];
  await doAndKeep(work, {
    ...{ folder: KEPT, seeds, jobs, execute: inChild, signal: broken.signal },
    watcher: {
      ...watcher,
      ended(one, took, failure) {
        watcher.ended(one, took, failure);
        if (failure !== null) failures.push(`${one.task.name}, ${one.run.key}: ${failure}`);
      },
    },
  });
  watcher.end();
  if (broken.signal.aborted) {
    tell("broken off; what is done is kept, and the same command goes on from here");
    process.exit(130);
  }
  if (failures.length > 0) tell(`failed:\n  ${failures.join("\n  ")}`);
  return failures.length > 0;
}

/** Those whose data are there; of the others it is said. */
function withData(tasks: readonly PaperTask[]): PaperTask[] {
  return tasks.filter(({ name, data = [] }) => {
    const absent = missingData(data).map((file) => `../shared/data/${file}`);
    if (absent.length > 0) tell(`${name}: left out, as ${absent.join(", ")} is not there`);
    return absent.length === 0;
  });
}

async function writeReport(): Promise<void> {
  const all: Found[] = [];
  for (const task of PAPERS) all.push(await find(task, readKept(KEPT, task.name)));
  for (const { task, report } of all) {
    for (const figure of report?.figures ?? []) {
      write(new URL(figureFile(task, figure), KEPT), figure.svg);
    }
  }
  write(RESULTS, resultsMarkdown(all));
  write(SUMMARY, `${JSON.stringify(summaryOf(all), null, 2)}\n`);
  tell("experiments/RESULTS.md");
}

function list(): void {
  const row = (name: string, about: string) => `  ${name.padEnd(18)}   ${about}`;
  const papers = PAPERS.map(({ name, title }) => row(name, title));
  const real = Object.entries(REAL_DATA).map(([name, { about }]) => row(name, about));
  console.error(
    [
      "npm run experiments -- NAME [--seeds N] [--quick] [--jobs N] [--report], of the papers",
      ...papers,
      row("all", "what is missing of all these, and experiments/RESULTS.md"),
      "or, on real data,",
      ...real,
    ].join("\n"),
  );
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Misuse)) throw error;
  tell(error.message);
  process.exitCode = 2;
}
