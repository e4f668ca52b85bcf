/** Threads for tests of core, which itself knows no Node. */
import { Worker } from "node:worker_threads";
import { startThreads, type ThreadHandle, type Threads } from "../../src/threads/threads.ts";

/** A handle, and the worker behind it, for tests that end it. */
export interface TestThread extends ThreadHandle {
  readonly worker: Worker;
}

/** @param script Beside this file; by default the wasm engine's thread. */
export async function spawnTestThread(script = "testThread.ts"): Promise<TestThread> {
  const worker = new Worker(new URL(script, import.meta.url));
  let alive = true;
  worker.on("exit", () => {
    alive = false;
  });
  await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  worker.unref();
  return {
    worker,
    post: (message) => worker.postMessage(message),
    isAlive: () => alive,
    terminate: () => void worker.terminate(),
  };
}

export function testThreads(count: number, script?: string): Promise<Threads> {
  return startThreads(count, () => spawnTestThread(script));
}
