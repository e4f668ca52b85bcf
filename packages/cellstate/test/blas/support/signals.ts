/**
 * Multiplies while signals come, as many as another process can send in a second, and prints how many came, and how many
 * products were wrong. Where a handler writes over memory that is not its own, the process dies of it.
 */
import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { openBlas } from "../../../src/blas/index.ts";

const { lender } = openBlas(process.argv[2]);
const memory = new WebAssembly.Memory({ initial: 16 });
const numbers = new Float32Array(memory.buffer);
const [m, n, k, b, c] = [16, 512, 128, 2 ** 14, 2 ** 17];
for (let i = 0; i < c; i++) numbers[i] = ((i * 37) % 11) / 11;
const gemm = lender?.bind(memory);
const multiply = () => gemm?.(false, false, m, n, k, 0, k, 4 * b, n, 0, 4 * c, n);
multiply();
const wanted = numbers.slice(c, c + m * n);

let signals = 0;
process.on("SIGWINCH", () => signals++);
const sender = spawn(process.execPath, [
  "-e",
  `const end = Date.now() + 1000;
   while (Date.now() < end) process.kill(${process.pid}, "SIGWINCH");`,
]);
let wrong = 0;
let sending = true;
// Its end is known by its output's, not by its exit: libuv tells of that by a signal too, and drops signals that find its pipe full.
sender.stdout.resume().on("end", () => {
  sending = false;
});
while (sending) {
  for (let i = 0; i < 200; i++) {
    numbers.fill(-1, c, c + m * n);
    multiply();
    if (numbers.subarray(c, c + m * n).some((number, at) => number !== wanted[at])) wrong++;
  }
  await new Promise((resolve) => setImmediate(resolve));
}
writeSync(1, JSON.stringify({ came: signals > 0, wrong }));
process.exit(0);
