/**
 * Ten thousand damaged files: each is refused in one line or loads as a valid model; none crashes, none takes longer than a
 * second or memory out of proportion to its size.
 */
import { Worker } from "node:worker_threads";
import type { FileOutcome, FilesJob } from "./damagedFiles.ts";

export interface FilesReport {
  readonly files: number;
  readonly refused: number;
  /** Loaded as valid models. */
  readonly taken: number;
  /** What is wrong, a text a file; empty when all is well. */
  readonly faults: readonly string[];
  readonly longestMs: number;
  /** The most memory that a file took, in bytes, garbage included. */
  readonly mostMemory: number;
  /** How often each kind of line came, its numbers and names left out. */
  readonly lines: ReadonlyMap<string, number>;
}

/** A file that is not done after this is taken for a hang. */
const HANG_MS = 10_000;
const LONGEST_MS = 1_000;
/**
 * Text, parsed objects and the model's own weights cost some multiple of the file, and a program of thousands of nodes can be
 * written in 60 KB of equations. Garbage is counted as well.
 */
const MOST_MEMORY = 64 * 2 ** 20;
const MOST_MEMORY_A_BYTE = 32;
/** After so many workers and files that went wrong, more would say nothing new. */
const MOST_FAULTS = 20;
/** A worker's heap, in MiB: whoever wants more gets an error, and the run goes on. */
const HEAP = 512;

export async function tortureFiles(
  count: number,
  seed: number,
  onFile: (done: number) => void = () => {},
): Promise<FilesReport> {
  const faults: string[] = [];
  const lines = new Map<string, number>();
  let refused = 0;
  let taken = 0;
  let longestMs = 0;
  let mostMemory = 0;
  let done = 0;
  const note = (outcome: FileOutcome): void => {
    const { index, how, fault, line, milliseconds, memory, size } = outcome;
    done = index + 1;
    longestMs = Math.max(longestMs, milliseconds);
    mostMemory = Math.max(mostMemory, memory);
    if (line === null) taken++;
    else {
      refused++;
      const kind = line.replaceAll(/`[^`]*`|"[^"]*"|[\d.]+|crc32:\w+/g, "…");
      lines.set(kind, (lines.get(kind) ?? 0) + 1);
    }
    const file = `file ${index} (${how})`;
    if (fault !== null) faults.push(`${file}: ${fault}`);
    if (milliseconds > LONGEST_MS) faults.push(`${file}: took ${milliseconds.toFixed(0)} ms`);
    if (memory > MOST_MEMORY + MOST_MEMORY_A_BYTE * size) {
      faults.push(`${file}: took ${memory} bytes of memory for ${size}`);
    }
    onFile(done);
  };
  while (done < count) {
    const stopped = await runWorker({ seed, from: done, to: count }, note);
    if (stopped === null) break;
    faults.push(`file ${done}: ${stopped}`);
    if (faults.length >= MOST_FAULTS) break;
    done++;
  }
  return { files: count, refused, taken, faults, longestMs, mostMemory, lines };
}

/** @returns null where the worker came to its end, else what stopped it at the file after the last one told. */
function runWorker(job: FilesJob, note: (outcome: FileOutcome) => void): Promise<string | null> {
  const worker = new Worker(new URL("./damagedFiles.ts", import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: HEAP },
  });
  return new Promise((resolve) => {
    const hang = (): void => {
      void worker.terminate();
      resolve(`not done after ${HANG_MS / 1000} s`);
    };
    let timer = setTimeout(hang, 3 * HANG_MS);
    worker.on("message", (outcome: FileOutcome) => {
      clearTimeout(timer);
      timer = setTimeout(hang, HANG_MS);
      note(outcome);
    });
    worker.on("error", (error) => {
      clearTimeout(timer);
      resolve(error.message);
    });
    worker.on("exit", (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? null : `exit code ${code}`);
    });
  });
}
