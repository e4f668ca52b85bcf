/**
 * A network and one example, to be looked at: see `subject.ts`. One that writes tokens is told its target where the example has one;
 * else it writes by itself, the likeliest token at each step.
 */
import type { ExampleBatch } from "../data/batches.ts";
import type { Examples, NetworkOutput, WrittenOutput } from "../data/examples.ts";
import type { Axis, Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Observe } from "../layers/observation.ts";
import type { Network } from "../models/network.ts";
import { extentOf, readOutput, writeExamples } from "../models/networkBatch.ts";
import { NetworkPlan } from "../models/networkPlan.ts";
import { checkWriting, writeBatch } from "../models/networkWriting.ts";
import { type AnswerPart, joined, onlyOne, partsOf } from "./exampleParts.ts";
import { networkLayers, placeOf } from "./places.ts";
import type { TracedInput } from "./signals.ts";
import {
  checkPlan,
  checkRoom,
  lossSet,
  meanLoss,
  type OutcomeReader,
  type ReaderOptions,
  type Subject,
  type SubjectPlan,
  type SubjectPlanOptions,
  type SubjectWindow,
} from "./subject.ts";

/** One of some examples. */
export interface ExampleInput {
  readonly examples: Examples;
  /** @default 0 */
  readonly example?: number;
  /** One a step of the input. @default tokens by their numbers, vectors by their steps */
  readonly labels?: readonly string[];
  /** What a token that a decoder writes is called. @default its number */
  readonly outputLabel?: (token: number) => string;
  /** Tokens that a decoder writes at most, where it is not told any. @default 100 */
  readonly mostSteps?: number;
}

const MOST_STEPS = 100;

/** What is wanted of a network, settled. */
interface Wanted {
  readonly network: Network;
  /** The one example alone, without a weight. */
  readonly examples: Examples;
  readonly steps: number;
  readonly mostSteps: number;
  readonly lossSteps: readonly number[];
  readonly answers: Axis;
  readonly writes: boolean;
  readonly outputLabel: (token: number) => string;
}

interface NetworkSubject extends Subject {
  readonly wanted: Wanted;
}

/** @throws CellstateError `data` for an example that is not there, or empty. RangeError for examples that are not of the network's ports. */
export function networkSubject(network: Network, given: ExampleInput): Subject {
  const { example = 0, outputLabel = String, mostSteps = MOST_STEPS } = given;
  const { count } = given.examples;
  if (!(Number.isInteger(example) && example >= 0 && example < count)) {
    throw new CellstateError("data", `example ${example}: there are ${count}, 0 to ${count - 1}`);
  }
  const { output } = network.config.ports;
  const examples = onlyOne(given.examples, example);
  const { target, known } = examples;
  const steps = examples.input.steps(0);
  if (steps === 0)
    throw new CellstateError("data", `nothing to trace: example ${example} is empty`);
  const writes = output.kind === "tokens" && !target;
  if (writes) checkWriting({ mostSteps }, output.size);
  if (output.kind === "numbers" && output.each === "outputStep" && !known && !target) {
    throw new CellstateError(
      "data",
      "nothing says how many steps are to be answered; give known, of width 0 where nothing is known",
    );
  }
  const lossSteps = Array.from({ length: target?.steps(0) ?? 0 }, (_, step) => step);
  const answers = answersOf(network);
  const wanted = {
    ...{ network, examples, steps, mostSteps, lossSteps, answers, writes, outputLabel },
  };
  const input = readInput(examples, steps);
  const labels = labelsOf(given.labels, input, steps);
  const subject: NetworkSubject = {
    carries: isForward(network),
    ...{ wanted, steps, input, answers, lossSteps, writes },
    places: networkLayers(network).map(placeOf),
    labels,
    labelsIn: (window) => labels.slice(window.start, window.start + window.steps),
    toldItself: (engine, weights) => {
      if (!writes || output.kind !== "tokens") return subject;
      const plan = planExample(subject, engine, { weights });
      const reader = plan.reader(0);
      for (const window of plan.windows()) reader.take(window);
      const { output: written } = reader.finish();
      const tokens = written && "tokens" in written ? [...written.tokens] : [];
      if (written && "ended" in written && written.ended) tokens.push(output.end);
      const told = { ...examples, target: tokenTarget(tokens, output.size) };
      return networkSubject(network, { ...given, examples: told, example: 0 });
    },
    plan: (engine, options) => {
      checkPlan(options, network.parameters);
      return planExample(subject, engine, options);
    },
  };
  return subject;
}

/** Whether its states can be carried from window to window. */
function isForward({ encoder, decoder, config }: Network): boolean {
  return encoder !== null && decoder === null && config.encoder?.bidirectional !== true;
}

/** What another subject of a network reads, and nothing else of it. */
function inputOf(subject: Subject): Examples {
  if (!isOfNetwork(subject)) throw new RangeError("a network reads an example, got another input");
  return { count: 1, input: subject.wanted.examples.input, known: null, target: null };
}

function isOfNetwork(subject: Subject): subject is NetworkSubject {
  return "wanted" in subject;
}

function answersOf({ config }: Network): Axis {
  const { output } = config.ports;
  if (output.kind === "tokens") return "outputSteps";
  return output.each === "sequence" ? "once" : output.each === "step" ? "steps" : "outputSteps";
}

function tokenTarget(tokens: readonly number[], size: number): Examples["target"] {
  return {
    ...{ kind: "tokens", size },
    steps: () => tokens.length,
    copy: (_, into, at, stride) => {
      tokens.forEach((token, step) => {
        into[at + step * stride] = token;
      });
    },
  };
}

function readInput({ input }: Examples, steps: number): TracedInput {
  if (input.kind === "tokens") {
    const tokens = new Int32Array(steps);
    input.copy(0, tokens, 0, 1);
    return { kind: "tokens", tokens };
  }
  const { width } = input;
  const vectors = new Float64Array(steps * width);
  input.copy(0, vectors, 0, width);
  return { kind: "vectors", vectors, width };
}

/** @throws CellstateError `option` where there are not as many as steps. */
export function labelsOf(
  labels: readonly string[] | undefined,
  input: TracedInput,
  steps: number,
): readonly string[] {
  if (!labels) {
    const numbers = input.kind === "tokens" ? input.tokens : Array.from({ length: steps }).keys();
    return Array.from(numbers, String);
  }
  if (labels.length === steps) return labels;
  throw new CellstateError(
    "option",
    `labels: expected ${steps}, one a step of the input, got ${labels.length}`,
  );
}

function planExample(
  subject: NetworkSubject,
  engine: Engine,
  { purpose = "inference", observe, rows = 1, window, lossAt, ...options }: SubjectPlanOptions,
): SubjectPlan {
  const { wanted } = subject;
  const { network, examples, writes, mostSteps, answers } = wanted;
  const { room = wanted.steps, onlyStates = false } = options;
  if (writes && purpose === "training") {
    throw new CellstateError(
      "data",
      "the example has no target, so there is no loss to follow back; give one, or take what the network writes for it",
    );
  }
  if (options.state) {
    throw new CellstateError("option", "state: a network begins with its own; leave it out");
  }
  const most = subject.carries ? Math.min(window ?? room, room) : room;
  const told = (examples.target ?? examples.known)?.steps(0) ?? 0;
  const longest = writes ? mostSteps : Math.max(1, told);
  const outputSteps = answers !== "outputSteps" ? 0 : onlyStates ? 1 : longest;
  const byName = new Map(networkLayers(network).map(({ name }, place) => [name, place]));
  const ask: Observe = ({ name }) => observe?.(byName.get(name) ?? -1) ?? null;
  const capacity = { batch: rows, steps: most, outputSteps };
  const plan = new NetworkPlan(network, engine, capacity, purpose, { observe: ask });
  if (options.weights) plan.load(options.weights);
  const { numbers, integers } = plan.compiled;
  const counted = lossSet(lossAt ?? wanted.lossSteps);
  const all = new Int32Array(rows);
  const batchOf = (steps: number): ExampleBatch => {
    return { examples: all, count: rows, steps, outputSteps, counted: rows };
  };
  let last = { start: 0, steps: 0 };
  let read: Examples = examples;
  let written: WrittenOutput[] = [];
  const stepsWritten = (row: number): number => {
    const one = written[row];
    return one ? one.tokens.length + (one.ended ? 1 : 0) : 0;
  };

  function* windows(other: Subject = subject): Generator<SubjectWindow> {
    if (!subject.carries) checkRoom(other, room);
    const part = partsOf(onlyStates ? inputOf(other) : examples, answers === "steps", most);
    for (let start = 0; start < other.steps; start += most) {
      last = { start, steps: Math.min(most, other.steps - start) };
      read = part(last);
      run(batchOf(last.steps));
      yield last;
      if (start + most < other.steps) plan.carryStates(extentOf(batchOf(last.steps)));
    }
  }
  const run = (batch: ExampleBatch): void => {
    const extent = extentOf(batch);
    if (writes && !onlyStates) {
      written = writeBatch(plan, read, batch, { mostSteps });
      return;
    }
    writeExamples(plan, read, batch);
    if (read.target) countOnly();
    if (last.start > 0) plan.forwardOn(extent, read.target ? undefined : plan.lossesAt);
    else if (onlyStates && plan.decoder) plan.encode(extent);
    else if (read.target) plan.forward(extent);
    else plan.forwardToHeads(extent);
  };
  /** The first step of the answers that are there. */
  const firstAnswer = (): number => (answers === "steps" ? last.start : 0);
  const answered = (row: number): number =>
    answers === "once" ? 1 : answers === "steps" ? last.steps : writes ? stepsWritten(row) : told;
  const countOnly = (): void => {
    const { offset, stride } = plan.rowWeights;
    const first = firstAnswer();
    for (let step = 0; step < answered(0); step++) {
      if (counted.has(first + step)) continue;
      for (let b = 0; b < rows; b++) numbers[offset + (step * rows + b) * stride] = 0;
    }
  };
  const losses = examples.target ? plan.heads.map((head) => head.losses) : [];
  const reader = (row: number, { windowed = false }: ReaderOptions = {}): OutcomeReader => {
    const parts: AnswerPart[] = [];
    return {
      take: () => {
        const first = firstAnswer();
        const found = Float64Array.from({ length: answered(row) }, (_, step) => {
          if (!counted.has(first + step)) return Number.NaN;
          return losses.reduce(
            (sum, { offset, stride }) => sum + numbers[offset + (step * rows + row) * stride],
            0,
          );
        });
        const output = writes ? written[row] : readOutput(plan, read, batchOf(last.steps), row);
        // Of an answer at the end, what it would be if that were here.
        if (windowed || answers !== "steps") parts.length = 0;
        parts.push({ losses: found, output });
      },
      finish: () => {
        const { losses: found, output } = joined(parts);
        const seen = Array.from(found.keys()).filter((step) => !Number.isNaN(found[step]));
        return {
          ...{ losses: found, loss: meanLoss(found, seen), predictions: null, output },
          outputLabels: outputLabels(wanted, output),
        };
      },
    };
  };
  return {
    ...{ rows, numbers, integers, windows, reader, losses },
    layers: plan.cells,
    outputs: plan.heads.map(({ outputs }) => outputs),
    outputSteps: (row) => (writes ? stepsWritten(row) : outputSteps),
    backward: () => plan.backward(extentOf(batchOf(last.steps)), 1),
  };
}

/** What a decoder says, step by step. */
function outputLabels(
  { examples, network, answers, outputLabel }: Wanted,
  shown: NetworkOutput | WrittenOutput,
): readonly string[] {
  const { output } = network.config.ports;
  if (answers !== "outputSteps") return [];
  if ("tokens" in shown) {
    const { tokens, ended } = shown;
    const said = output.kind === "tokens" && ended ? [...tokens, output.end] : tokens;
    return said.map((token) => outputLabel(token));
  }
  const { target } = examples;
  if (output.kind === "tokens" && target) {
    const tokens = new Int32Array(target.steps(0));
    target.copy(0, tokens, 0, 1);
    return Array.from(tokens, (token) => outputLabel(token));
  }
  return Array.from({ length: shown.steps }, (_, step) => String(step));
}
