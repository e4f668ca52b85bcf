/** What a thread other than the leading one does: waits for tickets, and does its share of what they say. */
import {
  barrier,
  type Control,
  change,
  doneWord,
  fail,
  MOST_ARGUMENTS,
  RECEIVE,
  WORDS,
  waitWhile,
} from "./control.ts";
import type { Share } from "./share.ts";
import type { Task, ThreadMessage } from "./threads.ts";

/** Makes the tasks of a job from the leader's description of it. */
export type MakeTasks = (what: unknown, share: Share, barrier: () => void) => readonly Task[];

/**
 * The thread's side of `Threads`, to be called with every message that it receives. It returns when the next message is
 * to be received; in between it does the leader's work.
 */
export function createThreadServer(makeTasks: MakeTasks): (message: ThreadMessage) => void {
  const jobs = new Map<number, readonly Task[]>();
  let control: Control;
  let args: Int32Array;
  let share: Share;
  const check = (): void => {
    if (Atomics.load(control, WORDS.failed) !== 0) throw new Error("another thread failed");
  };
  const meet = (): void => barrier(control, share.count, check);
  const failWith = (error: unknown): void => {
    fail(control, error instanceof Error ? error.message : String(error));
  };
  const finish = (ticket: number): void => change(control, doneWord(share.index), ticket);

  /** Until the leader has a message. @param done The ticket that was done last. */
  const serve = (done: number): void => {
    let ticket = done;
    for (;;) {
      ticket = waitWhile(control, WORDS.ticket, ticket, () => {});
      const task = control[WORDS.task];
      if (task === RECEIVE) return;
      try {
        jobs.get(control[WORDS.job])?.[task](share, args);
      } catch (error) {
        failWith(error);
      }
      finish(ticket);
    }
  };

  return (message) => {
    switch (message.kind) {
      case "begin":
        control = message.control;
        share = message.share;
        args = control.subarray(WORDS.arguments, WORDS.arguments + MOST_ARGUMENTS);
        break;
      case "job":
        try {
          jobs.set(message.job, makeTasks(message.what, share, meet));
        } catch (error) {
          failWith(error);
        }
        finish(message.ticket);
        serve(message.ticket);
        break;
      case "forget":
        jobs.delete(message.job);
        break;
    }
  };
}
