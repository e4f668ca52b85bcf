/** How fast each engine is on this machine, in a few seconds. */
import type { BlasFound } from "../blas/index.ts";
import { chooseEngine } from "../engine/choose.ts";
import { type OpenedEngine, startEngine } from "../engine/open.ts";
import type { Workload } from "./workloads.ts";

export interface EngineSpeed {
  readonly engine: string;
  readonly threads: number;
  /** One a workload, in order. */
  readonly gflops: readonly number[];
  readonly ms: readonly number[];
}

/**
 * wasm on one thread and on all, and each library on all.
 *
 * @param seconds In all, about: half as much again where the machine is slow, since each step is measured at least once.
 */
export async function measureEngines(
  libraries: readonly BlasFound[],
  workloads: readonly Workload[],
  cores: number,
  seconds: number,
): Promise<readonly EngineSpeed[]> {
  const usable = libraries.filter(({ fault }) => fault === null);
  const openers: (() => Promise<OpenedEngine>)[] = [
    () => startEngine(chooseEngine({ engine: "wasm" }), 1),
    ...(cores > 1 ? [() => startEngine(chooseEngine({ engine: "wasm" }), cores)] : []),
    ...usable.map(
      ({ path }) =>
        () =>
          startEngine(chooseEngine({ engine: "blas", library: path })),
    ),
  ];
  const budgetMs = (SHARE * 1000 * seconds) / (openers.length * workloads.length);
  const speeds: EngineSpeed[] = [];
  for (const open of openers) {
    const { engine, end } = await open();
    try {
      const ms: number[] = [];
      for (const workload of workloads) ms.push(await workload.measure(engine, budgetMs));
      const gflops = ms.map((each, i) => workloads[i].flops / each / 1e6);
      speeds.push({ engine: engine.name, threads: engine.threads, gflops, ms });
    } finally {
      end();
    }
  }
  return speeds;
}

/** Of the time that is there, what goes into measuring: the rest is threads, kernels and first steps. */
const SHARE = 0.6;
