/** Doing runs: those that are missing, several side by side, each kept as soon as it is done. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { circumstances } from "../bench/results.ts";
import { isDone, keepRun, readKept, wantedRuns } from "./keptRuns.ts";
import type { DoneRun, Json, PaperTask, Run, RunOptions } from "./task.ts";

/** One run of one experiment. */
export interface Work {
  readonly task: PaperTask;
  readonly run: Run;
}

/** Does one run. Rejects with what went wrong, or where the signal aborts it. */
export type Execute = (
  work: Work,
  say: (line: string) => void,
  signal: AbortSignal,
) => Promise<Json>;

/** What whoever watches is told. */
export interface Watcher {
  began(work: Work): void;
  said(work: Work, line: string): void;
  /** @param failure What went wrong; null where nothing did. */
  ended(work: Work, seconds: number, failure: string | null): void;
}

/** Those that are asked for and not kept under the same settings. */
export function missingWork(
  tasks: readonly PaperTask[],
  folder: URL,
  seeds: number | null,
): Work[] {
  return tasks.flatMap((task) => {
    const kept = readKept(folder, task.name);
    const missing = wantedRuns(task, seeds).filter((run) => !isDone(kept, run));
    return missing.map((run) => ({ task, run }));
  });
}

/** Does and keeps work in its order, `jobs` runs side by side; a run that fails does not keep the others. */
export async function doAndKeep(
  work: readonly Work[],
  options: {
    readonly folder: URL;
    readonly seeds: number | null;
    readonly jobs: number;
    readonly execute: Execute;
    readonly watcher: Watcher;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { folder, seeds, jobs, watcher, signal } = options;
  const asked = { seeds, circumstances: circumstances() };
  const left = [...work];
  const serve = async (): Promise<void> => {
    for (let one = left.shift(); one && !signal.aborted; one = left.shift()) {
      const { task, run } = one;
      watcher.began(one);
      const start = performance.now();
      const say = (line: string) => watcher.said(one, line);
      const outcome = await options.execute(one, say, signal).then(
        (result) => ({ result }),
        (error: unknown) => ({ message: messageOf(error) }),
      );
      if (signal.aborted) return;
      const seconds = (performance.now() - start) / 1000;
      const kept = "result" in outcome ? { ...outcome, seconds: rounded(seconds) } : outcome;
      keepRun(folder, task, asked, run, kept);
      watcher.ended(one, seconds, "message" in outcome ? outcome.message : null);
    }
  };
  await Promise.all(Array.from({ length: jobs }, serve));
}

/** All runs of an experiment in this process, one after the other; nothing is kept. */
export async function doInProcess<Settings extends Json, Result extends Json>(
  task: PaperTask<Settings, Result>,
  options: RunOptions,
  say: (line: string) => void = () => {},
): Promise<DoneRun<Settings, Result>[]> {
  const done: DoneRun<Settings, Result>[] = [];
  for (const run of task.runs(options)) {
    const start = performance.now();
    const result = await task.run(run.settings, say);
    done.push({ ...run, result, seconds: rounded((performance.now() - start) / 1000) });
  }
  return done;
}

const rounded = (seconds: number) => Math.round(10 * seconds) / 10;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** What a child process is sent, and what it answers. */
export interface Order {
  readonly task: string;
  readonly settings: Json;
}
export type Answer =
  | { readonly said: string }
  | { readonly result: Json }
  | { readonly failure: string };

/** Runs in a process of its own, on one thread: a run that takes its process with it takes nothing else. */
export const inChild: Execute = ({ task, run }, say, signal) =>
  new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL("child.ts", import.meta.url)), {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const stop = () => child.kill("SIGKILL");
    signal.addEventListener("abort", stop, { once: true });
    child.on("message", (answer: Answer) => {
      if ("said" in answer) say(answer.said);
      else if ("result" in answer) resolve(answer.result);
      else reject(new Error(answer.failure));
    });
    child.on("error", reject);
    child.on("close", (code, killedBy) => {
      signal.removeEventListener("abort", stop);
      reject(new Error(`its process ended with ${killedBy ?? code}`));
    });
    const order: Order = { task: task.name, settings: run.settings };
    child.send(order);
  });
