/**
 * `npm run torture`: 10,000 damaged files, and a training run that is killed a hundred times.
 *
 *     node packages/cellstate/test/torture/run.ts [--files 10000] [--kills 100] [--seed 1]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { tortureFiles } from "./tortureFiles.ts";
import { tortureKills } from "./tortureKills.ts";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "10000" },
    kills: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
  },
});
const seed = Number(values.seed);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** On a terminal, a line that moves; elsewhere nothing until the end. */
function moving(what: string, of: number): (done: number) => void {
  return (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${what} ${done} of ${of}\u001b[K`);
    if (process.stderr.isTTY && done === of) process.stderr.write("\r\u001b[K");
  };
}

async function files(count: number): Promise<readonly string[]> {
  const report = await tortureFiles(count, seed, moving("damaged file", count));
  say(`${report.files} damaged files (seed ${seed})`);
  say(`  refused in one line  ${report.refused}, by ${report.lines.size} kinds of line`);
  say(`  harmless, loaded     ${report.taken}`);
  say(`  longest              ${report.longestMs.toFixed(0)} ms`);
  say(`  most memory          ${(report.mostMemory / 2 ** 20).toFixed(0)} MiB, garbage included`);
  return report.faults;
}

async function kills(count: number): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "cellstate-torture-"));
  try {
    const report = await tortureKills(count, seed, folder, moving("kill", count));
    say(`${report.kills} kills (seed ${seed}) of a run of ${report.undisturbedMs.toFixed(0)} ms`);
    say(`  after a checkpoint   ${report.afterCheckpoint}`);
    say(`  while writing        ${report.whileWriting}`);
    say(`  runs finished        ${report.finished}, each compared with the undisturbed one`);
    return report.faults;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let faults: readonly string[] = [];
if (Number(values.files) > 0) faults = await files(Number(values.files));
if (Number(values.kills) > 0) faults = [...faults, ...(await kills(Number(values.kills)))];
for (const fault of faults) say(`FAULT ${fault}`);
say(faults.length === 0 ? "no fault" : `${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;
