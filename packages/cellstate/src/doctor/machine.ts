/** What this machine offers to an engine: processor, vectors, shared memory, and the libraries that lend products. */
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { canShareMemory } from "@cellstate/core";
import { type BlasFound, findBlas, openBlas } from "../blas/index.ts";

export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly processor: string;
  readonly memoryBytes: number;
  /** That this process may use. */
  readonly cores: number;
  /** Programs that wanted a core in the last minute, on average; 0 where the system does not tell. */
  readonly load: number;
  /** Whether WebAssembly computes on four numbers at once here; without it, the wasm engine does not run. */
  readonly simd: boolean;
  /** Without it, there is one thread. */
  readonly sharedMemory: boolean;
  readonly blas: readonly BlasFound[];
  /** Why no library can be used, and what to do about it; null where one can. */
  readonly noBlas: { readonly reason: string; readonly advice: string } | null;
}

/** A module with one function that makes a vector: () → drop(i32x4.splat(0)). */
const WITH_SIMD = new Uint8Array([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[3, 2, 1, 0],
  ...[10, 9, 1, 7, 0, 0x41, 0, 0xfd, 0x11, 0x1a, 0x0b],
]);

export function examineMachine(): Machine {
  const blas = findBlas();
  const opened = openBlas();
  return {
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    // Some systems do not name it.
    processor: cpus()[0]?.model.trim() || process.arch,
    memoryBytes: totalmem(),
    cores: availableParallelism(),
    load: loadavg()[0],
    simd: WebAssembly.validate(WITH_SIMD),
    sharedMemory: canShareMemory(),
    blas,
    noBlas: opened.lender ? null : { reason: opened.reason, advice: opened.advice },
  };
}
