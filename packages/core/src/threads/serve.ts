/** What a thread other than the leading one does: waits for tickets, and claims shares of what they say. */
import {
  type Control,
  change,
  claimShare,
  countUp,
  fail,
  MOST_ARGUMENTS,
  RECEIVE,
  receivedWord,
  WORDS,
  waitWhile,
} from "./control.ts";
import type { Share } from "./share.ts";
import type { Task, ThreadMessage } from "./threads.ts";

/** Makes the tasks of a job from the leader's description of it, for thread `index` of `count`. */
export type MakeTasks = (what: unknown, index: number, count: number) => readonly Task[];

/**
 * The thread's side of `Threads`, to be called with every message that it receives. It returns when the next message is
 * to be received; in between it does the leader's work.
 */
export function createThreadServer(makeTasks: MakeTasks): (message: ThreadMessage) => void {
  const jobs = new Map<number, readonly Task[]>();
  let control: Control;
  let args: Int32Array;
  let shares: readonly Share[] = [];
  let own = 0;
  const failWith = (error: unknown): void => {
    fail(control, error instanceof Error ? error.message : String(error));
  };

  /** Until the leader has a message. @param last The ticket that this thread has seen. */
  const serve = (last: number): void => {
    let ticket = last;
    for (;;) {
      ticket = waitWhile(control, WORDS.ticket, ticket, () => {});
      // Another ticket may come while these are read: no share of this one can be claimed then.
      const tasks = jobs.get(control[WORDS.job]);
      const task = control[WORDS.task];
      for (;;) {
        const share = task === RECEIVE ? -1 : claimShare(control, ticket, shares.length);
        if (share < 0) break;
        try {
          if (!tasks) throw new Error("work for a job that this thread does not know");
          tasks[task](shares[share], args);
        } catch (error) {
          failWith(error);
        }
        countUp(control, WORDS.done);
      }
      if (task === RECEIVE && Atomics.load(control, WORDS.ticket) === ticket) return;
    }
  };

  return (message) => {
    switch (message.kind) {
      case "begin": {
        const { count } = message;
        control = message.control;
        own = message.index;
        shares = Array.from({ length: count }, (_, index) => ({ index, count }));
        args = control.subarray(WORDS.arguments, WORDS.arguments + MOST_ARGUMENTS);
        break;
      }
      case "job":
        try {
          jobs.set(message.job, makeTasks(message.what, own, shares.length));
        } catch (error) {
          failWith(error);
        }
        change(control, receivedWord(own), message.ticket);
        serve(message.ticket);
        break;
      case "forget":
        jobs.delete(message.job);
        break;
    }
  };
}
