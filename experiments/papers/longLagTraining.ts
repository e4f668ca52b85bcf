/**
 * What the long-lag tasks of 1997 have in common: a network learns from sequences that never come twice, until of the latest so many
 * are right; then it is tested on fresh ones.
 *
 * Whether a sequence is right is seen before the weights learn from it, as in the paper, where the weights changed after every sequence. Here they
 * change after a batch.
 */
import { ExampleReader } from "../../packages/core/src/data/batches.ts";
import {
  createNetwork,
  createWasmEngine,
  type Engine,
  type Examples,
  findCell,
  gradientFlow,
  type Network,
  NetworkRunner,
  type Ports,
} from "../../packages/core/src/index.ts";
import { readOutput } from "../../packages/core/src/models/networkBatch.ts";
import { NetworkTrainer } from "../../packages/core/src/training/networkTrainer.ts";

/** All that a run depends on beside its sequences: a type and not an interface, so that it is plain JSON to the compiler. */
export type Learning = {
  readonly seed: number;
  /** Of the zoo. */
  readonly cell: string;
  readonly hiddenSize: number;
  /** Of the forget gates; chrono thinks of lags up to the sequences' length. Null for a cell without. */
  readonly forgetBias: number | "chrono" | null;
  readonly learningRate: number;
  /** Sequences after which the learning rate has halved, and halves again; 0 keeps it. */
  readonly halvedAfter: number;
  readonly batchSize: number;
  /** The largest norm of a gradient. */
  readonly clip: number;
  /** When to give up: sequences. */
  readonly most: number;
  /** Share of the averaged weights kept at each update: they are what is tested. 0 tests the weights themselves. */
  readonly averaging: number;
};

/** Chosen for the adding problem, and good for most of the others. */
export const LEARNING: Omit<Learning, "seed" | "most"> = {
  ...{ cell: "lstm", hiddenSize: 16, forgetBias: "chrono" },
  ...{ learningRate: 0.01, halvedAfter: 0, batchSize: 32, clip: 1, averaging: 0.98 },
};

/** Numbers are read at every step, and one is asked for at the end. */
export function numberAtEnd(inputWidth: number): Ports {
  const heads = [{ name: "mean", loss: "squared" }] as const;
  return {
    input: { kind: "vectors", width: inputWidth },
    output: { kind: "numbers", width: 1, heads, each: "sequence", known: 0 },
  };
}

export interface LongLagTask {
  readonly ports: Ports;
  /** The longest sequence. */
  readonly steps: number;
  /** @param purpose Streams of different names never share numbers. @param count How many. */
  sequences(seed: number, purpose: "training" | "test", count: number): Examples;
  /**
   * Largest absolute error of all outputs that count.
   *
   * @param outputs Of the head, [steps answered, width].
   * @param examples Those that `example` is a number in.
   */
  error(outputs: Float32Array, examples: Examples, example: number): number;
  /** Right where the error is below. */
  readonly tolerance: number;
  /** Of the latest training sequences: how many are looked at, and when they are good enough. */
  readonly latest: number;
  isLearnt(latest: Latest): boolean;
  /** How many fresh ones the test has. */
  readonly tests: number;
}

export interface Latest {
  readonly wrong: number;
  /** Of the absolute errors. */
  readonly meanError: number;
}

/** Plain JSON. */
export type Learnt = {
  /** Seen until the stopping rule held, or in all. */
  readonly sequences: number;
  readonly stopped: boolean;
  readonly test: Judgement;
  readonly parameters: number;
  /**
   * ‖∂L/∂c‖ at the first step of a sequence in parts of that at the last, where the loss is: of the memory cell, over eight test sequences. What is
   * left of the error when it comes to where it was made.
   */
  readonly gradientLeft: number | null;
  /** Sequences seen, and the share of the latest that was wrong: each point a tenth later than the one before. */
  readonly course: readonly (readonly [sequences: number, wrong: number])[];
};

export type Judgement = {
  readonly of: number;
  readonly wrong: number;
  readonly meanError: number;
  readonly largestError: number;
  /** Of the errors. */
  readonly meanSquare: number;
};

/** Points of a course: the first after so many sequences, each next one after a tenth more. */
const FIRST_POINT = 200;
const NEXT_POINT = 1.1;
const SAY_EVERY = 100;
/** Test sequences whose loss is followed back. */
const FOLLOWED = 8;

/** Learns until the stopping rule holds, then tests. */
export async function learnLongLag(
  task: LongLagTask,
  learning: Learning,
  say: (line: string) => void,
): Promise<Learnt> {
  const { seed, most, batchSize, learningRate, halvedAfter, averaging } = learning;
  const engine = createWasmEngine();
  const network = networkFor(task, learning);
  const examples = task.sequences(seed, "training", most);
  const reader = new ExampleReader(examples, batchSize, false);
  reader.begin([seed, 0]);
  const trainer = new NetworkTrainer(network, engine, examples, reader.capacity, {
    optimizer: { name: "adam", learningRate },
    clip: { norm: learning.clip },
    seed,
  });
  const latest = new LatestErrors(task.latest, task.tolerance);
  const course: [number, number][] = [];
  let nextPoint = FIRST_POINT;
  const average = averaging > 0 ? new AveragedWeights(averaging, trainer.weights.length) : null;
  let stopped = false;
  let step = 0;
  for (let batch = reader.next(); batch && !stopped; batch = reader.next()) {
    const rate = halvedAfter > 0 ? learningRate * 0.5 ** (latest.seen / halvedAfter) : learningRate;
    if (!trainer.step(batch, rate).finite) throw new Error(`step ${step}: the loss is not finite`);
    for (let b = 0; b < batch.count; b++) {
      const { heads } = readOutput(trainer.plan, examples, batch, b);
      latest.add(task.error(heads[0], examples, batch.examples[b]));
    }
    step++;
    average?.add(trainer.weights, step);
    stopped = latest.isFull && task.isLearnt(latest);
    if (latest.seen >= nextPoint || stopped) {
      course.push([latest.seen, significant(share(latest))]);
      nextPoint = NEXT_POINT * latest.seen;
    }
    if (step % SAY_EVERY === 0) {
      say(`${latest.seen} sequences, ${percent(share(latest))} of the latest wrong`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  network.weights = average?.weights ?? trainer.weights.slice();
  const tests = task.sequences(seed, "test", task.tests);
  return {
    sequences: latest.seen,
    stopped,
    test: judge(task, network, engine, tests),
    parameters: countParameters(network),
    gradientLeft: gradientLeft(network, engine, tests),
    course,
  };
}

export function networkFor({ ports, steps }: LongLagTask, learning: Learning): Network {
  const { cell, hiddenSize, forgetBias, seed } = learning;
  return createNetwork(
    {
      ports,
      encoder: { cell: findCell(cell), hiddenSize, layers: 1, bidirectional: false },
      decoder: null,
      hidden: [],
      embeddingSize: 0,
      initialStates: "zero",
      ...{ inputDropout: 0, dropout: 0, recurrentDropout: 0, zoneout: 0, memoryZoneout: 0 },
      labelSmoothing: 0,
    },
    { init: "default", forgetBias, chronoSteps: steps, seed },
  );
}

export function judge(
  task: LongLagTask,
  network: Network,
  engine: Engine,
  examples: Examples,
): Judgement {
  const errors = new NetworkRunner(network, engine)
    .outputs(examples)
    .map(({ heads }, example) => task.error(heads[0], examples, example));
  const sum = (of: (error: number) => number) => errors.reduce((all, one) => all + of(one), 0);
  return {
    of: errors.length,
    wrong: errors.filter((error) => !(error < task.tolerance)).length,
    meanError: significant(sum((error) => error) / errors.length),
    largestError: significant(errors.reduce((a, b) => Math.max(a, b), 0)),
    meanSquare: significant(sum((error) => error * error) / errors.length),
  };
}

function gradientLeft(network: Network, engine: Engine, examples: Examples): number | null {
  let atLoss = 0;
  let atFirst = 0;
  for (let example = 0; example < Math.min(FOLLOWED, examples.count); example++) {
    const { layers } = gradientFlow(network, engine, { examples, example });
    const memory = layers[0].states.find(({ name }) => name === "c");
    if (!memory) return null;
    atLoss += memory.norms[0];
    atFirst += memory.norms[memory.norms.length - 1];
  }
  return atLoss > 0 ? significant(atFirst / atLoss) : null;
}

const significant = (value: number) => Number(value.toPrecision(4));

function countParameters({ parameters }: Network): number {
  return parameters.parameters.reduce((sum, { tensor }) => sum + tensor.rows * tensor.width, 0);
}

const share = ({ wrong, seen, size }: LatestErrors) => wrong / Math.min(seen, size);
const percent = (value: number) => `${(100 * value).toFixed(value < 0.1 ? 2 : 0)} %`;

/** Errors of the latest sequences, the oldest leaving as new ones come. */
class LatestErrors implements Latest {
  seen = 0;
  wrong = 0;
  readonly size: number;
  readonly #tolerance: number;
  readonly #errors: Float64Array;

  constructor(size: number, tolerance: number) {
    this.size = size;
    this.#tolerance = tolerance;
    this.#errors = new Float64Array(size);
  }

  add(error: number): void {
    const at = this.seen % this.size;
    const isWrong = (one: number) => !(one < this.#tolerance);
    if (this.isFull && isWrong(this.#errors[at])) this.wrong--;
    this.#errors[at] = error;
    if (isWrong(error)) this.wrong++;
    this.seen++;
  }

  get isFull(): boolean {
    return this.seen >= this.size;
  }

  get meanError(): number {
    const count = Math.min(this.seen, this.size);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += this.#errors[i];
    return sum / count;
  }
}

/**
 * A mean of the weights in which the latest count most: it lies in the middle of what the last updates go to and fro between.
 * B. T. Polyak and A. B. Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992.
 */
class AveragedWeights {
  readonly weights: Float32Array;
  readonly #keep: number;

  constructor(keep: number, length: number) {
    this.#keep = keep;
    this.weights = new Float32Array(length);
  }

  /** @param step From 1: of the first few the mean is taken of as many as there are. */
  add(weights: ArrayLike<number>, step: number): void {
    const share = Math.max(1 - this.#keep, 1 / step);
    for (let i = 0; i < this.weights.length; i++) {
      this.weights[i] += share * (weights[i] - this.weights[i]);
    }
  }
}
