/** What a network answers to many inputs, some at a time, so that what does not fit in memory need not. */
import {
  type Engine,
  type Examples,
  type Network,
  type NetworkOutput,
  NetworkRunner,
  type Sequences,
  type Task,
  type Values,
  type VectorSequences,
  type WritingOptions,
  type WrittenOutput,
} from "@cellstate/core";

/** Inputs that are answered together. */
const PIECE = 1024;

/** What writes, writes so many tokens at most: twice the longest of training, or where nothing is known of it this. */
const MOST_WRITTEN = 200;

/** A network's answers to examples, in their order. */
export function* answers(
  network: Network,
  engine: Engine,
  examples: Examples,
  { mostSteps, ...writing }: Partial<WritingOptions> = {},
): Generator<NetworkOutput | WrittenOutput, void, void> {
  const runner = new NetworkRunner(network, engine);
  const writes = network.config.ports.output.kind === "tokens";
  for (let from = 0; from < examples.count; from += PIECE) {
    const part = slice(examples, from, Math.min(PIECE, examples.count - from));
    yield* writes
      ? runner.write(part, { ...writing, mostSteps: mostSteps ?? MOST_WRITTEN })
      : runner.outputs(part);
  }
}

/** The same of a network that answers in numbers. */
export function* numberAnswers(
  network: Network,
  engine: Engine,
  examples: Examples,
): Generator<NetworkOutput, void, void> {
  for (const answer of answers(network, engine, examples)) {
    if (!("heads" in answer)) throw new TypeError("this network writes tokens");
    yield answer;
  }
}

/**
 * A task's predictions for inputs, in their order.
 *
 * @param name What messages call the inputs: a file's name.
 * @throws CellstateError `data` for an input that the model was not made for, when its turn comes at the latest.
 */
export function* predictions<Input, Prediction>(
  task: Task<string, Input, never, Prediction>,
  network: Network,
  engine: Engine,
  inputs: Values<Input>,
  name: string,
  writing: Partial<WritingOptions> = {},
): Generator<{ readonly input: Input; readonly prediction: Prediction }, void, void> {
  const longest = "longestTarget" in task ? task.longestTarget : null;
  const mostSteps = typeof longest === "number" ? 2 * longest : undefined;
  const examples = task.encode(inputs, null, name);
  let index = 0;
  for (const answer of answers(network, engine, examples, { mostSteps, ...writing })) {
    const input = inputs.at(index++);
    if (input === undefined) throw new RangeError(`${name}: more answers than inputs`);
    yield { input, prediction: task.decode(answer, input) };
  }
}

/** Examples from one on, under numbers from 0. */
export function slice(examples: Examples, from: number, count: number): Examples {
  const { input, known, target, weight } = examples;
  return {
    count,
    input: sequencesFrom(input, from),
    known: known && vectorsFrom(known, from),
    target: target && sequencesFrom(target, from),
    ...(weight ? { weight: (example: number) => weight(from + example) } : {}),
  };
}

function sequencesFrom(sequences: Sequences, from: number): Sequences {
  if (sequences.kind === "vectors") return vectorsFrom(sequences, from);
  return {
    ...sequences,
    steps: (example) => sequences.steps(from + example),
    copy: (example, into, at, stride) => sequences.copy(from + example, into, at, stride),
  };
}

function vectorsFrom(sequences: VectorSequences, from: number): VectorSequences {
  return {
    ...sequences,
    steps: (example) => sequences.steps(from + example),
    copy: (example, into, at, stride) => sequences.copy(from + example, into, at, stride),
  };
}
