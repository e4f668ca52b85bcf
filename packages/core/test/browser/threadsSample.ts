/** The training sample in a page, on one, two and three threads. */
import { createWasmEngine, startThreads, type ThreadHandle } from "@cellstate/core";
import trainShapes, { type TrainedShape } from "./shapesSample.ts";
import trainSome, { type Trained } from "./trainingSample.ts";

/** What a page has, of which Node's types know nothing. */
interface PageWorker {
  onmessage: (() => void) | null;
  onerror: ((event: { readonly message: string }) => void) | null;
  postMessage(message: unknown, transfer: readonly unknown[]): void;
  terminate(): void;
}
declare const MessageChannel: new () => {
  readonly port1: { postMessage(message: unknown): void };
  readonly port2: unknown;
};
declare const Worker: new (url: URL, options: { readonly type: "module" }) => PageWorker;

/** A worker's own messages wait until the page's code returns, which it does not while it trains; a port's do not wait. */
async function spawn(): Promise<ThreadHandle> {
  const worker = new Worker(new URL("./pageThread.ts", import.meta.url), { type: "module" });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port2, [port2]);
  await new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  return {
    post: (message) => port1.postMessage(message),
    isAlive: () => true,
    terminate: () => worker.terminate(),
  };
}

interface OnThreads {
  readonly count: number;
  readonly trained: Trained[];
  readonly shapes: TrainedShape[];
}

export default async function trainOnThreads(): Promise<OnThreads[]> {
  const results: OnThreads[] = [];
  for (const wanted of [2, 3]) {
    const threads = await startThreads(wanted, spawn);
    const engine = createWasmEngine({ threads, leastShared: 0 });
    const trained = await trainSome(engine);
    results.push({ count: threads.count, trained, shapes: await trainShapes(engine) });
    threads.end();
  }
  return results;
}
