/** A thread of a training worker: it runs core's worker entry on the port that it is sent. */
import { serveThread, type ThreadMessage } from "@cellstate/core/worker";

interface Port {
  onmessage: ((event: { readonly data: ThreadMessage }) => void) | null;
}
interface Scope {
  onmessage: ((event: { readonly data: Port }) => void) | null;
  postMessage(message: unknown): void;
}

const scope = globalThis as unknown as Scope;
const serve = serveThread();
scope.onmessage = ({ data: port }) => {
  port.onmessage = ({ data }) => serve(data);
  scope.postMessage("listening");
};
