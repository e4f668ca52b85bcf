/** A thread of the tests: core's worker entry on a worker of Node, with products lent in TypeScript where a test asks for them. */
import { parentPort } from "node:worker_threads";
import { serveThread } from "../../src/worker.ts";
import { plainLender } from "./plainLender.ts";

const serve = serveThread(() => plainLender);
parentPort?.on("message", (message) => {
  if (message === "fall") throw new Error("fell on request");
  serve(message);
});
parentPort?.postMessage("listening");
