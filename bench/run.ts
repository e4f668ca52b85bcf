/**
 * Measures W1 of workloads.json, here and elsewhere: each variant in a fresh process, pinned to one core where that can be done, in
 * rounds whose order alternates. Peers are there after `npm run bench:peers`.
 *
 *     npm run bench                        all, 5 rounds → bench/results/w1.json
 *     npm run bench -- --rounds 2 NAME…    only these; printed, not kept
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { dirname } from "node:path";
import { parseArgs, promisify } from "node:util";
import { CASE_FILE, missing, type Variant, W1_VARIANTS } from "./variants.ts";
import { writeCase } from "./w1Case.ts";

/** What a variant's process prints. */
interface Printed {
  readonly ms: readonly number[];
  readonly losses: readonly number[];
  readonly maxRssMb: number;
  readonly version: string;
}

export interface Row {
  readonly name: string;
  readonly group: string;
  readonly note: string;
  readonly version: string;
  /** A training step, over all timed steps of all rounds. */
  readonly ms: { readonly minimum: number; readonly median: number; readonly maximum: number };
  readonly steps: number;
  /** Medians, a round each. */
  readonly rounds: readonly number[];
  readonly maxRssMb: number;
}

export interface Results {
  readonly question: string;
  readonly date: string;
  readonly command: string;
  readonly machine: string;
  readonly node: string;
  readonly pinned: boolean;
  /** The machine's load before the first round: far from 0, others were at work and times are too long. */
  readonly loadBefore: number;
  readonly rows: readonly Row[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/** A BLAS told of another processor than there is takes half as long again. */
const UNSET = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

const run = promisify(execFile);

async function measureOnce(variant: Variant, pinned: boolean): Promise<Printed> {
  const env = { ...process.env, ...variant.environment };
  for (const name of UNSET) delete env[name];
  const [program, ...args] = pinned ? ["taskset", "-c", "0", ...variant.command] : variant.command;
  const { stdout } = await run(program, args, { env, maxBuffer: 1 << 24 }).catch((error) => {
    throw new Error(`${variant.name} failed: ${error.stderr || error.message}`);
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

function summary(variant: Variant, printed: readonly Printed[]): Row {
  const { name, group, note } = variant;
  const all = sorted(printed.flatMap(({ ms }) => ms));
  return {
    name,
    group,
    note,
    version: printed[0].version,
    ms: { minimum: round(all[0]), median: round(median(all)), maximum: round(all[all.length - 1]) },
    steps: all.length,
    rounds: printed.map(({ ms }) => round(median(sorted(ms)))),
    maxRssMb: Math.round(Math.max(...printed.map(({ maxRssMb }) => maxRssMb))),
  };
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const median = (values: readonly number[]) =>
  (values[(values.length - 1) >> 1] + values[values.length >> 1]) / 2;
const round = (ms: number) => Math.round(ms * 10) / 10;

function canPin(): boolean {
  try {
    execFileSync("taskset", ["-c", "0", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { rounds: { type: "string", default: "5" } },
    allowPositionals: true,
  });
  const rounds = Number(values.rounds);
  const asked = W1_VARIANTS.filter(({ name }) => !positionals.length || positionals.includes(name));
  const leftOut = asked.flatMap((variant) => {
    const path = missing(variant);
    return path ? [{ name: variant.name, reason: `${path} is not there` }] : [];
  });
  const variants = asked.filter((variant) => !missing(variant));
  const pinned = canPin();
  const loadBefore = Math.round(loadavg()[0] * 100) / 100;
  mkdirSync(dirname(CASE_FILE), { recursive: true });
  writeCase(CASE_FILE);

  const printed = new Map(variants.map(({ name }) => [name, [] as Printed[]]));
  for (let r = 0; r < rounds; r++) {
    for (const variant of r % 2 === 0 ? variants : [...variants].reverse()) {
      const once = await measureOnce(variant, pinned);
      printed.get(variant.name)?.push(once);
      console.error(
        `round ${r + 1}  ${variant.name.padEnd(20)} ${round(median(sorted(once.ms)))} ms`,
      );
    }
  }
  const results: Results = {
    question:
      "W1: one training step of a character model, 2 × 128 LSTM, batch 50, 50 steps, one thread",
    date: new Date().toISOString().slice(0, 10),
    command: "npm run bench",
    machine: `${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    pinned,
    loadBefore,
    rows: variants.map((variant) => summary(variant, printed.get(variant.name) ?? [])),
    leftOut,
  };
  const text = `${JSON.stringify(results, null, 2)}\n`;
  if (positionals.length > 0) console.log(text);
  else writeFileSync(new URL("results/w1.json", import.meta.url), text);
}

if (import.meta.main) await main();
