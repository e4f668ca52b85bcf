/** A random mask as numbers, `kept` or 0, for what multiplies a cell's states. */
import type { MaskSpec, Operation } from "../engine.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";
import { f32x4, i32, i32x4, v128 } from "./instructions.ts";
import { hoistMask, thresholdOf } from "./randomMask.ts";
import { runCount, runLength, runStart } from "./spans.ts";
import { Constants } from "./vectorMath.ts";

type Address = Local<"i32">;

/** `counter` is that of the first row's first element. */
function emitMask(
  f: FunctionBuilder,
  to: Address,
  toStride: Address,
  rows: Address,
  width: Address,
  counter: Address,
  key0: Address,
  key1: Address,
  threshold: Address,
  kept: Local<"f32">,
): void {
  const constants = new Constants(f);
  const draw = hoistMask(f, constants, key0, key1, threshold);
  const lanes = constants.vector(i32x4.const(0, 1, 2, 3));
  const values = f.let(f32x4.splat(kept));
  const widths = f.let(i32x4.splat(width));
  const widthBytes = f.let(i32.shl(width, 2));
  f.forLoop(f.local("i32"), 0, rows, 1, () => {
    f.forLoop(f.local("i32"), 0, widthBytes, 16, (at) => {
      const isUnit = i32x4.lt_s(i32x4.add(i32x4.splat(i32.shr_u(at, 2)), lanes), widths);
      f.store(i32.add(to, at), v128.and(v128.and(values, draw(counter, at)), isUnit));
    });
    f.increment(counter, width);
    f.increment(to, toStride);
  });
}

export function mask(spec: MaskSpec, context: PlanContext): (linked: Linked) => Operation {
  const { output, rate, kept, key } = spec;
  const { width } = output;
  const kernel = context.kernel(
    "mask",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "f32"],
    null,
    emitMask,
  );
  const threshold = thresholdOf(rate);

  return (linked) => {
    const run = linked.function(kernel);
    const { integers } = linked;
    return {
      prepare() {},
      forward(span) {
        const rows = runLength(span);
        for (let i = 0; i < runCount(span); i++) {
          const row = runStart(span, i);
          run(
            bytes(output.offset + row * output.stride),
            bytes(output.stride),
            rows,
            width,
            row * width,
            integers[key.offset],
            integers[key.offset + 1],
            threshold,
            kept,
          );
        }
      },
      /** Chance has no gradient. */
      backward() {},
      gradients() {},
    };
  };
}
