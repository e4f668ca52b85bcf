/**
 * Threads that share work: this one leads, and the others, which the platform starts, wait for it.
 *
 * A *job* is something laid out in shared memory, in practice a compiled plan; its *tasks* are functions of a thread's
 * share, the same on every thread. The leader describes a job once, in a message; from then on it names job and task in
 * shared words, does its own share, and waits for the others. So a call is synchronous, takes no memory and needs no promise.
 */
import { CellstateError } from "../errors.ts";
import {
  barrier,
  type Control,
  change,
  createControl,
  doneWord,
  failure,
  MOST_ARGUMENTS,
  RECEIVE,
  WORDS,
  waitWhile,
} from "./control.ts";
import { type Share, WHOLE } from "./share.ts";

/** Another thread, as the platform sees it: one that runs `serveThread` of `@cellstate/core/worker`. */
export interface ThreadHandle {
  /** Sends a message by structured clone; memory and modules are shared. */
  post(message: unknown): void;
  /** Whether it still runs; asked while this thread is blocked, so an event would come too late. */
  isAlive(): boolean;
  /** Ends it, whatever it does. */
  terminate(): void;
}

/** Starts thread number `index`, from 1; resolves when it listens. */
export type SpawnThread = (index: number) => Promise<ThreadHandle>;

/** Does a share of a piece of work. */
export type Task = (share: Share, args: Int32Array) => void;

/** What the leader sends. */
export type ThreadMessage =
  | { readonly kind: "begin"; readonly share: Share; readonly control: Control }
  | { readonly kind: "job"; readonly ticket: number; readonly job: number; readonly what: unknown }
  | { readonly kind: "forget"; readonly job: number };

export class Threads {
  /** This thread included. */
  readonly count: number;
  readonly #others: readonly ThreadHandle[];
  readonly #control: Control | null;
  readonly #share: Share;
  readonly #arguments: Int32Array;
  #jobs = 0;
  #ticket = 0;
  #ended = false;
  readonly #forgotten: FinalizationRegistry<number>;
  readonly #check = (): void => this.#checkAll();

  constructor(others: readonly ThreadHandle[]) {
    this.count = others.length + 1;
    this.#others = others;
    this.#share = others.length > 0 ? { index: 0, count: this.count } : WHOLE;
    this.#control = others.length > 0 ? createControl(this.count) : null;
    this.#arguments = this.#control
      ? this.#control.subarray(WORDS.arguments, WORDS.arguments + MOST_ARGUMENTS)
      : new Int32Array(MOST_ARGUMENTS);
    this.#forgotten = new FinalizationRegistry((job) => {
      if (!this.#ended) this.#post({ kind: "forget", job });
    });
    others.forEach((other, i) => {
      if (!this.#control) return;
      const share = { index: i + 1, count: this.count };
      other.post({ kind: "begin", share, control: this.#control } satisfies ThreadMessage);
    });
  }

  /** Tells the other threads of a job; they forget it when `owner` is collected. @returns the job's number. */
  add(what: unknown, owner: object): number {
    const job = this.#jobs++;
    if (!this.#control) return job;
    this.#publish(job, RECEIVE);
    this.#post({ kind: "job", ticket: this.#ticket, job, what });
    this.#forgotten.register(owner, job);
    return job;
  }

  /** Where the arguments of the next `run` are written. */
  get arguments(): Int32Array {
    return this.#arguments;
  }

  /**
   * Runs a task of a job on all threads, here by `mine`, and returns when every one has done its share.
   *
   * @throws CellstateError `thread` where one has failed or is gone: what it was working on is then worth nothing.
   */
  run(job: number, task: number, mine: Task): void {
    const control = this.#control;
    if (control) {
      this.#publish(job, task);
      try {
        mine(this.#share, this.#arguments);
      } finally {
        this.#wait(control);
      }
    } else {
      mine(this.#share, this.#arguments);
    }
  }

  /** Within a task: waits until all threads have come to this point of it. */
  readonly barrier = (): void => {
    if (this.#control) barrier(this.#control, this.count, this.#check);
  };

  /** Ends the other threads. No job can run afterwards. */
  end(): void {
    this.#ended = true;
    for (const other of this.#others) other.terminate();
  }

  /** The next ticket, when the last one has been done by all. */
  #publish(job: number, task: number): void {
    const control = this.#control;
    if (!control) return;
    if (this.#ended) throw new TypeError("threads: they have been ended; start new ones");
    this.#wait(control);
    control[WORDS.job] = job;
    control[WORDS.task] = task;
    this.#ticket = (this.#ticket + 1) | 0;
    change(control, WORDS.ticket, this.#ticket);
  }

  #wait(control: Control): void {
    for (let index = 1; index < this.count; index++) {
      const word = doneWord(index);
      for (;;) {
        const done = Atomics.load(control, word);
        if (done === this.#ticket) break;
        waitWhile(control, word, done, this.#check);
      }
    }
    if (Atomics.load(control, WORDS.failed) !== 0) this.#checkAll();
  }

  #checkAll(): void {
    const said = this.#control && failure(this.#control);
    if (said !== null) throw new CellstateError("thread", `a thread failed: ${said}`);
    this.#others.forEach((other, i) => {
      if (other.isAlive()) return;
      throw new CellstateError(
        "thread",
        `thread ${i + 2} of ${this.count} ended before its work was done (was it killed, or out of memory?); ` +
          "what was computed since the last checkpoint is lost: resume from it, or run with one thread",
      );
    });
  }

  #post(message: ThreadMessage): void {
    for (const other of this.#others) other.post(message);
  }
}

/** One thread: this one. */
export function oneThread(): Threads {
  return new Threads([]);
}

/** Whether memory can be shared here: in Node always, in a page only where it is isolated from other origins. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  try {
    return (
      new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof
      SharedArrayBuffer
    );
  } catch {
    return false;
  }
}

/**
 * Starts threads for an engine, `createWasmEngine({ threads })`. Where memory cannot be shared there is one, and no error.
 *
 * @param count Threads in all, this one included.
 * @param spawn How the platform starts one.
 * @throws Whatever `spawn` throws; those that were started are ended.
 */
export async function startThreads(count: number, spawn: SpawnThread): Promise<Threads> {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`threads: expected a whole number from 1, got ${count}`);
  }
  if (count === 1 || !canShareMemory()) return oneThread();
  const starting = Array.from({ length: count - 1 }, (_, i) => spawn(i + 1));
  const started = await Promise.allSettled(starting);
  const others = started.flatMap((s) => (s.status === "fulfilled" ? [s.value] : []));
  const failed = started.find((s) => s.status === "rejected");
  if (failed) {
    for (const other of others) other.terminate();
    throw failed.reason;
  }
  return new Threads(others);
}
