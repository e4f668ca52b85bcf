/** The most that four float32 lanes can do on this machine: multiplications and additions with next to nothing loaded. */
import type { FunctionBuilder, Local } from "../../packages/core/src/engines/wasm/assembler.ts";
import { Workshop } from "../../packages/core/src/engines/wasm/compile.ts";
import { f32x4, i32, v128 } from "../../packages/core/src/engines/wasm/instructions.ts";

/** Numbers that the peak's loop reads, one after another. */
const PEAK_TURNS = 10_000;
const PEAK_SUMS = 8;

/**
 * Two numbers by four vectors that stay in registers, into eight sums: a tile of a product without its loads of weights. Chains of
 * operations alone would not do: the registers do not hold enough of them to hide their latency.
 */
function emitPeak(f: FunctionBuilder, turns: Local<"i32">): void {
  const weights = [1, 2, 3, 4].map((x) => f.let(f32x4.const(x)));
  const sums = Array.from({ length: PEAK_SUMS }, () => f.let(f32x4.const(0)));
  const splats = f.locals("v128", 2);
  f.forLoop(f.local("i32"), 0, i32.shl(turns, 2), 4, (address) => {
    for (const [i, splat] of splats.entries()) f.set(splat, v128.load32_splat(address, 4 * i));
    for (const [i, sum] of sums.entries()) {
      f.set(sum, f32x4.add(sum, f32x4.mul(splats[i >> 2], weights[i & 3])));
    }
  });
  // Stored, so that they are not left out.
  for (const [i, sum] of sums.entries()) f.store(i32.shl(turns, 2), sum, 16 * i);
}

/** A run of it and its floating point operations. */
export function lanesPeak(): { readonly flop: number; readonly run: () => void } {
  const size = PEAK_TURNS + 4 * PEAK_SUMS;
  const workshop = new Workshop({ steps: 1, batch: 1, size, operations: [] });
  const kernel = workshop.kernel("peak", ["i32"], null, emitPeak);
  const run = workshop.link().function(kernel);
  return { flop: PEAK_TURNS * PEAK_SUMS * 8, run: () => run(PEAK_TURNS) };
}
