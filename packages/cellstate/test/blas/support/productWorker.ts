/** A thread that multiplies over a shared memory with a lender's source, and posts how it went. */
import { parentPort, workerData } from "node:worker_threads";
import { lendFrom } from "../../../src/blas/index.ts";

const { source, memory, products } = workerData;
const gemm = lendFrom(source).bind(memory);
const numbers = new Int32Array(memory.buffer);
parentPort?.postMessage("ready");
// All threads start together, when the first number says so.
Atomics.wait(numbers, 0, 0);
for (const product of products) gemm(...(product as Parameters<typeof gemm>));
parentPort?.postMessage("done");
