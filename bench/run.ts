/**
 * Measures W1 of workloads.json, here and elsewhere: each variant in a fresh process, pinned to one core where that can be done, in
 * rounds whose order alternates. Peers are there after `npm run bench:peers`.
 *
 *     npm run bench                        all, 5 rounds → bench/results/w1.json
 *     npm run bench -- --rounds 2 NAME…    only these; printed, not kept
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs, promisify } from "node:util";
import { type Circumstances, circumstances, keep, median, round, sorted } from "./results.ts";
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

export interface Results extends Circumstances {
  readonly question: string;
  readonly command: string;
  readonly pinned: boolean;
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
    rounds: printed.map(({ ms }) => round(median(ms))),
    maxRssMb: Math.round(Math.max(...printed.map(({ maxRssMb }) => maxRssMb))),
  };
}

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
  const before = circumstances();
  mkdirSync(dirname(CASE_FILE), { recursive: true });
  writeCase(CASE_FILE);

  const printed = new Map(variants.map(({ name }) => [name, [] as Printed[]]));
  for (let r = 0; r < rounds; r++) {
    for (const variant of r % 2 === 0 ? variants : [...variants].reverse()) {
      const once = await measureOnce(variant, pinned);
      printed.get(variant.name)?.push(once);
      console.error(`round ${r + 1}  ${variant.name.padEnd(20)} ${round(median(once.ms))} ms`);
    }
  }
  const results: Results = {
    question:
      "W1: one training step of a character model, 2 × 128 LSTM, batch 50, 50 steps, one thread",
    command: "npm run bench",
    ...before,
    pinned,
    rows: variants.map((variant) => summary(variant, printed.get(variant.name) ?? [])),
    leftOut,
  };
  if (positionals.length > 0) console.log(JSON.stringify(results, null, 2));
  else keep(new URL("results/w1.json", import.meta.url), results);
}

if (import.meta.main) await main();
