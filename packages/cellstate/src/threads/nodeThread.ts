/** What a worker thread of Node runs: it gives the leader's messages to core, and lends products of the machine's BLAS. */
import { readlinkSync } from "node:fs";
import { basename } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { serveThread } from "@cellstate/core/worker";
import { lendFrom } from "../blas/index.ts";
import { EXITED, type Listening, LOADING, type NodeThreadData, RUNNING } from "./nodeThreadData.ts";

/** The thread's number in the system, by which the leader can look it up while it is itself blocked; only Linux tells. */
function systemThread(): number | null {
  try {
    return Number(basename(readlinkSync("/proc/thread-self")));
  } catch {
    return null;
  }
}

const { state }: NodeThreadData = workerData;
process.on("exit", () => Atomics.store(state, 0, EXITED));

/** Does what runs native code, unless the thread is about to be ended. */
function unbroken<T>(load: () => T): T {
  if (Atomics.compareExchange(state, 0, RUNNING, LOADING) !== RUNNING) {
    throw new Error("the thread is being ended");
  }
  try {
    return load();
  } finally {
    Atomics.store(state, 0, RUNNING);
    Atomics.notify(state, 0);
  }
}

const serve = serveThread((source) => {
  const lender = unbroken(() => lendFrom(source));
  return { ...lender, bind: (memory) => unbroken(() => lender.bind(memory)) };
});
parentPort?.on("message", serve);
parentPort?.postMessage({ systemThread: systemThread() } satisfies Listening);
