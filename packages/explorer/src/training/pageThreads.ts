/** Threads of a page: Web Workers, where the page is cross-origin isolated; else one thread. */
import { startThreads, type ThreadHandle, type Threads } from "@cellstate/core";

export function startPageThreads(count: number): Promise<Threads> {
  return startThreads(count, spawn);
}

/** A worker's own messages wait until the code of whoever started it returns, which it does not while it trains; a port's do not. */
async function spawn(): Promise<ThreadHandle> {
  const worker = new Worker(new URL("./thread.ts", import.meta.url), { type: "module" });
  const { port1, port2 } = new MessageChannel();
  let isAlive = true;
  worker.postMessage(port2, [port2]);
  await new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = ({ message }) => {
      isAlive = false;
      reject(new Error(`a thread could not be started (${message || "no reason given"})`));
    };
  });
  return {
    post: (message) => port1.postMessage(message),
    isAlive: () => isAlive,
    terminate: () => worker.terminate(),
  };
}
