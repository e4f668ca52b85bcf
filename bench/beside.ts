/** What is measured beside the workloads, as its results files hold it; null where nobody has measured yet. */
import { existsSync, readFileSync } from "node:fs";

/** Of costPerToken.ts. */
export interface CostPerToken {
  /** The dearest token by the cheapest. */
  readonly dearestByCheapest: { readonly windows: number; readonly batches: number };
}

/** Of prompt.ts. */
export interface Prompt {
  readonly rows: readonly {
    readonly engine: string;
    /** As fast together as one by one. */
    readonly times: number;
  }[];
}

/** Of busy.ts. */
export interface Busy {
  /** Two threads beside two busy programs by one thread alone. */
  readonly ratio: number;
}

/** Of experiments/int8.ts. */
export interface Int8Loss {
  /** Nats a character. */
  readonly cost: { readonly together: number };
}

function read<T>(path: string): T | null {
  const file = new URL(`../${path}`, import.meta.url);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

export const readBeside = () => ({
  cost: read<CostPerToken>("bench/results/costPerToken.json"),
  prompt: read<Prompt>("bench/results/prompt.json"),
  busy: read<Busy>("bench/results/busy.json"),
  int8: read<Int8Loss>("experiments/results/int8.json"),
});
