/**
 * Sequences of the adding and the multiplication problem: of the many numbers two are marked, and their sum or product is asked for
 * at the end. Hochreiter and Schmidhuber 1997, sections 5.4 and 5.5.
 *
 * A pair has a number and a marker: −1 for the first and the last pair, 1 for the two that count, else 0. The first that counts is one
 * of the first ten, the second one of the T/2 − 1 first that are left. Where the very first pair counts, its number is the operation's neutral
 * element: 0 or 1. Sequences have T to T + T/10 pairs.
 */
import type { Examples } from "../../packages/core/src/index.ts";
import {
  type Key,
  RandomStream,
  streamKey,
  uniform,
} from "../../packages/core/src/numbers/random.ts";
import { type LongLagTask, numberAtEnd } from "./longLagTraining.ts";

export type Operation = "sum" | "product";

/** 0.5 + (X1 + X2) / 4 of numbers in [−1, 1), or X1 · X2 of numbers in [0, 1). */
const OPERATIONS = {
  sum: { from: -1, neutral: 0, target: (a: number, b: number) => 0.5 + (a + b) / 4 },
  product: { from: 0, neutral: 1, target: (a: number, b: number) => a * b },
} as const;

/** What a sequence is asked for, before its numbers are drawn. */
interface Layout {
  readonly length: number;
  readonly first: number;
  readonly second: number;
}

/** @param lag T. */
export function arithmeticTask(
  operation: Operation,
  lag: number,
  rules: Pick<LongLagTask, "isLearnt"> & { readonly latest?: number; readonly tests?: number },
): LongLagTask {
  return {
    ports: numberAtEnd(2),
    steps: lag + Math.floor(lag / 10),
    sequences: (seed, purpose, count) => sequencesOf(operation, lag, seed, purpose, count),
    error([output], { target }, example) {
      const wanted = new Float64Array(1);
      target?.copy(example, wanted, 0, 1);
      return Math.abs(output - wanted[0]);
    },
    tolerance: 0.04,
    latest: rules.latest ?? 2000,
    isLearnt: rules.isLearnt,
    tests: rules.tests ?? 2560,
  };
}

function sequencesOf(
  operation: Operation,
  lag: number,
  seed: number,
  purpose: string,
  count: number,
): Examples {
  const { from, neutral, target } = OPERATIONS[operation];
  const keyOf = (example: number) => streamKey(seed, operation, lag, purpose, example);
  const layoutOf = (key: Key): Layout => {
    const stream = new RandomStream(key);
    const length = lag + stream.integer(Math.floor(lag / 10) + 1);
    const first = stream.integer(Math.min(10, lag));
    // Among those that are left, without the last pair, whose marker is −1.
    let second = stream.integer(Math.max(1, Math.floor(lag / 2) - 1));
    if (second >= first) second++;
    return { length, first, second };
  };
  const numbersOf = (key: Key) => streamKey(key[0] >>> 0, key[1], "numbers");
  const numberAt = (key: Key, { first, second }: Layout, step: number) =>
    step === 0 && (first === 0 || second === 0) ? neutral : from + (1 - from) * uniform(key, step);
  return {
    count,
    known: null,
    input: {
      kind: "vectors",
      width: 2,
      steps: (example) => layoutOf(keyOf(example)).length,
      copy(example, into, at, stride) {
        const key = keyOf(example);
        const layout = layoutOf(key);
        const numbers = numbersOf(key);
        const { length, first, second } = layout;
        for (let step = 0; step < length; step++) {
          const isEnd = step === 0 || step === length - 1;
          into[at + step * stride] = numberAt(numbers, layout, step);
          into[at + step * stride + 1] = step === first || step === second ? 1 : isEnd ? -1 : 0;
        }
      },
    },
    target: {
      kind: "vectors",
      width: 1,
      steps: () => 1,
      copy(example, into, at) {
        const key = keyOf(example);
        const layout = layoutOf(key);
        const numbers = numbersOf(key);
        const { first, second } = layout;
        into[at] = target(numberAt(numbers, layout, first), numberAt(numbers, layout, second));
      },
    },
  };
}
