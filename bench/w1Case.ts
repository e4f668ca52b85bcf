/**
 * The W1 of workloads.json in numbers, the same for every program that is measured at it: first weights, tokens, and the
 * losses of the first steps, which each has to reach before it is timed.
 *
 * Two layers of LSTM, H = 128, over one-hot tokens of V = 65; B = 50 sequences of T = 50; mean cross-entropy; Adam
 * with 2e-3, 0.9, 0.999, 1e-8. Weights lie in PyTorch's way: [4H, inputs], gates in the order i f g o.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { randomBits, streamKey, uniform } from "../packages/core/src/numbers/random.ts";

export const W1 = {
  vocabulary: 65,
  hiddenSize: 128,
  layers: 2,
  batch: 50,
  steps: 50,
  learningRate: 2e-3,
} as const;

/** Shapes in the order in which a case file holds them; all are drawn from ±0.08, but the biases, which are 0. */
export const SHAPES = {
  weight_ih_l0: [512, 65],
  weight_hh_l0: [512, 128],
  bias_l0: [512],
  weight_ih_l1: [512, 128],
  weight_hh_l1: [512, 128],
  bias_l1: [512],
  weight_out: [65, 128],
  bias_out: [65],
} as const;

export type WeightName = keyof typeof SHAPES;

export interface Case {
  readonly weights: Readonly<Record<WeightName, Float32Array<ArrayBuffer>>>;
  /** [T, B]: row t · B + b. */
  readonly inputs: Int32Array<ArrayBuffer>;
  readonly targets: Int32Array<ArrayBuffer>;
}

export function w1Case(): Case {
  const names = Object.keys(SHAPES) as WeightName[];
  const weights = Object.fromEntries(
    names.map((name) => {
      const key = streamKey(1, "w1", name);
      const count = SHAPES[name].reduce((a: number, b: number) => a * b, 1);
      const draw = (_: unknown, n: number) =>
        name.startsWith("bias") ? 0 : (2 * uniform(key, n) - 1) * 0.08;
      return [name, Float32Array.from({ length: count }, draw)];
    }),
  ) as Record<WeightName, Float32Array<ArrayBuffer>>;
  const rows = W1.steps * W1.batch;
  // A text in which the next token can be told from the last one three times in four, so that there is something to learn.
  const key = streamKey(1, "w1", "tokens");
  const tokens = new Int32Array(rows + W1.batch);
  for (let r = 0; r < tokens.length; r++) {
    const random = randomBits(key, r);
    const previous = r < W1.batch ? 0 : tokens[r - W1.batch];
    tokens[r] =
      random % 4 === 0 ? (random >>> 2) % W1.vocabulary : (previous * 7 + 3) % W1.vocabulary;
  }
  return { weights, inputs: tokens.slice(0, rows), targets: tokens.slice(W1.batch) };
}

/** One file for programs that are not JavaScript: all weights as float32, then inputs and targets as int32. */
export function writeCase(path: string): void {
  const { weights, inputs, targets } = w1Case();
  const parts = [...Object.values(weights), inputs, targets];
  writeFileSync(path, Buffer.concat(parts.map((part) => new Uint8Array(part.buffer))));
}

/** How many bias vectors a layer learns: with PyTorch's two, Adam moves their sum twice as far. */
export type Biases = "oneBias" | "twoBiases";

/** Of PyTorch in float64; written by `bench/peers/pytorch.py reference`. */
const reference: Record<Biases, number[]> & { source: string } = JSON.parse(
  readFileSync(new URL("w1Reference.json", import.meta.url), "utf8"),
);

/**
 * A mean of 2,500 losses that is summed in float32, one after another, is good to about 1e-5. A second bias, the smallest
 * difference there could be, makes 1e-4 in the second step and 7e-4 in the fifth.
 */
const TOLERANCE = 3e-5;

/** Steps that are checked, and warm the program up. */
export const CHECKED_STEPS = reference.oneBias.length;

/** @throws Error where a program's first losses are not those of the workload. */
export function checkLosses(losses: readonly number[], biases: Biases): void {
  const expected = reference[biases];
  const wrong = expected.some((loss, k) => !(Math.abs(losses[k] - loss) <= TOLERANCE));
  if (wrong) throw new Error(`expected losses ${expected.join(", ")}, got ${losses.join(", ")}`);
}
