/**
 * The words that threads speak through: a small shared block of integers. The thread that leads writes what is to be done, a new
 * *claim* and then a new ticket; every thread that sees the ticket claims shares of the work until none is left, the leader
 * too. So nobody waits for a thread that has not begun: where another program has its core, the others do its part.
 *
 * Waiting, for a ticket or for shares that others have begun, is spinning for a bounded time and then sleeping.
 */

/** Words that several threads write lie on cache lines of their own: 16 integers each. */
const LINE = 16;

export const WORDS = {
  /** Goes up by one with every piece of work. */
  ticket: 0,
  /** The ticket's last 24 bits, then the number of the next share that nobody has claimed. */
  claim: LINE,
  /** Shares of this ticket that are done. */
  done: 2 * LINE,
  /** Threads that sleep until something changes. */
  sleepers: 3 * LINE,
  /** Not 0: a thread has failed. */
  failed: 3 * LINE + 1,
  /** What is to be done: which job, which of its tasks, in how many shares; and the task's arguments. */
  job: 4 * LINE,
  task: 4 * LINE + 1,
  /** Where the arguments begin. */
  arguments: 5 * LINE,
  /** Of thread i, at `received + LINE · i`: the ticket of the last message that it has received. */
  received: 6 * LINE,
} as const;

/** Arguments that a task can have. */
export const MOST_ARGUMENTS = LINE;

/** Threads that may share work, this one included: what a claim can count. */
export const MOST_THREADS = 255;

/** A task by which a thread leaves its loop, to receive a message. */
export const RECEIVE = -1;

export type Control = Int32Array<SharedArrayBuffer>;

export function receivedWord(index: number): number {
  return WORDS.received + LINE * index;
}

/** @param message Room for the text of an error, behind the words. */
export function createControl(threads: number): Control {
  return new Int32Array(new SharedArrayBuffer(4 * (receivedWord(threads) + MESSAGE_WORDS)));
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

let longWaits = 0;

/** How often this thread has had to wait longer than it spins. */
export function countLongWaits(): number {
  return longWaits;
}

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
  let isLong = false;
  for (;;) {
    for (let look = 0; look < LOOKS; look++) {
      value = Atomics.load(control, word);
      if (value !== known) return value;
      pause();
    }
    let now = performance.now();
    if (now - start < SPIN_MS) continue;
    if (!isLong) longWaits++;
    isLong = true;
    if (maySleep) {
      Atomics.add(control, WORDS.sleepers, 1);
      Atomics.wait(control, word, known, SLEEP_MS);
      Atomics.sub(control, WORDS.sleepers, 1);
      now = performance.now();
    }
    if (now - checked < SLEEP_MS) continue;
    checked = now;
    check();
  }
}

/** Changes a word and wakes whoever sleeps on it. */
export function change(control: Control, word: number, value: number): void {
  Atomics.store(control, word, value);
  if (Atomics.load(control, WORDS.sleepers) > 0) Atomics.notify(control, word);
}

/** Counts one more in a word, and wakes whoever sleeps on it. */
export function countUp(control: Control, word: number): void {
  Atomics.add(control, word, 1);
  if (Atomics.load(control, WORDS.sleepers) > 0) Atomics.notify(control, word);
}

/** Offers the shares of a ticket from number `next` on. */
export function offerShares(control: Control, ticket: number, next: number): void {
  Atomics.store(control, WORDS.claim, (ticket << 8) | next);
}

/**
 * Claims a share of a ticket's work.
 *
 * @returns its number; −1 where all are claimed, or the ticket has been followed by another.
 */
export function claimShare(control: Control, ticket: number, count: number): number {
  for (;;) {
    const claim = Atomics.load(control, WORDS.claim);
    const next = claim & MOST_THREADS;
    if (claim >> 8 !== (ticket << 8) >> 8 || next >= count) return -1;
    if (Atomics.compareExchange(control, WORDS.claim, claim, claim + 1) === claim) return next;
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
