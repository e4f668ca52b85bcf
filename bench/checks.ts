/** What every program has to reach before it is timed: PyTorch's results in float64, by bench/peers/pytorch/reference.py. */
import { readFileSync } from "node:fs";
import type { WorkloadName } from "./workloads.ts";

/** How many bias vectors a layer learns: with PyTorch's two, Adam moves their sum twice as far. */
export type Biases = "oneBias" | "twoBiases";

/** Losses of the first steps. */
type TrainingReference = { readonly tolerance: number } & Readonly<
  Record<Biases, readonly number[]>
>;

/** Outputs: at these places of [T, B, H], or all of them. */
interface OutputReference {
  readonly tolerance: number;
  readonly at?: readonly number[];
  readonly outputs: readonly number[];
}

/** The greedy tokens after `first`; each stands clear of the next best by `margin` at least. `logits` follow the last but one. */
export interface TokenReference {
  readonly first: number;
  readonly margin: number;
  readonly tokens: readonly number[];
  readonly logits: readonly number[];
}

function read<T>(name: WorkloadName): T {
  const file = new URL(`reference/${name.toLowerCase()}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Trains the workload's first steps, which also warm the program up. @throws Error where a loss is not the workload's. */
export async function checkLosses(
  name: WorkloadName,
  biases: Biases,
  step: () => number | Promise<number>,
): Promise<void> {
  const { tolerance, [biases]: expected } = read<TrainingReference>(name);
  for (const [k, loss] of expected.entries()) {
    const found = await step();
    if (Math.abs(found - loss) <= tolerance) continue;
    throw new Error(`${name}, step ${k + 1}: expected the loss ${loss}, got ${found}`);
  }
}

/** @param outputs [T, B, H] for W5; h after the stream's last step for W4. @throws Error where one is not the workload's. */
export function checkOutputs(name: "W4" | "W5", outputs: ArrayLike<number>): void {
  const { tolerance, at, outputs: expected } = read<OutputReference>(name);
  for (const [k, value] of expected.entries()) {
    const found = outputs[at?.[k] ?? k];
    if (Math.abs(found - value) <= tolerance) continue;
    throw new Error(`${name}, output ${at?.[k] ?? k}: expected ${value}, got ${found}`);
  }
}

export const tokenReference = (): TokenReference => read<TokenReference>("W3");

/** @throws Error where the greedy text is another. @param step From a token to the next. */
export async function checkTokens(
  step: (token: number) => number | Promise<number>,
): Promise<void> {
  const { first, tokens } = tokenReference();
  let token = first;
  for (const [k, expected] of tokens.entries()) {
    token = await step(token);
    if (token !== expected) throw new Error(`W3, token ${k}: expected ${expected}, got ${token}`);
  }
}

/** Rounding 2×512 weights to 127 steps moves the logits by about 1 % of what they vary. */
const INT8_TOLERANCE = 0.05;

/** @throws Error where the logits along the text are further off than rounded weights explain. */
export function checkLogits(step: (token: number) => ArrayLike<number>): void {
  const { first, tokens, logits: expected } = tokenReference();
  let found: ArrayLike<number> = [];
  for (const token of [first, ...tokens.slice(0, -1)]) found = step(token);
  const squares = (values: readonly number[]) => values.reduce((sum, value) => sum + value ** 2, 0);
  const off = squares(expected.map((value, k) => value - found[k])) / squares(expected);
  if (Math.sqrt(off) <= INT8_TOLERANCE) return;
  throw new Error(`W3: the logits are off by ${(100 * Math.sqrt(off)).toFixed(1)} % of their size`);
}

/** The greatest of `values`. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
