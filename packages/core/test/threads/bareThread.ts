/** A thread that lends no products. */
import { parentPort } from "node:worker_threads";
import { serveThread } from "../../src/worker.ts";

parentPort?.on("message", serveThread());
parentPort?.postMessage("listening");
