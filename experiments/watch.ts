/** What whoever waits for runs sees: a line a run with the time left; on a terminal one more line, which changes. */
import type { Watcher, Work } from "./runner.ts";

/** Elsewhere than on a terminal, a run's own lines are shown no more often than this. */
const SAY_EVERY_MS = 60_000;

/**
 * @param work All that is to be done.
 * @param secondsBefore Of runs of an experiment that were done earlier, for a guess.
 */
export function watch(
  work: readonly Work[],
  jobs: number,
  secondsBefore: (name: string) => readonly number[],
): Watcher & { end(): void } {
  const { stderr } = process;
  const live = Boolean(stderr.isTTY) && process.env.TERM !== "dumb";
  const since = new Map<Work, number>();
  const lastSaid = new Map<Work, number>();
  const seconds = new Map<string, number[]>();
  for (const { task } of work) {
    if (!seconds.has(task.name)) seconds.set(task.name, [...secondsBefore(task.name)]);
  }
  const left = new Set(work);
  let current = "";

  const show = (line: string) => stderr.write(`${live ? "\r\x1b[2K" : ""}${line}\n${current}`);
  const update = (line: string) => {
    if (!live) return;
    current = line.slice(0, (stderr.columns ?? 80) - 1);
    stderr.write(`\r\x1b[2K${current}`);
  };
  const timeLeft = (): string => {
    let total = 0;
    let unknown = 0;
    for (const one of left) {
      const known = seconds.get(one.task.name) ?? [];
      const mean = known.reduce((a, b) => a + b, 0) / known.length;
      const begun = since.get(one);
      const spent = begun === undefined ? 0 : (performance.now() - begun) / 1000;
      if (known.length === 0) unknown++;
      else total += Math.max(0, mean - spent);
    }
    if (left.size === 0) return "";
    const guess = total > 0 ? `, about ${duration(total / jobs)} left` : "";
    return `; ${left.size} to go${guess}${unknown > 0 && total > 0 ? " at least" : ""}`;
  };

  return {
    began(one) {
      since.set(one, performance.now());
      lastSaid.set(one, performance.now());
      update(`${nameOf(one)} …`);
    },
    said(one, line) {
      update(`${nameOf(one)}: ${line}`);
      const now = performance.now();
      if (live || now - (lastSaid.get(one) ?? 0) < SAY_EVERY_MS) return;
      lastSaid.set(one, now);
      show(`${nameOf(one)}: ${line}`);
    },
    ended(one, took, failure) {
      left.delete(one);
      if (failure === null) seconds.get(one.task.name)?.push(took);
      current = "";
      const how = failure === null ? duration(took) : `failed: ${failure}`;
      show(`${nameOf(one)}: ${how}${timeLeft()}`);
    },
    end() {
      if (live) stderr.write("\r\x1b[2K");
    },
  };
}

const nameOf = ({ task, run }: Work): string => `${task.name}, ${run.key}`;

/** `41 s`, `12 min`, `1 h 5 min` */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
