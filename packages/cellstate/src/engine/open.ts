/** An engine for this machine, ready to compute: the choice, and the threads that share its work. */
import {
  CellstateError,
  createReferenceEngine,
  createWasmEngine,
  type Engine,
} from "@cellstate/core";
import { startNodeThreads } from "../threads/nodeThreads.ts";
import { type ChooseOptions, chooseEngine, type EngineChoice } from "./choose.ts";

export interface OpenEngineOptions extends ChooseOptions {
  /** Threads in all. They change no bit of a result, unless a BLAS rounds larger products otherwise. @default the cores that this process may use */
  readonly threads?: number;
}

export interface OpenedEngine {
  readonly engine: Engine;
  /** What was taken and why, one line: `wasm, 2 threads: no BLAS is installed, …`. */
  readonly choice: string;
  /** Ends its threads; what they would share is refused afterwards. Without it they end with the process, which they never keep waiting. */
  end(): void;
}

/**
 * @throws CellstateError `engine` where `blas` was asked for and there is none; `thread` where threads cannot be started.
 * @throws RangeError where `threads` is no whole number from 1.
 * @example
 * const { engine, choice, end } = await openEngine({ shape: { hiddenSize: 128, batchSize: 50 } });
 * console.log(choice); // blas (oneDNN 3.6.2), 2 threads: …
 */
export async function openEngine(options: OpenEngineOptions = {}): Promise<OpenedEngine> {
  return startEngine(chooseEngine(options), options.threads);
}

/** The engine of a choice that was made before. */
export async function startEngine(choice: EngineChoice, threads?: number): Promise<OpenedEngine> {
  if (choice.kind === "reference") {
    const engine = createReferenceEngine();
    return { engine, choice: describeChoice(choice, engine), end: () => {} };
  }
  const started = await startThreads(threads);
  const engine = createWasmEngine({ threads: started, gemm: choice.lender });
  return { engine, choice: describeChoice(choice, engine), end: () => started.end() };
}

async function startThreads(count: number | undefined) {
  try {
    return await startNodeThreads(count);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CellstateError("thread", `cannot start threads: ${reason}; try --threads 1`);
  }
}

function describeChoice({ name, why }: EngineChoice, { threads }: Engine): string {
  const taken = `${name}, ${threads === 1 ? "one thread" : `${threads} threads`}`;
  return why === null ? taken : `${taken}: ${why}`;
}
