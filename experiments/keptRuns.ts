/**
 * Where the runs of an experiment are kept: one JSON file each, written anew as a whole after every run, so that whatever ends the
 * process leaves all runs that were done.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Circumstances } from "../bench/results.ts";
import type { DoneRun, Json, PaperTask, Run } from "./task.ts";

export interface KeptRuns extends Circumstances {
  readonly experiment: string;
  readonly title: string;
  readonly command: string;
  /** As asked for by `--seeds`; null for as many as the experiment asks for. */
  readonly seeds: number | null;
  readonly runs: Readonly<Record<string, KeptRun>>;
  /** What went wrong in runs that are to be tried again. */
  readonly failed: Readonly<Record<string, FailedRun>>;
}

export interface KeptRun {
  readonly settings: Json;
  readonly result: Json;
  readonly seconds: number;
}

export interface FailedRun {
  readonly settings: Json;
  readonly message: string;
}

/** Under version control. */
export const KEPT = new URL("results/papers/", import.meta.url);

export const keptFile = (folder: URL, name: string): URL => new URL(`${name}.json`, folder);

/** Null where nothing has been run yet. */
export function readKept(folder: URL, name: string): KeptRuns | null {
  const file = keptFile(folder, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/** Adds a run that was done, or one that failed, to what is kept by now: another process may have added to it meanwhile. */
export function keepRun(
  folder: URL,
  task: PaperTask,
  asked: { readonly seeds: number | null; readonly circumstances: Circumstances },
  run: Run,
  outcome: Omit<KeptRun, "settings"> | Omit<FailedRun, "settings">,
): void {
  const before = readKept(folder, task.name);
  const runs = { ...before?.runs };
  const failed = { ...before?.failed };
  const { key, settings } = run;
  if ("message" in outcome) {
    failed[key] = { settings, message: outcome.message };
  } else {
    delete failed[key];
    runs[key] = { settings, result: outcome.result, seconds: outcome.seconds };
  }
  const kept: KeptRuns = {
    experiment: task.name,
    title: task.title,
    command: `npm run experiments -- ${task.name}`,
    seeds: mostSeeds(before?.seeds ?? null, asked.seeds),
    ...asked.circumstances,
    runs: inOrder(task, runs),
    failed,
  };
  write(keptFile(folder, task.name), `${JSON.stringify(kept, null, 2)}\n`);
}

const mostSeeds = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

/** As the experiment lists them, whichever came first; what it no longer lists stands last. */
function inOrder(task: PaperTask, runs: Readonly<Record<string, KeptRun>>) {
  const listed = wantedRuns(task, null).map(({ key }) => key);
  const place = (key: string) => (listed.includes(key) ? listed.indexOf(key) : listed.length);
  const keys = Object.keys(runs).sort((a, b) => place(a) - place(b));
  return Object.fromEntries(keys.map((key) => [key, runs[key]]));
}

/** Whole or not at all. */
export function write(file: URL, text: string): void {
  mkdirSync(new URL(".", file), { recursive: true });
  const temporary = new URL(`${file.href}.${process.pid}.tmp`);
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

/** All runs of an experiment, not its quick form. */
export function wantedRuns(task: PaperTask, seeds: number | null): readonly Run[] {
  return task.runs({ seeds, quick: false });
}

/** Whether this very run was done: under the same settings. */
export function isDone(kept: KeptRuns | null, { key, settings }: Run): boolean {
  const run = kept?.runs[key];
  return run !== undefined && canonical(run.settings) === canonical(settings);
}

/** What a report is made from. */
export interface Standing {
  /** Those that the experiment asks for, and more seeds where more were asked for. */
  readonly wanted: readonly Run[];
  readonly done: readonly DoneRun<Json, Json>[];
  readonly failed: readonly { readonly key: string; readonly message: string }[];
  /** Runs that are kept and no longer listed, or under other settings: they are not reported. */
  readonly stale: number;
}

export function standingOf(task: PaperTask, kept: KeptRuns | null): Standing {
  const wanted = [...wantedRuns(task, null)];
  const seeds = kept?.seeds ?? null;
  for (const run of seeds === null ? [] : wantedRuns(task, seeds)) {
    if (isDone(kept, run) && !wanted.some(({ key }) => key === run.key)) wanted.push(run);
  }
  const done = wanted.flatMap((run) => {
    const { result, seconds } = (isDone(kept, run) && kept?.runs[run.key]) || {};
    return result === undefined || seconds === undefined ? [] : [{ ...run, result, seconds }];
  });
  const failed = wanted.flatMap((run) => {
    const failure = isDone(kept, run) ? undefined : kept?.failed[run.key];
    return failure && canonical(failure.settings) === canonical(run.settings)
      ? [{ key: run.key, message: failure.message }]
      : [];
  });
  return { wanted, done, failed, stale: Object.keys(kept?.runs ?? {}).length - done.length };
}

/** JSON in which the order of keys makes no difference. */
export function canonical(value: Json): string {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
