/**
 * The workloads in numbers, the same for every program that is measured: first weights and inputs. Weights lie in
 * PyTorch's way: [4H, inputs], gates in the order i f g o, one bias a layer. Sequences are time-major.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { type StoredTensor, writeSafetensors } from "../packages/core/src/files/safetensors.ts";
import { randomBits, streamKey, uniform } from "../packages/core/src/numbers/random.ts";
import { WORKLOADS, type Workload, type WorkloadName } from "./workloads.ts";

export interface Case extends Workload {
  readonly name: WorkloadName;
  /** weight_ih_l0 [4H, I], weight_hh_l0 [4H, H], bias_l0 [4H] and so for each layer; weight_out [O, H], bias_out [O]. */
  readonly weights: Readonly<Record<string, Values>>;
  /** Of Adam, with 0.9, 0.999, 1e-8. */
  readonly learningRate: number;
  /** [T, B] for a character model: what is read and what comes next; empty elsewhere. */
  readonly inputs: Int32Array<ArrayBuffer>;
  readonly targets: Int32Array<ArrayBuffer>;
  /** [T, B, I] where vectors are read; for W4 `STREAMED` steps. Empty elsewhere. */
  readonly x: Float32Array<ArrayBuffer>;
  /** [B]: what a forecaster is to say. Empty elsewhere. */
  readonly values: Float32Array<ArrayBuffer>;
}

interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** Steps of the stream of W4: it is read over and over. */
export const STREAMED = 64;

/** Weights are drawn from ± this. */
const SPREAD: Readonly<Record<WorkloadName, number>> = {
  W1: 0.08,
  W2: 0.08,
  W3: 0.12,
  W4: 0.125,
  W5: 0.0625,
  W6: 0.08,
  W7: 0.17,
};

export function caseOf(name: WorkloadName): Case {
  const workload = WORKLOADS[name];
  const { kind, task, I, B, T, O } = workload;
  const key = (what: string) => streamKey(1, name.toLowerCase(), what);
  const draw = (what: string, count: number, spread: number) => {
    const stream = key(what);
    return Float32Array.from({ length: count }, (_, n) => (2 * uniform(stream, n) - 1) * spread);
  };
  const weights = Object.fromEntries(
    shapesOf(workload).map(([tensor, shape]) => {
      return [tensor, { shape, data: draw(tensor, product(shape), spreadOf(name, tensor)) }];
    }),
  );
  const none = { inputs: new Int32Array(), targets: new Int32Array() };
  const common = { ...workload, name, weights, learningRate: task === "charlm" ? 2e-3 : 1e-3 };
  const noVectors = { x: new Float32Array(), values: new Float32Array() };
  if (task === "charlm" && kind === "train") {
    return { ...common, ...noVectors, ...characters(key("tokens"), I, T, B) };
  }
  if (kind === "generate") return { ...common, ...noVectors, ...none };
  const steps = kind === "stream" ? STREAMED : T;
  const x = draw("x", steps * B * I, 1);
  const classes = Int32Array.from({ length: B }, (_, b) => randomBits(key("classes"), b) % O);
  return {
    ...common,
    ...none,
    x,
    targets: task === "classify" ? classes : none.targets,
    values: task === "forecast" ? draw("values", B, 1) : noVectors.values,
  };
}

function spreadOf(name: WorkloadName, tensor: string): number {
  // Character models begin without biases.
  if (WORKLOADS[name].task === "charlm" && tensor.startsWith("bias")) return 0;
  // So large that the greedy text wanders, and that its best token always stands clear of the next.
  if (name === "W3" && (tensor === "weight_ih_l0" || tensor === "weight_out")) return 1;
  return SPREAD[name];
}

function shapesOf({ I, H, L, O }: Workload): [string, number[]][] {
  const shapes: [string, number[]][] = [];
  for (let layer = 0; layer < L; layer++) {
    shapes.push([`weight_ih_l${layer}`, [4 * H, layer === 0 ? I : H]]);
    shapes.push([`weight_hh_l${layer}`, [4 * H, H]], [`bias_l${layer}`, [4 * H]]);
  }
  if (O > 0) shapes.push(["weight_out", [O, H]], ["bias_out", [O]]);
  return shapes;
}

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** A text in which the next token can be told from the last one three times in four, so that there is something to learn. */
function characters(key: readonly [number, number], vocabulary: number, T: number, B: number) {
  const tokens = new Int32Array((T + 1) * B);
  for (let r = 0; r < tokens.length; r++) {
    const random = randomBits(key, r);
    const previous = r < B ? 0 : tokens[r - B];
    tokens[r] = random % 4 === 0 ? (random >>> 2) % vocabulary : (previous * 7 + 3) % vocabulary;
  }
  return { inputs: tokens.slice(0, T * B), targets: tokens.slice(B) };
}

/** Where the case lies for programs that are not JavaScript. */
export const caseFile = (name: WorkloadName): URL =>
  new URL(`../.scratch/bench/${name.toLowerCase()}.safetensors`, import.meta.url);

/** Writes the case as a file: its weights by their names, `inputs`, `targets`, `x` and `values` where it has them, sizes in the metadata. */
export function writeCase(name: WorkloadName): void {
  const { weights, inputs, targets, x, values, learningRate } = caseOf(name);
  const tensors = new Map<string, StoredTensor>(Object.entries(weights));
  for (const [tensor, data] of Object.entries({ inputs, targets, x, values })) {
    if (data.length > 0) tensors.set(tensor, { shape: [data.length], data });
  }
  const file = caseFile(name);
  mkdirSync(new URL(".", file), { recursive: true });
  const metadata = {
    learningRate: String(learningRate),
    workload: JSON.stringify(WORKLOADS[name]),
  };
  writeFileSync(file, writeSafetensors(tensors, metadata));
}
