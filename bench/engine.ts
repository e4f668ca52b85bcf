/**
 * The engines that are measured, as a user's program opens them.
 *
 * `wasm` our own kernels; `blas` the same with the machine's products; `int8` wasm with weights rounded to integers, for plans
 * that only infer; `reference` float64, to see that a program is right.
 */

import { openEngine } from "../packages/cellstate/src/engine/open.ts";
import type { Engine } from "../packages/core/src/index.ts";

export const BENCH_ENGINES = ["wasm", "blas", "int8", "reference"] as const;
export type BenchEngine = (typeof BENCH_ENGINES)[number];

/** @throws CellstateError `engine` where the machine has no BLAS. @throws Error for a name that is none. */
export async function benchEngine(text: string, threads: number): Promise<Engine> {
  const name = BENCH_ENGINES.find((known) => known === text);
  if (!name) throw new Error(`unknown engine "${text}"; there are ${BENCH_ENGINES.join(" ")}`);
  const { engine } = await openEngine({ engine: name === "int8" ? "wasm" : name, threads });
  return name === "int8" ? withInt8(engine) : engine;
}

function withInt8(engine: Engine): Engine {
  return {
    ...engine,
    name: `${engine.name}, int8 weights`,
    compile: (plan) => engine.compile({ ...plan, weights: "int8" }),
  };
}

/** `wasm, 2 threads, Node 24.21.0` */
export function describeEngine({ name, threads }: Engine): string {
  const shared = threads === 1 ? "one thread" : `${threads} threads`;
  return `${name}, ${shared}, Node ${process.versions.node}`;
}
