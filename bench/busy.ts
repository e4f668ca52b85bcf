/**
 * What does training on two threads lose when other programs want both cores? Barriers that spin forever would lose everything.
 *
 *     node bench/busy.ts [STEPS]     → bench/results/busy.json
 *
 * W1 on one thread with the machine to itself; then on two threads beside two programs that compute without end. Fair shares are half
 * of each core, so the second should take no longer than twice the first. Times are means: a pause counts.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Busy } from "./beside.ts";
import {
  type Circumstances,
  circumstances,
  figure,
  keep,
  median,
  round,
  significant,
} from "./results.ts";

const STEPS = process.argv[2] ?? "60";
const ROUNDS = 3;
const PROGRAM = fileURLToPath(new URL("ours/characters.ts", import.meta.url));
const run = promisify(execFile);

/** Mean milliseconds a step. */
async function measured(threads: number): Promise<number> {
  const args = [PROGRAM, "W1", "wasm", String(threads), STEPS];
  const { stdout } = await run(process.execPath, args);
  const { ms }: { ms: number[] } = JSON.parse(stdout);
  return ms.reduce((sum, each) => sum + each, 0) / ms.length;
}

/** Computes until it is ended; by itself after two minutes, should nobody do so. */
const BUSY = "const end = Date.now() + 120_000; while (Date.now() < end);";

async function beside<T>(programs: number, measure: () => Promise<T>): Promise<T> {
  const others: ChildProcess[] = Array.from({ length: programs }, () =>
    spawn(process.execPath, ["-e", BUSY], { stdio: "ignore" }),
  );
  try {
    return await measure();
  } finally {
    for (const other of others) other.kill();
  }
}

const before = circumstances();
const alone: number[] = [];
const busy: number[] = [];
for (let r = 0; r < ROUNDS; r++) {
  alone.push(await measured(1));
  busy.push(await beside(2, () => measured(2)));
}
const ratio = round(median(busy) / median(alone), 2);
console.log(
  `one thread alone ${figure(median(alone))} ms, two threads beside two busy programs ${figure(median(busy))} ms: ${ratio} times`,
);
keep(new URL("results/busy.json", import.meta.url), {
  question: "W1, ms a step: two threads beside two busy programs against one thread alone",
  command: "node bench/busy.ts",
  ...before,
  steps: Number(STEPS),
  oneThreadAlone: alone.map((each) => significant(each)),
  twoThreadsBusy: busy.map((each) => significant(each)),
  ratio,
  limit: 2,
} satisfies Busy & Circumstances & Record<string, unknown>);
