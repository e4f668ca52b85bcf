/** What every results file says of where its figures come from. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";

export interface Circumstances {
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  /** The machine's load before the first measurement: far from 0, others were at work and times are too long. */
  readonly loadBefore: number;
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
