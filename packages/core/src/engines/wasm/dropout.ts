/**
 * Inverted dropout with the masks of `numbers/random`: the same integers, four at a time.
 * Element u of row r is kept when uniform(key, r · width + u) ≥ rate.
 */
import type { DropoutSpec, Operation, Span, Tensor } from "../engine.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";
import { f32x4, i32, v128 } from "./instructions.ts";
import { hoistMask, thresholdOf } from "./randomMask.ts";
import { noTraining, runCount, runLength, runStart } from "./spans.ts";
import { Constants } from "./vectorMath.ts";

type Address = Local<"i32">;

/**
 * `counter` is that of the first row's first element. Padding draws numbers of the next row and throws them away: zero
 * times anything finite is zero.
 */
function emitDropout(
  f: FunctionBuilder,
  from: Address,
  fromStride: Address,
  rows: Address,
  width: Address,
  to: Address,
  toStride: Address,
  counter: Address,
  key0: Address,
  key1: Address,
  threshold: Address,
  scale: Local<"f32">,
): void {
  const constants = new Constants(f);
  const kept = hoistMask(f, constants, key0, key1, threshold);
  const scales = f.let(f32x4.splat(scale));
  const widthBytes = f.let(i32.shl(width, 2));
  f.forLoop(f.local("i32"), 0, rows, 1, () => {
    f.forLoop(f.local("i32"), 0, widthBytes, 16, (at) => {
      const isKept = kept(counter, at);
      const scaled = f32x4.mul(v128.load(i32.add(from, at)), scales);
      f.store(i32.add(to, at), v128.and(scaled, isKept));
    });
    f.increment(counter, width);
    f.increment(from, fromStride);
    f.increment(to, toStride);
  });
}

export function dropout(spec: DropoutSpec, context: PlanContext): (linked: Linked) => Operation {
  const { input, output, rate, key, training } = spec;
  const { width } = input;
  const kernel = context.kernel(
    "dropout",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "f32"],
    null,
    emitDropout,
  );
  const threshold = thresholdOf(rate);
  const scale = 1 / (1 - rate);

  return (linked) => {
    const run = linked.function(kernel);
    const { integers } = linked;
    const apply = (from: Tensor, to: Tensor, span: Span): void => {
      const rows = runLength(span);
      for (let i = 0; i < runCount(span); i++) {
        const row = runStart(span, i);
        run(
          bytes(from.offset + row * from.stride),
          bytes(from.stride),
          rows,
          width,
          bytes(to.offset + row * to.stride),
          bytes(to.stride),
          row * width,
          integers[key.offset],
          integers[key.offset + 1],
          threshold,
          scale,
        );
      }
    };
    return {
      prepare() {},
      forward: (span) => apply(input, output, span),
      backward(span) {
        if (!training) return noTraining("dropout");
        apply(training.outputGradient, training.inputGradient, span);
      },
      /** It learns nothing. */
      gradients() {
        if (!training) noTraining("dropout");
      },
    };
  };
}
