/** Prints how many threads this process has before a library is loaded, and after products large enough to be shared out. */
import { readdirSync } from "node:fs";
import { openBlas } from "../../../src/blas/index.ts";

const count = () => readdirSync("/proc/self/task").length;
openBlas("none");
const before = count();
const { lender } = openBlas(process.argv[2]);
const memory = new WebAssembly.Memory({ initial: 100 });
const gemm = lender?.bind(memory);
for (let i = 0; i < 3; i++)
  gemm?.(false, false, 512, 512, 512, 0, 512, 2 ** 20, 512, 0, 2 ** 21, 512);
console.log(JSON.stringify({ before, after: count() }));
