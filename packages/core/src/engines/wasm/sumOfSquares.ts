/** Σ v² over a stretch of memory, for the norm of gradients. */
import type { FunctionBuilder, Local } from "./assembler.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";
import { f64, f64x2, shuffleLanes, v128 } from "./instructions.ts";
import type { SharedSum } from "./plan.ts";

/**
 * Squares are summed in float64, so the sum neither overflows nor loses small parts: two lanes for elements 0 and 1 of each
 * vector, two for 2 and 3, then the four lanes in order.
 */
function emitSumOfSquares(f: FunctionBuilder, from: Local<"i32">, to: Local<"i32">): void {
  const low = f.let(f64x2.const(0));
  const high = f.let(f64x2.const(0));
  const square = f.local("v128");
  const v = f.local("v128");
  f.forLoop(f.local("i32"), from, to, 16, (p) => {
    f.set(v, v128.load(p));
    f.set(square, f64x2.promote_low_f32x4(v));
    f.set(low, f64x2.add(low, f64x2.mul(square, square)));
    f.set(square, f64x2.promote_low_f32x4(shuffleLanes(v, v, [2, 3, 2, 3])));
    f.set(high, f64x2.add(high, f64x2.mul(square, square)));
  });
  const pair = (sum: Local<"v128">) =>
    f64.add(f64x2.extract_lane(sum, 0), f64x2.extract_lane(sum, 1));
  f.return(f64.add(pair(low), pair(high)));
}

/** Numbers whose squares one thread sums, in float64, whatever the number of threads. */
const CHUNK = 4096;

/** The threads leave a sum a chunk; the leader adds them in order. */
export function sumOfSquares(context: PlanContext): (linked: Linked) => SharedSum {
  const kernel = context.kernel("sumOfSquares", ["i32", "i32"], "f64", emitSumOfSquares);
  const partials = context.scratch(2 * Math.ceil(context.plan.size / CHUNK));
  return (linked) => {
    const run = linked.function(kernel);
    const { args } = linked;
    const sums = new Float64Array(linked.numbers.buffer, bytes(partials));
    return {
      begin(offset, count) {
        args[0] = offset;
        args[1] = count;
      },
      run({ index, count: shares }, task) {
        const offset = task[0];
        const count = task[1];
        const chunks = Math.ceil(count / CHUNK);
        const end = Math.floor((chunks * (index + 1)) / shares);
        for (let chunk = Math.floor((chunks * index) / shares); chunk < end; chunk++) {
          const from = offset + chunk * CHUNK;
          sums[chunk] = run(bytes(from), bytes(Math.min(from + CHUNK, offset + count)));
        }
      },
      end() {
        let total = 0;
        for (let chunk = 0; chunk < Math.ceil(args[1] / CHUNK); chunk++) total += sums[chunk];
        return total;
      },
    };
  };
}
