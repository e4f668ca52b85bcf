/**
 * Threads that share work: this one leads, and the others, which the platform starts, wait for it.
 *
 * A *job* is something laid out in shared memory, in practice a compiled plan; its *tasks* are functions of a thread's
 * share, the same on every thread. The leader describes a job once, in a message; from then on it names job and task in
 * shared words, and all threads claim shares until the work is done. So a call is synchronous, takes no memory and needs
 * no promise; and any thread may do any share, which changes no result.
 */
import { CellstateError } from "../errors.ts";
import {
  type Control,
  change,
  claimShare,
  createControl,
  failure,
  MOST_ARGUMENTS,
  MOST_THREADS,
  offerShares,
  RECEIVE,
  receivedWord,
  WORDS,
  waitWhile,
} from "./control.ts";
import { type Share, WHOLE } from "./share.ts";

/** Another thread, as the platform sees it: one that runs `serveThread` of `@cellstate/core/worker`. */
export interface ThreadHandle {
  /**
   * Sends a message by structured clone; memory and modules are shared. It must arrive while this thread is busy: in a page
   * through a MessagePort, since what is sent to a Worker itself waits until the page's code returns.
   */
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
  | {
      readonly kind: "begin";
      readonly index: number;
      readonly count: number;
      readonly control: Control;
    }
  | { readonly kind: "job"; readonly ticket: number; readonly job: number; readonly what: unknown }
  | { readonly kind: "forget"; readonly job: number };

/** A thread that ends unseen, idle, is looked for every so many pieces of work. */
const LOOK_EVERY = 256;

export class Threads {
  /** This thread included. */
  readonly count: number;
  /** Where the arguments of the next `run` are written. */
  readonly arguments: Int32Array;
  readonly #others: readonly ThreadHandle[];
  readonly #control: Control | null;
  readonly #shares: readonly Share[];
  #jobs = 0;
  #ticket = 0;
  #sent = 0;
  #ended = false;
  /** Which thread has been found dead: its share may never be done, so nothing more is shared. */
  #lost: string | null = null;
  readonly #forgotten: FinalizationRegistry<number>;
  readonly #check = (): void => this.#checkAll();

  constructor(others: readonly ThreadHandle[]) {
    const count = others.length + 1;
    this.count = count;
    this.#others = others;
    this.#shares = Array.from({ length: count }, (_, index) => ({ index, count }));
    const control = others.length > 0 ? createControl(count) : null;
    this.#control = control;
    this.arguments = control
      ? control.subarray(WORDS.arguments, WORDS.arguments + MOST_ARGUMENTS)
      : new Int32Array(MOST_ARGUMENTS);
    this.#forgotten = new FinalizationRegistry((job) => {
      if (!this.#ended) this.#post({ kind: "forget", job });
    });
    others.forEach((other, i) => {
      if (!control) return;
      other.post({ kind: "begin", index: i + 1, count, control } satisfies ThreadMessage);
    });
  }

  /** Tells the other threads of a job; they forget it when `owner` is collected. @returns the job's number. */
  add(what: unknown, owner: object): number {
    const job = this.#jobs++;
    const control = this.#control;
    if (!control) return job;
    this.#refuseIfEnded();
    this.#checkAll();
    this.#publish(control, job, RECEIVE, this.count);
    this.#post({ kind: "job", ticket: this.#ticket, job, what });
    // Where `what` could not be sent, nobody's receipt is waited for.
    this.#sent = this.#ticket;
    this.#forgotten.register(owner, job);
    return job;
  }

  /**
   * Runs a task of a job, here by `mine`, and returns when every share is done.
   *
   * @throws CellstateError `thread` where one has failed or is gone: what it was working on is then worth nothing.
   */
  run(job: number, task: number, mine: Task): void {
    const control = this.#control;
    if (!control) {
      mine(WHOLE, this.arguments);
      return;
    }
    this.#publish(control, job, task, 1);
    let own = 0;
    try {
      let share = 0;
      do {
        own++;
        mine(this.#shares[share], this.arguments);
        share = claimShare(control, this.#ticket, this.count);
      } while (share >= 0);
    } finally {
      // Where `mine` throws: nobody begins another share, and those that are begun end before the next piece of work.
      while (claimShare(control, this.#ticket, this.count) >= 0) own++;
      this.#awaitShares(control, this.count - own);
    }
    const looks = (this.#ticket & (LOOK_EVERY - 1)) === 0;
    if (looks || Atomics.load(control, WORDS.failed) !== 0) this.#checkAll();
  }

  #awaitShares(control: Control, count: number): void {
    for (;;) {
      const done = Atomics.load(control, WORDS.done);
      if (done === count) return;
      waitWhile(control, WORDS.done, done, this.#check);
    }
  }

  /** Ends the other threads. What they would share is refused afterwards. */
  end(): void {
    this.#ended = true;
    for (const other of this.#others) other.terminate();
  }

  /**
   * The next ticket, with shares from number `next` on for whoever claims them. All shares of the last are done; a message
   * that was sent must have come.
   */
  #publish(control: Control, job: number, task: number, next: number): void {
    this.#refuseIfEnded();
    if (this.#lost !== null) throw new CellstateError("thread", this.#lost);
    if (this.#sent === this.#ticket) this.#awaitReceipt(control);
    control[WORDS.job] = job;
    control[WORDS.task] = task;
    Atomics.store(control, WORDS.done, 0);
    this.#ticket = (this.#ticket + 1) | 0;
    offerShares(control, this.#ticket, next);
    change(control, WORDS.ticket, this.#ticket);
  }

  #awaitReceipt(control: Control): void {
    if (this.#sent === 0) return;
    for (let index = 1; index < this.count; index++) {
      for (;;) {
        const received = Atomics.load(control, receivedWord(index));
        if (received === this.#sent) break;
        waitWhile(control, receivedWord(index), received, this.#check);
      }
    }
    if (Atomics.load(control, WORDS.failed) !== 0) this.#checkAll();
  }

  #refuseIfEnded(): void {
    if (this.#ended) throw new TypeError("threads: they have been ended; start new ones");
  }

  #checkAll(): void {
    const said = this.#control && failure(this.#control);
    if (said !== null) throw new CellstateError("thread", `a thread failed: ${said}`);
    this.#others.forEach((other, i) => {
      if (other.isAlive()) return;
      this.#lost =
        `thread ${i + 2} of ${this.count} ended before the work did (killed, or out of memory?); ` +
        "what it was part of is lost: run again (training goes on from its last checkpoint), " +
        "or with fewer threads";
      throw new CellstateError("thread", this.#lost);
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
  if (!Number.isInteger(count) || count < 1 || count > MOST_THREADS) {
    throw new RangeError(
      `threads: expected a whole number from 1 to ${MOST_THREADS}, got ${count}`,
    );
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
