/** What a piece of work leaves on the heap, garbage included: for what must take no memory. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

const ROUNDS = 5;

/**
 * Bytes by which `work` makes the heap grow, nothing being collected: the least of a few rounds, because what V8 compiles meanwhile
 * lands there too.
 */
export function garbageOf(work: () => void): number {
  work();
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    work();
    least = Math.min(least, process.memoryUsage().heapUsed - before);
  }
  return least;
}
