/**
 * The workloads of workloads.json, and how much arithmetic each needs.
 *
 * Legend: B sequences side by side, T steps, I inputs, H units, L layers, O outputs.
 */
import { readFileSync } from "node:fs";

export const WORKLOAD_NAMES = ["W1", "W2", "W3", "W4", "W5", "W6", "W7"] as const;
export type WorkloadName = (typeof WORKLOAD_NAMES)[number];

export interface Workload {
  readonly kind: "train" | "generate" | "stream" | "infer";
  /** What a training workload learns. */
  readonly task?: "charlm" | "classify" | "forecast";
  readonly I: number;
  readonly H: number;
  readonly L: number;
  readonly B: number;
  readonly T: number;
  readonly O: number;
  readonly desc: string;
}

export const WORKLOADS: Readonly<Record<WorkloadName, Workload>> = JSON.parse(
  readFileSync(new URL("workloads.json", import.meta.url), "utf8"),
);

/** @throws Error for a name that is none. */
export function workloadName(text: string): WorkloadName {
  const name = WORKLOAD_NAMES.find((known) => known === text.toUpperCase());
  if (!name) throw new Error(`unknown workload "${text}"; there are ${WORKLOAD_NAMES.join(" ")}`);
  return name;
}

/**
 * Floating point operations of a step's products, two a multiplication with its addition: the fewest that the workload needs. A product with
 * a one-hot token is a row that is looked up and counts nothing, even for a program that multiplies it out; nor do gates, losses and updates.
 */
export function operationsOf({ kind, task, I, H, L, B, T, O }: Workload): number {
  const training = kind === "train";
  const tokens = O > 0 && (kind === "generate" || task === "charlm");
  /** Forward; and in training for the weights, and for what flows on where it does. */
  const product = (rows: number, k: number, n: number, flowsOn: boolean) =>
    2 * rows * k * n * (training ? (flowsOn ? 3 : 2) : 1);
  let operations = 0;
  for (let layer = 0; layer < L; layer++) {
    if (layer > 0) operations += product(B * T, H, 4 * H, true);
    else if (!tokens) operations += product(B * T, I, 4 * H, false);
    operations += product(B * T, H, 4 * H, true);
  }
  // A classifier and a forecaster read the last step alone.
  const read = task === "classify" || task === "forecast" ? B : B * T;
  return operations + product(read, H, O, true);
}
