/**
 * The words that threads speak through: a small shared block of integers. The thread that leads writes what is to be done and
 * then a new ticket; the others see the ticket, do their share and write it into their own word.
 *
 * Waiting is spinning for a bounded time and then sleeping: a barrier costs a tenth of a microsecond while all threads have
 * a core of their own, and where another program wants the core, it gets it.
 */

/** Words that several threads write lie on cache lines of their own: 16 integers each. */
const LINE = 16;

export const WORDS = {
  /** Goes up by one with every piece of work. */
  ticket: 0,
  /** Threads that sleep until something changes. */
  sleepers: LINE,
  /** Not 0: a thread has failed, and nobody may wait for it. */
  failed: LINE + 1,
  /** How many have come to the barrier, and how often it has opened. */
  arrived: 2 * LINE,
  opened: 3 * LINE,
  /** What is to be done: which job, which of its tasks, and the task's arguments. */
  job: 4 * LINE,
  task: 4 * LINE + 1,
  /** Where the arguments begin. */
  arguments: 5 * LINE,
  /** Of thread i, at `done + LINE · i`: the last ticket that it has done. */
  done: 6 * LINE,
} as const;

/** Arguments that a task can have. */
export const MOST_ARGUMENTS = LINE;

/** A task by which a thread leaves its loop, to receive a message. */
export const RECEIVE = -1;

export type Control = Int32Array<SharedArrayBuffer>;

export function doneWord(index: number): number {
  return WORDS.done + LINE * index;
}

/** @param message Room for the text of an error, behind the words. */
export function createControl(threads: number): Control {
  return new Int32Array(new SharedArrayBuffer(4 * (doneWord(threads) + MESSAGE_WORDS)));
}

/** How long a thread spins before it sleeps: far longer than shares of a step differ, far shorter than a time slice. */
const SPIN_MS = 0.1;
/** Looks between two looks at the clock. */
const LOOKS = 64;
/** A sleeper wakes up this often to see whether all is well. */
const SLEEP_MS = 500;

/** Where a thread may not sleep, a page's own, it spins on. */
const maySleep = ((): boolean => {
  if (typeof SharedArrayBuffer === "undefined") return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
})();

/** Tells the processor that this thread only waits; not every engine has it yet. */
const pause: () => void = Atomics.pause ? () => Atomics.pause?.() : () => {};

/**
 * Waits until a word is no longer `known`, and gives what it is then.
 *
 * @param check Called now and then while it takes long; throws where waiting is in vain.
 */
export function waitWhile(
  control: Control,
  word: number,
  known: number,
  check: () => void,
): number {
  let value = Atomics.load(control, word);
  if (value !== known) return value;
  const start = performance.now();
  let checked = start;
  for (;;) {
    for (let look = 0; look < LOOKS; look++) {
      value = Atomics.load(control, word);
      if (value !== known) return value;
      pause();
    }
    const now = performance.now();
    if (now - start < SPIN_MS) continue;
    if (maySleep) {
      Atomics.add(control, WORDS.sleepers, 1);
      Atomics.wait(control, word, known, SLEEP_MS);
      Atomics.sub(control, WORDS.sleepers, 1);
    }
    if (now - checked < SLEEP_MS && maySleep) continue;
    checked = now;
    check();
  }
}

/** Changes a word and wakes whoever sleeps on it. */
export function change(control: Control, word: number, value: number): void {
  Atomics.store(control, word, value);
  if (Atomics.load(control, WORDS.sleepers) > 0) Atomics.notify(control, word);
}

/** Waits until all threads of a piece of work are here. What each has written before, all see after. */
export function barrier(control: Control, count: number, check: () => void): void {
  const opened = Atomics.load(control, WORDS.opened);
  if (Atomics.add(control, WORDS.arrived, 1) === count - 1) {
    Atomics.store(control, WORDS.arrived, 0);
    change(control, WORDS.opened, opened + 1);
  } else {
    waitWhile(control, WORDS.opened, opened, check);
  }
}

/** Room for the text of an error: its length, then a character a word. */
const MESSAGE_WORDS = 512;

/** The first failure is kept, with what it says. */
export function fail(control: Control, message: string): void {
  if (Atomics.compareExchange(control, WORDS.failed, 0, 1) !== 0) return;
  const start = control.length - MESSAGE_WORDS;
  const length = Math.min(message.length, MESSAGE_WORDS - 1);
  for (let i = 0; i < length; i++) Atomics.store(control, start + 1 + i, message.charCodeAt(i));
  Atomics.store(control, start, length);
}

/** What the first failure said; null where none was. */
export function failure(control: Control): string | null {
  if (Atomics.load(control, WORDS.failed) === 0) return null;
  const start = control.length - MESSAGE_WORDS;
  const length = Atomics.load(control, start);
  let message = "";
  for (let i = 0; i < length; i++) {
    message += String.fromCharCode(Atomics.load(control, start + 1 + i));
  }
  return message;
}
