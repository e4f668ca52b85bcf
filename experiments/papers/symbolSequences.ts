/**
 * Sequences of symbols of the long-lag tasks: temporal order (Hochreiter and Schmidhuber 1997, section 5.6) and one symbol remembered over
 * many others (5.2).
 */
import type { Examples, Ports } from "../../packages/core/src/index.ts";
import { RandomStream, streamKey } from "../../packages/core/src/numbers/random.ts";
import type { LongLagTask } from "./longLagTraining.ts";

/** One sequence: what is read, and what is to be said at its end. */
interface Sequence {
  readonly symbols: readonly number[];
  readonly class: number;
}

/** Symbols of temporal order: four that distract, the two whose order counts, the first and the last of a sequence. */
const [DISTRACTORS, X, Y, FIRST, LAST, ORDER_SYMBOLS] = [4, 4, 5, 6, 7, 8];
/** Where the relevant symbols stand: from, and below. */
const ORDER_PLACES = {
  2: [
    [10, 21],
    [50, 61],
  ],
  3: [
    [10, 21],
    [33, 44],
    [66, 77],
  ],
} as const;

/**
 * Temporal order: two or three symbols of X and Y stand among random ones; which, in what order, is asked for at the end. 100 to 110
 * symbols long.
 */
export function orderTask(relevant: 2 | 3, rules: Rules): LongLagTask {
  const draw = (stream: RandomStream): Sequence => {
    const symbols = Array.from({ length: 100 + stream.integer(11) }, () =>
      stream.integer(DISTRACTORS),
    );
    symbols[0] = FIRST;
    symbols[symbols.length - 1] = LAST;
    let label = 0;
    for (const [from, below] of ORDER_PLACES[relevant]) {
      const bit = stream.integer(2);
      symbols[from + stream.integer(below - from)] = bit === 0 ? X : Y;
      label = 2 * label + bit;
    }
    return { symbols, class: label };
  };
  const name = `order of ${relevant}`;
  return classTask(
    { name, symbols: ORDER_SYMBOLS, classes: 2 ** relevant, steps: 110, draw },
    rules,
  );
}

/**
 * Experiment 2c: after a first symbol comes x or y, then q random ones of p, then at each step with probability 1/10 the symbol that asks; the answer is
 * the second symbol.
 */
export function rememberTask(q: number, p: number, rules: Rules): LongLagTask {
  const [begin, ask, x] = [p, p + 1, p + 2];
  // A sequence of 200 further symbols comes once in 10⁹.
  const most = q + 200;
  const draw = (stream: RandomStream): Sequence => {
    const bit = stream.integer(2);
    const symbols = [begin, x + bit];
    for (let n = 0; n < q; n++) symbols.push(stream.integer(p));
    while (symbols.length < most && stream.integer(10) > 0) symbols.push(stream.integer(p));
    symbols.push(ask);
    return { symbols, class: bit };
  };
  const name = `remember over ${q} of ${p}`;
  return classTask({ name, symbols: p + 4, classes: 2, steps: most + 1, draw }, rules);
}

export interface Rules extends Pick<LongLagTask, "isLearnt" | "tolerance" | "latest" | "tests"> {}

interface Kind {
  readonly name: string;
  readonly symbols: number;
  readonly classes: number;
  readonly steps: number;
  draw(stream: RandomStream): Sequence;
}

function classTask({ name, symbols, classes, steps, draw }: Kind, rules: Rules): LongLagTask {
  const ports: Ports = {
    input: { kind: "tokens", size: symbols },
    output: { kind: "classes", size: classes, each: "sequence" },
  };
  return {
    ...rules,
    ports,
    steps,
    sequences: (seed, purpose, count) =>
      sequencesOf((example) => draw(new RandomStream(streamKey(seed, name, purpose, example))))(
        count,
        symbols,
        classes,
      ),
    error(outputs, { target }, example) {
      const wanted = new Int32Array(1);
      target?.copy(example, wanted, 0, 1);
      return outputs.reduce(
        (most, output, label) => Math.max(most, Math.abs(output - (label === wanted[0] ? 1 : 0))),
        0,
      );
    },
  };
}

const sequencesOf =
  (sequenceAt: (example: number) => Sequence) =>
  (count: number, symbols: number, classes: number): Examples => ({
    count,
    known: null,
    input: {
      kind: "tokens",
      size: symbols,
      steps: (example) => sequenceAt(example).symbols.length,
      copy(example, into, at, stride) {
        sequenceAt(example).symbols.forEach((symbol, step) => {
          into[at + step * stride] = symbol;
        });
      },
    },
    target: {
      kind: "tokens",
      size: classes,
      steps: () => 1,
      copy(example, into, at) {
        into[at] = sequenceAt(example).class;
      },
    },
  });

/**
 * Experiment 2a: the symbols 1 to p − 1 in their order, before them x or y, and after them the same again; the next symbol is asked for at every
 * step. There are two sequences.
 */
export function lastAsFirstTask(p: number, rules: Rules): LongLagTask {
  const sequenceAt = (bit: number): number[] => {
    const [end, size] = [p - 1 + bit, p - 1];
    return [end, ...Array.from({ length: size }, (_, symbol) => symbol), end];
  };
  const both = [sequenceAt(0), sequenceAt(1)];
  const ports: Ports = {
    input: { kind: "tokens", size: p + 1 },
    output: { kind: "classes", size: p + 1, each: "step" },
  };
  return {
    ...rules,
    ports,
    steps: p,
    sequences(seed, purpose, count) {
      const of = (example: number) =>
        both[new RandomStream(streamKey(seed, "last as first", purpose, example)).integer(2)];
      const shifted = (by: number): Examples["input"] => ({
        kind: "tokens",
        size: p + 1,
        steps: () => p,
        copy(example, into, at, stride) {
          const symbols = of(example);
          for (let step = 0; step < p; step++) into[at + step * stride] = symbols[step + by];
        },
      });
      return { count, known: null, input: shifted(0), target: shifted(1) };
    },
    error(outputs, { target }, example) {
      const wanted = new Int32Array(p);
      target?.copy(example, wanted, 0, 1);
      let most = 0;
      for (let step = 0; step < p; step++) {
        for (let label = 0; label <= p; label++) {
          const output = outputs[step * (p + 1) + label];
          most = Math.max(most, Math.abs(output - (label === wanted[step] ? 1 : 0)));
        }
      }
      return most;
    },
  };
}
