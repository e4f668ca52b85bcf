/** How a JavaScript program is measured once its results are those of the workload: warm, then timed. */

export interface Measured {
  /** What is measured, with its version. */
  readonly version: string;
  /** How many times are taken. */
  readonly times: number;
  /** Steps in a row that one time is the mean of: one, but where a step is too short for the clock. @default 1 */
  readonly repeat?: number;
  /** Does so many steps, one after another. */
  readonly run: (count: number) => unknown;
}

/** How long steps that are too short for the clock run before they are timed: V8 takes its time to compile what is called often. */
const WARM_UP_MS = 500;

/** Prints the one line that `run.ts` reads: `{"ms": [...], "maxRssMb": ..., "version": ...}`. */
export async function measure({ version, times, repeat = 1, run }: Measured): Promise<void> {
  const end = performance.now() + (repeat > 1 ? WARM_UP_MS : 0);
  while (performance.now() < end) await run(repeat);
  const ms: number[] = [];
  for (let k = 0; k < times; k++) {
    const started = performance.now();
    const done = run(repeat);
    if (done instanceof Promise) await done;
    ms.push((performance.now() - started) / repeat);
  }
  const maxRssMb = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ms, maxRssMb, version }));
}
