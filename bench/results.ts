/** What results files hold, and say of where its figures come from. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import type { Peaks } from "./peaks.ts";
import type { Arithmetic, Who } from "./variants.ts";
import type { WorkloadName } from "./workloads.ts";

export interface Circumstances {
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  /** The machine's load before the first measurement: far from 0, others were at work and times are too long. */
  readonly loadBefore: number;
}

/** A variant at a workload: a step, over all times of all rounds. */
export interface Row {
  readonly name: string;
  readonly who: Who;
  readonly threads: number;
  readonly note: string;
  readonly version: string;
  readonly ms: { readonly minimum: number; readonly median: number; readonly maximum: number };
  readonly times: number;
  /** Medians, a round each. */
  readonly rounds: readonly number[];
  readonly maxRssMb: number;
  /** The workload's operations by the median. */
  readonly gflops: number;
  readonly peak: Arithmetic;
  /** Of all its threads' cores together; null where the peak is not known. */
  readonly shareOfPeak: number | null;
}

/** bench/results/w1.json … */
export interface Results extends Circumstances {
  readonly workload: WorkloadName;
  readonly question: string;
  readonly command: string;
  /** Floating point operations of a step: `operationsOf`. */
  readonly flop: number;
  /** Whether each process was held to as many cores as it has threads. */
  readonly pinned: boolean;
  readonly peaks: Peaks;
  readonly rows: readonly Row[];
  readonly leftOut: readonly {
    readonly name: string;
    readonly threads: number;
    readonly reason: string;
  }[];
}

export const resultsFile = (workload: WorkloadName): URL =>
  new URL(`results/${workload.toLowerCase()}.json`, import.meta.url);

/** Null where nobody has measured yet. */
export function readResults(workload: WorkloadName): Results | null {
  const file = resultsFile(workload);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/** Of a program's forms the fastest, by the median; undefined where there is none. */
export function fastest(results: Results, who: Who, threads: number): Row | undefined {
  const rows = results.rows.filter((row) => row.who === who && row.threads === threads);
  return rows.sort((one, other) => one.ms.median - other.ms.median)[0];
}

/** To be taken before anything is measured. */
export function circumstances(): Circumstances {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    loadBefore: Math.round(loadavg()[0] * 100) / 100,
  };
}

/** @param file Where the figures are kept: under version control, beside what made them. */
export function keep(file: URL, results: object): void {
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

export const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** The middle of an odd number of values, the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const order = sorted(values);
  return (order[(order.length - 1) >> 1] + order[order.length >> 1]) / 2;
}

/** To `digits` after the point. */
export function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

/** To so many digits that count. */
export function significant(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}

/** Milliseconds as a reader wants them: three digits that count, thousands marked. */
export function figure(ms: number): string {
  return ms < 100 ? ms.toPrecision(3) : Math.round(ms).toLocaleString("en");
}
