/** Threads for core's engines, from Node's `worker_threads`. They end with the process and do not keep it alive. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { MOST_THREADS, startThreads, type ThreadHandle, type Threads } from "@cellstate/core";
import {
  ENDING,
  EXITED,
  type Listening,
  LOADING,
  type NodeThreadData,
  RUNNING,
} from "./nodeThreadData.ts";

// The file that stands beside this one: .ts where the sources run as they are, .js in the published package.
const SCRIPT = new URL(
  import.meta.url.endsWith(".ts") ? "./nodeThread.ts" : "./nodeThread.js",
  import.meta.url,
);

/**
 * Starts threads for an engine: `createWasmEngine({ threads: await startNodeThreads() })`.
 *
 * @param count Threads in all, this one included. @default the cores that this process may use
 */
export function startNodeThreads(
  count: number = Math.min(availableParallelism(), MOST_THREADS),
): Promise<Threads> {
  return startThreads(count, spawn);
}

/** A library is loaded in some 50 ms; one that hangs is not waited for. */
const LONGEST_LOAD_MS = 5000;

function spawn(index: number): Promise<ThreadHandle> {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const workerData: NodeThreadData = { state };
  const worker = new Worker(SCRIPT, { workerData, name: `cellstate ${index}` });
  const stopLoading = (): void => {
    if (Atomics.compareExchange(state, 0, RUNNING, ENDING) !== LOADING) return;
    Atomics.wait(state, 0, LOADING, LONGEST_LOAD_MS);
  };
  // A process that ends by itself ends its threads too.
  process.on("exit", stopLoading);
  worker.once("exit", () => process.off("exit", stopLoading));
  let systemThread: number | null = null;
  const handle: ThreadHandle = {
    post: (message) => worker.postMessage(message),
    // Between steps the events below tell; while this thread waits, only shared memory and the system do.
    isAlive: () =>
      Atomics.load(state, 0) !== EXITED &&
      (systemThread === null || existsSync(`/proc/self/task/${systemThread}`)),
    terminate() {
      stopLoading();
      void worker.terminate();
    },
  };
  return new Promise((resolve, reject) => {
    worker.once("error", (error) => {
      Atomics.store(state, 0, EXITED);
      reject(error);
    });
    worker.once("exit", (code) => {
      Atomics.store(state, 0, EXITED);
      reject(new Error(`thread ${index} ended with code ${code} before it listened`));
    });
    worker.once("message", (listening: Listening) => {
      systemThread = listening.systemThread;
      worker.unref();
      resolve(handle);
    });
  });
}
