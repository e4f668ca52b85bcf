/**
 * Measures the workloads, here and elsewhere: each variant in a fresh process, held to one core or two where that can be done, in
 * rounds whose order alternates. Peers are there after `bench/peers/install`.
 *
 *     npm run bench -- [W1 W3 …] [--rounds 3]            ours alone: printed, not kept
 *     npm run bench:peers -- [W1 W3 …] [--rounds 3]      all, in one run → bench/results/w1.json …, and the table of limits
 *
 *     --only NAME       variants of this name alone, `wasm` or `pytorch`: printed, not kept
 */
import { execFile, execFileSync } from "node:child_process";
import { parseArgs, promisify } from "node:util";
import { writeCase } from "./cases.ts";
import { printJudgement } from "./judge.ts";
import type { Peaks } from "./peaks.ts";
import {
  type Circumstances,
  circumstances,
  figure,
  keep,
  median,
  type Results,
  type Row,
  resultsFile,
  round,
  significant,
  sorted,
} from "./results.ts";
import { isOurs, missing, VARIANTS, type Variant } from "./variants.ts";
import {
  operationsOf,
  WORKLOAD_NAMES,
  WORKLOADS,
  type WorkloadName,
  workloadName,
} from "./workloads.ts";

/** What a variant's process prints. */
interface Printed {
  readonly ms: readonly number[];
  readonly maxRssMb: number;
  readonly version: string;
}

/** A BLAS told of another processor than there is takes half as long again. */
const UNSET = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

const run = promisify(execFile);

/** @returns the last line that a command prints, as JSON. */
async function printed(
  command: readonly string[],
  cores: string | null,
  environment: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const env = { ...process.env, ...environment };
  for (const name of UNSET) delete env[name];
  const [program, ...args] = cores === null ? command : ["taskset", "-c", cores, ...command];
  const { stdout } = await run(program, args, { env, maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

async function measureOnce(variant: Variant, pinned: boolean): Promise<Printed> {
  const { command, environment, threads } = variant;
  const cores = threads === 1 ? "0" : "0,1";
  try {
    // Each program prints the line that `measure` or case.py's writes.
    return (await printed(command, pinned ? cores : null, environment)) as Printed;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`${label(variant)} failed: ${stderr || message}`);
  }
}

function summary(variant: Variant, measured: readonly Printed[], peaks: Peaks): Row {
  const { workload, name, who, threads, arithmetic, note } = variant;
  const all = sorted(measured.flatMap(({ ms }) => ms));
  const middle = median(all);
  const gflops = operationsOf(WORKLOADS[workload]) / middle / 1e6;
  const peak = { wasm: peaks.wasm, native: peaks.native?.gflops ?? null, integer: null }[
    arithmetic
  ];
  return {
    name,
    who,
    threads,
    note,
    version: measured[0].version,
    ms: {
      minimum: significant(all[0]),
      median: significant(middle),
      maximum: significant(all[all.length - 1]),
    },
    times: all.length,
    rounds: measured.map(({ ms }) => significant(median(ms))),
    maxRssMb: Math.round(Math.max(...measured.map(({ maxRssMb }) => maxRssMb))),
    gflops: significant(gflops, 3),
    peak: arithmetic,
    shareOfPeak: peak === null ? null : round(gflops / (peak * threads), 3),
  };
}

const label = ({ workload, name, threads }: Variant): string => `${workload} ${name} /${threads}`;

function canPin(): boolean {
  try {
    execFileSync("taskset", ["-c", "0,1", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

interface Run extends Circumstances {
  readonly command: string;
  readonly pinned: boolean;
  readonly peaks: Peaks;
}

/** All rounds of a workload. A variant that fails is left out, and said to be. */
async function measureWorkload(
  workload: WorkloadName,
  asked: readonly Variant[],
  rounds: number,
  about: Run,
): Promise<Results> {
  writeCase(workload);
  const leftOut: { name: string; threads: number; reason: string }[] = [];
  const leaveOut = ({ name, threads }: Variant, reason: string) => {
    leftOut.push({ name, threads, reason });
    console.error(`${workload}  ${name} /${threads} left out: ${reason}`);
  };
  const times = new Map<Variant, Printed[]>();
  for (const variant of asked) {
    const path = missing(variant);
    if (path) leaveOut(variant, `${path.replace(/.*\/bench\//, "bench/")} is not there`);
    else times.set(variant, []);
  }
  for (let r = 0; r < rounds; r++) {
    const order = [...times.keys()];
    for (const variant of r % 2 === 0 ? order : order.reverse()) {
      try {
        const once = await measureOnce(variant, about.pinned);
        times.get(variant)?.push(once);
        console.error(
          `round ${r + 1}  ${label(variant).padEnd(26)} ${figure(median(once.ms)).padStart(8)} ms`,
        );
      } catch (error) {
        times.delete(variant);
        leaveOut(variant, firstTelling(error instanceof Error ? error.message : String(error)));
      }
    }
  }
  const { desc } = WORKLOADS[workload];
  return {
    workload,
    question: `How long does a step of ${workload} take? ${desc}`,
    flop: operationsOf(WORKLOADS[workload]),
    ...about,
    rows: [...times].map(([variant, measured]) => summary(variant, measured, about.peaks)),
    leftOut,
  };
}

/** Of a stack trace the line that says what was wrong. */
function firstTelling(message: string): string {
  const lines = message.split("\n").map((line) => line.trim());
  return (lines.find((line) => /^\w*Error:/.test(line)) ?? lines[0]).slice(0, 300);
}

function show({ workload, rows }: Results): void {
  console.log(`\n${workload}  ${WORKLOADS[workload].desc}`);
  for (const { name, threads, ms, gflops, shareOfPeak, maxRssMb } of rows) {
    const share = shareOfPeak === null ? "" : `${Math.round(100 * shareOfPeak)} %`;
    console.log(
      `  ${`${name} /${threads}`.padEnd(24)}${figure(ms.median).padStart(9)} ms  (${figure(ms.minimum)}–${figure(ms.maximum)})`.padEnd(
        64,
      ),
      `${gflops} GFLOP/s`.padStart(14),
      share.padStart(6),
      `${maxRssMb} MB`.padStart(8),
    );
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      rounds: { type: "string", default: "3" },
      peers: { type: "boolean", default: false },
      only: { type: "string", multiple: true },
    },
    allowPositionals: true,
  });
  const workloads = positionals.length > 0 ? positionals.map(workloadName) : WORKLOAD_NAMES;
  const { only, peers } = values;
  const asked = VARIANTS.filter((variant) =>
    only ? only.includes(variant.name) : peers || isOurs(variant),
  );
  const pinned = canPin();
  const before = circumstances();
  const peaks = [process.execPath, new URL("peaks.ts", import.meta.url).pathname];
  const about: Run = {
    command: "npm run bench:peers",
    ...before,
    pinned,
    peaks: (await printed(peaks, pinned ? "0" : null)) as Peaks,
  };
  for (const workload of workloads) {
    const of = asked.filter((variant) => variant.workload === workload);
    const results = await measureWorkload(workload, of, Number(values.rounds), about);
    if (peers && !only) keep(resultsFile(workload), results);
    show(results);
  }
  if (peers && !only) printJudgement();
}

if (import.meta.main) await main();
