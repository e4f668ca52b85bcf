/**
 * A network and one example, to be looked at: see `subject.ts`. One that writes tokens is told its target where the example has one;
 * else it writes by itself, the likeliest token at each step.
 */
import type { ExampleBatch } from "../data/batches.ts";
import type { Examples, NetworkOutput, Sequences, WrittenOutput } from "../data/examples.ts";
import type { Axis, Engine } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import type { Observe } from "../layers/observation.ts";
import type { Network } from "../models/network.ts";
import { extentOf, readOutput, writeExamples } from "../models/networkBatch.ts";
import { NetworkPlan } from "../models/networkPlan.ts";
import { checkWriting, writeBatch } from "../models/networkWriting.ts";
import { networkLayers, placeOf } from "./places.ts";
import type { TracedInput } from "./signals.ts";
import {
  checkPlan,
  meanLoss,
  type OutcomeReader,
  type Subject,
  type SubjectPlan,
  type SubjectPlanOptions,
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
  const subject: Subject = {
    carries: false,
    ...{ steps, input, answers, lossSteps, writes },
    places: networkLayers(network).map(placeOf),
    labels: labelsOf(given.labels, input, steps),
    toldItself: (engine, weights) => {
      if (!writes || output.kind !== "tokens") return subject;
      const plan = planExample(wanted, engine, { weights });
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
      return planExample(wanted, engine, options);
    },
  };
  return subject;
}

function answersOf({ config }: Network): Axis {
  const { output } = config.ports;
  if (output.kind === "tokens") return "outputSteps";
  return output.each === "sequence" ? "once" : output.each === "step" ? "steps" : "outputSteps";
}

function onlyOne({ input, known, target }: Examples, example: number): Examples {
  return {
    count: 1,
    input: sequencesOf(input, example),
    known: known && { ...stepsOf(known, example), kind: known.kind, width: known.width },
    target: target && sequencesOf(target, example),
  };
}

function sequencesOf(all: Sequences, example: number): Sequences {
  const steps = stepsOf(all, example);
  return all.kind === "tokens"
    ? { ...steps, kind: all.kind, size: all.size }
    : { ...steps, kind: all.kind, width: all.width };
}

function stepsOf(all: Sequences, example: number): Pick<Sequences, "steps" | "copy"> {
  return {
    steps: () => all.steps(example),
    copy: (_, into, at, stride) => all.copy(example, into, at, stride),
  };
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
  wanted: Wanted,
  engine: Engine,
  { purpose = "inference", observe, rows = 1, lossAt, weights, state }: SubjectPlanOptions,
): SubjectPlan {
  const { network, examples, steps, writes, mostSteps, answers } = wanted;
  if (writes && purpose === "training") {
    throw new CellstateError(
      "data",
      "the example has no target, so there is no loss to follow back; give one, or take what the network writes for it",
    );
  }
  if (state) {
    throw new CellstateError("option", "state: a network begins with its own; leave it out");
  }
  const told = (examples.target ?? examples.known)?.steps(0) ?? 0;
  const outputSteps = writes ? mostSteps : answers === "outputSteps" ? Math.max(1, told) : 0;
  const batch: ExampleBatch = {
    ...{ examples: new Int32Array(rows), count: rows, steps, outputSteps },
    counted: rows,
  };
  const byName = new Map(networkLayers(network).map(({ name }, place) => [name, place]));
  const ask: Observe = ({ name }) => observe?.(byName.get(name) ?? -1) ?? null;
  const capacity = { batch: rows, steps, outputSteps };
  const plan = new NetworkPlan(network, engine, capacity, purpose, { observe: ask });
  if (weights) plan.load(weights);
  const counted = new Set(lossAt ?? wanted.lossSteps);
  const window = { start: 0, steps };
  let written: WrittenOutput[] = [];
  const { numbers, integers } = plan.compiled;
  const stepsWritten = (row: number): number => {
    const one = written[row];
    return one ? one.tokens.length + (one.ended ? 1 : 0) : 0;
  };

  function* windows() {
    if (writes) {
      written = writeBatch(plan, examples, batch, { mostSteps });
    } else {
      writeExamples(plan, examples, batch);
      countOnly();
      const extent = extentOf(batch);
      if (examples.target) plan.forward(extent);
      else plan.forwardToHeads(extent);
    }
    yield window;
  }
  const countOnly = (): void => {
    const { offset, stride } = plan.rowWeights;
    for (const step of wanted.lossSteps) {
      if (counted.has(step)) continue;
      for (let b = 0; b < rows; b++) numbers[offset + (step * rows + b) * stride] = 0;
    }
  };
  const losses = examples.target ? plan.heads.map((head) => head.losses) : [];
  const reader = (row: number): OutcomeReader => ({
    take: () => {},
    finish: () => {
      const answered =
        answers === "once" ? 1 : answers === "steps" ? steps : writes ? stepsWritten(row) : told;
      const found = new Float64Array(answered).fill(Number.NaN);
      for (const step of counted) {
        found[step] = 0;
        for (const { offset, stride } of losses) {
          found[step] += numbers[offset + (step * rows + row) * stride];
        }
      }
      const shown = writes ? written[row] : readOutput(plan, examples, batch, row);
      return {
        ...{ losses: found, loss: meanLoss(found, [...counted]), predictions: null, output: shown },
        outputLabels: outputLabels(wanted, shown),
      };
    },
  });
  return {
    ...{ rows, numbers, integers, windows, reader, losses },
    layers: plan.cells,
    outputs: plan.heads.map(({ outputs }) => outputs),
    outputSteps: (row) => (writes ? stepsWritten(row) : outputSteps),
    backward: () => plan.backward(extentOf(batch), 1),
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
