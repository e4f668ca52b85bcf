/** How a JavaScript program is measured at W1: it reaches the workload's first losses, then its steps are timed one by one. */
import { type Biases, CHECKED_STEPS, checkLosses } from "./w1Case.ts";

export interface Measured {
  /** What is measured, with its version. */
  readonly version: string;
  /** Null where the program's model is another, so that no loss can be asked of it. */
  readonly biases: Biases | null;
  /** How many steps are timed. */
  readonly steps: number;
  /** One training step; gives its loss. */
  readonly step: () => number | Promise<number>;
}

/** Prints the one line that `run.ts` reads: `{"ms": [...], "losses": [...], "maxRssMb": ..., "version": ...}`. */
export async function measure({ version, biases, steps, step }: Measured): Promise<void> {
  const losses: number[] = [];
  const warmUp = biases ? CHECKED_STEPS : 1;
  for (let k = 0; k < warmUp; k++) losses.push(await step());
  if (biases) checkLosses(losses, biases);
  const ms: number[] = [];
  for (let k = 0; k < steps; k++) {
    const started = performance.now();
    await step();
    ms.push(performance.now() - started);
  }
  const maxRssMb = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ms, losses, maxRssMb, version }));
}
