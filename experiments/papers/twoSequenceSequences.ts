/**
 * The two-sequence problem: which of two values do the first N numbers have, said after T to T + T/10 numbers, the rest of them
 * noise. Hochreiter and Schmidhuber 1997, section 5.3.
 */
import type { Examples } from "../../packages/core/src/index.ts";
import { log } from "../../packages/core/src/numbers/portable.ts";
import {
  type Key,
  RandomStream,
  streamKey,
  uniform,
} from "../../packages/core/src/numbers/random.ts";
import { type LongLagTask, numberAtEnd } from "./longLagTraining.ts";

/** Standard deviation of the numbers after the signal: variance 0.2. */
const INPUT_NOISE = Math.sqrt(0.2);

export interface TwoSequences {
  /** T. */
  readonly lag: number;
  /** N: steps that carry the signal, 1 or −1. */
  readonly signal: number;
  /** What is asked for of either class. */
  readonly targets: readonly [number, number];
  /** Standard deviation of what is added to the targets of training; the test has the targets themselves. */
  readonly targetNoise: number;
}

export interface TwoSequenceRules
  extends Pick<LongLagTask, "isLearnt" | "tolerance" | "latest" | "tests"> {}

export function twoSequenceTask(kind: TwoSequences, rules: TwoSequenceRules): LongLagTask {
  const { lag, signal, targets, targetNoise } = kind;
  const longest = lag + Math.floor(lag / 10);
  return {
    ...rules,
    ports: numberAtEnd(1),
    steps: longest,
    sequences(seed, purpose, count): Examples {
      const of = (example: number) => {
        const key = streamKey(seed, "two sequences", lag, signal, purpose, example);
        const stream = new RandomStream(key);
        const length = lag + stream.integer(Math.floor(lag / 10) + 1);
        return { key: streamKey(key[0] >>> 0, key[1], "noise"), length, class: stream.integer(2) };
      };
      return {
        count,
        known: null,
        input: {
          kind: "vectors",
          width: 1,
          steps: (example) => of(example).length,
          copy(example, into, at, stride) {
            const { key, length, class: label } = of(example);
            for (let step = 0; step < length; step++) {
              into[at + step * stride] =
                step < signal ? (label === 0 ? 1 : -1) : INPUT_NOISE * normal(key, step + 1);
            }
          },
        },
        target: {
          kind: "vectors",
          width: 1,
          steps: () => 1,
          copy(example, into, at) {
            const { key, class: label } = of(example);
            const noise = purpose === "training" && targetNoise > 0 ? normal(key, 0) : 0;
            into[at] = targets[label] + targetNoise * noise;
          },
        },
      };
    },
    /** Of the target without noise: the nearer one could be, at best. */
    error([output], { input }, example) {
      const first = new Float32Array(input.steps(example));
      input.copy(example, first, 0, 1);
      return Math.abs(output - targets[first[0] > 0 ? 0 : 1]);
    },
  };
}

/** The `index`-th number of a standard normal stream, by G. Marsaglia's polar method: from log and a root alone. */
export function normal(key: Key, index: number): number {
  const own = streamKey(key[0] >>> 0, key[1], index);
  for (let at = 0; ; at += 2) {
    const a = 2 * uniform(own, at) - 1;
    const b = 2 * uniform(own, at + 1) - 1;
    const square = a * a + b * b;
    if (square > 0 && square < 1) return a * Math.sqrt((-2 * log(square)) / square);
  }
}
