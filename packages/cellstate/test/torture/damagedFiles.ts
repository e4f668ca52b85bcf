/**
 * Reads damaged files one after another and says of each how it went. Runs in a worker, which tells after each file that it
 * is alive, so that a hang or a crash is the file's fault and not the end of the run.
 */
import { parentPort, workerData } from "node:worker_threads";
import { CellstateError, createReferenceEngine, LanguageStream } from "@cellstate/core";
import { type Damaged, damage } from "./damage.ts";
import { FILE, makeSamples, type Sample } from "./samples.ts";

export interface FilesJob {
  readonly seed: number;
  /** Files [from, to). */
  readonly from: number;
  readonly to: number;
}

/** How one file went. */
export interface FileOutcome {
  readonly index: number;
  readonly how: string;
  /** Null where the file was refused in one line, or loaded as a valid model; else what is wrong. */
  readonly fault: string | null;
  /** The line, or null where the file was taken. */
  readonly line: string | null;
  readonly milliseconds: number;
  /** Bytes of memory taken, garbage included. */
  readonly memory: number;
  /** Bytes of the file. */
  readonly size: number;
}

const engine = createReferenceEngine();
const LONGEST_LINE = 500;

type Verdict = Pick<FileOutcome, "fault" | "line">;

const faulty = (fault: string): Verdict => ({ fault, line: null });

function read(sample: Sample, damaged: Damaged): Verdict {
  try {
    return judge(sample, damaged, sample.read(damaged.bytes));
  } catch (error) {
    if (!(error instanceof CellstateError)) return faulty(traceOf(error));
    const { message } = error;
    return { fault: faultOfLine(message), line: message };
  }
}

/** A refusal is one line that a person can read, and says which file it is about. */
function faultOfLine(message: string): string | null {
  if (/[\p{Cc}\u2028\u2029]/u.test(message)) return `not one line: ${JSON.stringify(message)}`;
  if (message.length > LONGEST_LINE) return `a line of ${message.length} characters`;
  return message.startsWith(`${FILE}: `) ? null : `does not name the file: ${message}`;
}

/** A file that was taken must be a valid one: it can be written, read again, and run. */
function judge(sample: Sample, damaged: Damaged, taken: ReturnType<Sample["read"]>): Verdict {
  try {
    const again = taken.write();
    if (taken.model?.weights.some((weight) => !Number.isFinite(weight))) {
      return faulty("taken with weights that are not finite");
    }
    // What passes the checksum has not changed, but for a checksum whose own name was hit.
    if (!damaged.sealed && Buffer.compare(again, sample.bytes) !== 0) {
      return faulty("taken, though it is not what was written");
    }
    if (Buffer.compare(sample.read(again).write(), again) !== 0) {
      return faulty("not the same when it is written and read again");
    }
    if (taken.model) new LanguageStream(taken.model, engine).step(0);
    return { fault: null, line: null };
  } catch (error) {
    return faulty(`taken, but then: ${traceOf(error)}`);
  }
}

function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function run({ seed, from, to }: FilesJob, tell: (outcome: FileOutcome) => void): void {
  const samples = makeSamples();
  for (let index = from; index < to; index++) {
    const sample = samples[index % samples.length];
    const damaged = damage(sample.bytes, seed, index);
    const before = process.memoryUsage();
    const start = performance.now();
    const outcome = read(sample, damaged);
    const milliseconds = performance.now() - start;
    const after = process.memoryUsage();
    const memory =
      Math.max(0, after.arrayBuffers - before.arrayBuffers) +
      Math.max(0, after.heapUsed - before.heapUsed);
    const how = `${sample.name}: ${damaged.how}`;
    tell({ index, how, ...outcome, milliseconds, memory, size: damaged.bytes.length });
  }
}

const job: FilesJob = workerData;
run(job, (outcome) => parentPort?.postMessage(outcome));
