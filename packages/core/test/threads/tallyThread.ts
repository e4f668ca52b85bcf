/** A thread whose work is counted: jobs are shared words, and tasks add one to their share's word. */
import { parentPort } from "node:worker_threads";
import { createThreadServer } from "../../src/threads/serve.ts";
import { tallyTasks } from "./tally.ts";

const serve = createThreadServer((what) => tallyTasks(what as Int32Array));
parentPort?.on("message", serve);
parentPort?.postMessage("listening");
