/**
 * `kill -9` at random moments of a training run, resumed each time: the final weights equal those of the run that nobody
 * killed, bit for bit, and no file is ever unreadable.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  decodeCheckpoint,
  decodeLanguageModel,
  RandomStream,
  readSafetensors,
  streamKey,
} from "@cellstate/core";

export interface KillsReport {
  readonly kills: number;
  /** Kills before which a checkpoint had been written, and so was gone on from. */
  readonly afterCheckpoint: number;
  /** Kills within a few milliseconds of a file's being written. */
  readonly whileWriting: number;
  /** Runs that came to their end, each compared with the undisturbed one. */
  readonly finished: number;
  /** Empty when all is well. */
  readonly faults: readonly string[];
  readonly undisturbedMs: number;
}

const COMMAND = fileURLToPath(new URL("../../bin/cellstate.js", import.meta.url));
const MODEL = "m.safetensors";
/** Small enough to be done in two seconds, with a checkpoint every few steps (the option is in seconds). */
const OPTIONS = [
  ...["--steps", "2000", "--hidden-size", "24", "--layers", "2", "--window", "16"],
  ...["--batch-size", "8", "--dropout", "0.1", "--validation", "0.1", "--seed", "1"],
  ...["--checkpoint-every", "0.04", "--engine", "wasm"],
];
/** A run that is not done after this hangs. */
const HANG_MS = 60_000;
/** More would say nothing new. */
const MOST_FAULTS = 10;

/**
 * @param folder Empty; left with whatever the last run wrote.
 * @throws Error where the undisturbed run fails: there is then nothing to compare with.
 */
export async function tortureKills(
  kills: number,
  seed: number,
  folder: string,
  onKill: (done: number) => void = () => {},
): Promise<KillsReport> {
  const random = new RandomStream(streamKey(seed, "kills"));
  const text = join(folder, "text.txt");
  writeFileSync(text, makeText(random));
  const start = performance.now();
  const undisturbed = await runWhole(text, emptyFolder(folder, "undisturbed"), ["--threads", "1"]);
  const undisturbedMs = performance.now() - start;
  if (undisturbed !== null) throw new Error(`the run that nobody kills ${undisturbed}`);
  const expected = readFileSync(join(folder, "undisturbed", MODEL));

  const faults: string[] = [];
  let killed = 0;
  let afterCheckpoint = 0;
  let whileWriting = 0;
  let finished = 0;
  let here = emptyFolder(folder, "killed");
  const finish = (): void => {
    finished++;
    const fault = compare(readFileSync(join(here, MODEL)), expected);
    if (fault !== null) faults.push(`after ${killed} kills: ${fault}`);
    const stray = readdirSync(here).filter((name) => name.endsWith(".tmp"));
    if (stray.length > 0) faults.push(`after ${killed} kills: ${stray.join(", ")} is left`);
    here = emptyFolder(folder, "killed");
  };
  while (killed < kills && faults.length < MOST_FAULTS) {
    // One thread or two, whatever the run had before it was killed: no bit depends on it.
    const threads = random.uniform() < 0.5 ? "1" : "2";
    const child = begin(text, here, ["--resume", "--threads", threads]);
    const ended = endOf(child);
    const atWriting = random.uniform() < 0.4;
    const moment = killMoment(here, random.uniform() * undisturbedMs, atWriting);
    const outcome = await Promise.race([ended, moment.then(() => "kill" as const)]);
    if (outcome === "kill" && child.kill("SIGKILL")) {
      const { signal } = await ended;
      if (signal === "SIGKILL") {
        killed++;
        if (atWriting) whileWriting++;
        const { checkpoints, unreadable } = readAll(here);
        if (checkpoints > 0) afterCheckpoint++;
        faults.push(...unreadable.map((line) => `after ${killed} kills: ${line}`));
        onKill(killed);
        continue;
      }
    }
    const fault = faultOf(await ended);
    if (fault === null) finish();
    else faults.push(`after ${killed} kills: ${fault}`);
  }
  const fault = await runWhole(text, here, ["--resume"]);
  if (fault === null) finish();
  else faults.push(`after ${killed} kills: ${fault}`);
  return { kills: killed, afterCheckpoint, whileWriting, finished, faults, undisturbedMs };
}

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly errors: string;
}

function begin(text: string, folder: string, options: readonly string[]): ChildProcess {
  const args = ["train", text, "--out", join(folder, MODEL), ...OPTIONS, ...options];
  return spawn(process.execPath, [COMMAND, ...args], { stdio: ["ignore", "ignore", "pipe"] });
}

async function endOf(child: ChildProcess): Promise<End> {
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-500);
  });
  const hang = setTimeout(() => child.kill("SIGABRT"), HANG_MS);
  const [code, signal] = await once(child, "close");
  clearTimeout(hang);
  return { code, signal, errors };
}

function faultOf({ code, signal, errors }: End): string | null {
  return code === 0 ? null : `ended with ${signal ?? `code ${code}`}: ${errors.trim()}`;
}

async function runWhole(
  text: string,
  folder: string,
  options: readonly string[],
): Promise<string | null> {
  return faultOf(await endOf(begin(text, folder, options)));
}

/** After so many milliseconds, or there at once when next a file in the folder changes. */
async function killMoment(folder: string, afterMs: number, atWriting: boolean): Promise<void> {
  await sleep(afterMs);
  if (!atWriting) return;
  const watcher = watch(folder);
  try {
    // A run that is about to end may write no more.
    await Promise.race([once(watcher, "change"), sleep(HANG_MS / 10, null, { ref: false })]);
  } finally {
    watcher.close();
  }
}

/** Reads every file as what it says it is. Those of a killed write are called `.tmp` and are nobody's. */
function readAll(folder: string): { checkpoints: number; unreadable: string[] } {
  let checkpoints = 0;
  const unreadable: string[] = [];
  for (const name of readdirSync(folder)) {
    if (name.endsWith(".tmp")) continue;
    try {
      const bytes = new Uint8Array(readFileSync(join(folder, name)));
      if (readSafetensors(bytes, name).metadata.kind === "checkpoint") {
        decodeCheckpoint(bytes, name);
        checkpoints++;
      } else {
        decodeLanguageModel(bytes, name);
      }
    } catch (error) {
      unreadable.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { checkpoints, unreadable };
}

function compare(model: Buffer, expected: Buffer): string | null {
  if (model.equals(expected)) return null;
  const found = readSafetensors(new Uint8Array(model), "killed");
  const wanted = readSafetensors(new Uint8Array(expected), "undisturbed");
  for (const [name, { data }] of wanted.tensors) {
    const other = found.tensors.get(name)?.data;
    const at = data.findIndex((value: number | bigint, i: number) => !Object.is(value, other?.[i]));
    if (at >= 0) return `${name}[${at}] is ${other?.[at]}, not ${data[at]}`;
  }
  const parts = Object.keys(wanted.metadata).filter(
    (part) => part !== "checksum" && wanted.metadata[part] !== found.metadata[part],
  );
  return `the weights are the same, but not the metadata's ${parts.join(", ")}`;
}

function emptyFolder(parent: string, name: string): string {
  const folder = join(parent, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}

/** Some kilobytes of words, enough for an epoch of a few dozen steps. */
function makeText(random: RandomStream): string {
  const words = ["the", "gate", "keeps", "what", "it", "is", "given", "and", "forgets", "\n"];
  return Array.from({ length: 2_000 }, () => words[random.integer(words.length)]).join(" ");
}
