/** A thread of a page: a Web Worker that runs core's worker entry on the port that it is sent. */
import { serveThread, type ThreadMessage } from "../../src/worker.ts";

/** What a worker has, of which Node's types know nothing. */
interface WorkerScope {
  onmessage: ((event: { readonly data: PagePort }) => void) | null;
  postMessage(message: unknown): void;
}
interface PagePort {
  onmessage: ((event: { readonly data: ThreadMessage }) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const serve = serveThread();
scope.onmessage = ({ data: port }) => {
  port.onmessage = ({ data }) => serve(data);
  scope.postMessage("listening");
};
