/** Work that can be counted, for tests of how threads share it. */
import type { Task } from "../../src/threads/threads.ts";

/** Tasks by number; `args[0]` is for how long: turns of a loop, or milliseconds. */
export const TALLY = { spin: 0, sleep: 1 } as const;

/** @param words Shared: one a share, which counts how often the share was done; then one that nothing changes. */
export function tallyTasks(words: Int32Array): readonly Task[] {
  return [
    ({ index }, args) => {
      // Another length each time, so that threads meet in every order.
      let turns = ((index + 1) * 7919 + words[index]) % (args[0] + 1);
      while (turns-- > 0) Atomics.load(words, index);
      Atomics.add(words, index, 1);
    },
    ({ index }, args) => {
      Atomics.wait(words, words.length - 1, 0, args[0]);
      Atomics.add(words, index, 1);
    },
  ];
}

export function tallyWords(shares: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * (shares + 1)));
}
