/** Are the gradients of a whole network right? Against central differences in float64, on examples made up for its ports. */
import { ExampleReader } from "../data/batches.ts";
import type { Cells, Examples, Ports, Sequences } from "../data/examples.ts";
import { positions } from "../engines/cellTensors.ts";
import {
  checkGradients,
  type GradientCheckSettings,
  type GradientReport,
} from "../engines/checkGradients.ts";
import { createReferenceEngine } from "../engines/reference/index.ts";
import { RandomStream, streamKey } from "../numbers/random.ts";
import type { Network } from "./network.ts";
import { extentOf, headRows, writeExamples } from "./networkBatch.ts";
import { NetworkPlan } from "./networkPlan.ts";

export interface NetworkGradientCheckOptions extends GradientCheckSettings {
  /** Sequences, of different lengths. @default 3 */
  readonly batch?: number;
  /** Of the longest. @default 4 */
  readonly steps?: number;
  /** Of the examples and the masks. @default 1 */
  readonly seed?: number;
}

/** Compares every gradient of a network's weights with central differences, on the reference engine. */
export function checkNetworkGradients(
  network: Network,
  { batch = 3, steps = 4, seed = 1, ...settings }: NetworkGradientCheckOptions = {},
): GradientReport {
  const examples = inventExamples(network.config.ports, { count: batch, steps, seed });
  const reader = new ExampleReader(examples, batch, network.config.decoder !== null);
  const plan = new NetworkPlan(network, createReferenceEngine(), reader.capacity, "training");
  const { weights, compiled, gradientsAt } = plan;
  if (!(weights instanceof Float64Array)) throw new TypeError("the reference engine is float64");
  const first = reader.next();
  if (!first) throw new RangeError(`batch: expected a whole number of 1 or more, got ${batch}`);
  const extent = extentOf(first);
  writeExamples(plan, examples, first);
  for (let mask = 0; mask < plan.randomMasks; mask++) {
    plan.writeMaskKey(mask, streamKey(seed, "dropout", mask));
  }
  const evaluate = (): number => {
    plan.prepare();
    plan.forward(extent);
    return plan.totalLoss(headRows(plan, first));
  };
  evaluate();
  plan.backward(extent, 1);
  const { parameters, size } = network.parameters;
  const gradients = compiled.numbers.slice(gradientsAt, gradientsAt + size);
  const groups = parameters.map(({ name, tensor }) => {
    const at = positions(tensor);
    return { what: name, values: weights, positions: at, analytic: at.map((p) => gradients[p]) };
  });
  return checkGradients(evaluate, groups, settings);
}

/** Examples for a network's ports, of lengths from 0 (where that can be) to `steps`, with numbers drawn from the seed. */
export function inventExamples(
  { input, output }: Ports,
  { count, steps, seed }: { readonly count: number; readonly steps: number; readonly seed: number },
): Examples {
  const random = new RandomStream(streamKey(seed, "examples"));
  const lengths = (least: number, most: number): number[] =>
    Array.from({ length: count }, (_, i) => Math.max(least, most - (i % (most + 1))));
  const inputSteps = input.kind === "vector" ? lengths(1, 1) : lengths(0, steps);
  const outputSteps = lengths(1, steps).toReversed();
  const read: Sequences =
    input.kind === "tokens"
      ? inventTokens(input.size, inputSteps, random)
      : inventVectors(input.width, inputSteps, random);
  if (output.kind === "tokens") {
    const target = inventTokens(output.size, outputSteps, random);
    return { count, input: read, known: null, target };
  }
  const answered = {
    sequence: inputSteps.map(() => 1),
    step: inputSteps,
    outputStep: outputSteps,
  }[output.each];
  if (output.kind === "classes") {
    const target = inventTokens(output.size, answered, random);
    return { count, input: read, known: null, target, weight: (example) => 1 + (example % 3) / 2 };
  }
  const target = inventVectors(output.width, answered, random);
  const known = output.known > 0 ? inventVectors(output.known, answered, random) : null;
  return { count, input: read, known, target };
}

function inventVectors(
  width: number,
  steps: readonly number[],
  random: RandomStream,
): Sequences & { kind: "vectors" } {
  const rows = steps.map((count) =>
    Array.from({ length: count * width }, () => 2 * random.uniform() - 1),
  );
  return {
    kind: "vectors",
    width,
    steps: (example) => steps[example],
    copy(example: number, into: Cells, at: number, stride: number) {
      rows[example].forEach((value, i) => {
        into[at + Math.floor(i / width) * stride + (i % width)] = value;
      });
    },
  };
}

function inventTokens(size: number, steps: readonly number[], random: RandomStream): Sequences {
  const rows = steps.map((count) => Array.from({ length: count }, () => random.integer(size)));
  return {
    kind: "tokens",
    size,
    steps: (example) => steps[example],
    copy(example, into, at, stride) {
      rows[example].forEach((token, t) => {
        into[at + t * stride] = token;
      });
    },
  };
}
