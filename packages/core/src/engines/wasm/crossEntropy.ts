/**
 * Softmax with cross-entropy: losses[r] = log Σ exp(z) − z[target] over a row of logits z; gradient (softmax(z) − one-hot) · scale.
 *
 * The largest logit is taken out before exp, so nothing overflows. Forward keeps it and 1 / Σ exp for the gradient, which
 * then takes one pass, and may be written over the logits.
 */
import { type CrossEntropySpec, type Operation, stepsAlong } from "../engine.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";
import { f32, f32x4, i32, i32x4, shuffleLanes, type V128, v128 } from "./instructions.ts";
import { noTraining, runCount, runLength, runStart } from "./spans.ts";
import { Constants, hoistVectorMath } from "./vectorMath.ts";

type Address = Local<"i32">;
type Vector = Local<"v128">;

/** A target that counts for nothing. */
const IGNORED = -1;
/** Numbers that forward keeps a row: the largest logit, 1 / Σ exp. */
const KEPT = 2;

/** Puts `filler` into the lanes that are padding; of a vector without padding, nothing. */
type Mask = (v: V128, filler: V128) => V128;

/**
 * Gives a loop over the vectors of a row of `width` numbers. Code depends on the width by its remainder alone: `tail`
 * numbers in the last vector.
 */
function hoistRow(f: FunctionBuilder, width: Address, tail: number) {
  const whole = f.let(i32.shl(i32.sub(width, tail), 2));
  const lane = (i: number): number => (i < tail ? -1 : 0);
  const inTail = f.let(i32x4.const(lane(0), lane(1), lane(2), lane(3)));
  const at = f.local("i32");
  return (body: (at: Address, mask: Mask) => void): void => {
    f.forLoop(at, 0, whole, 16, () => body(at, (v) => v));
    if (tail === 0) return;
    f.set(at, whole);
    body(at, (v, filler) => v128.bitselect(v, filler, inTail));
  };
}

/** Combines the four lanes; every lane of the local then holds the result. */
function reduce(f: FunctionBuilder, v: Vector, combine: (a: V128, b: V128) => V128): void {
  f.set(v, combine(v, shuffleLanes(v, v, [2, 3, 0, 1])));
  f.set(v, combine(v, shuffleLanes(v, v, [1, 0, 3, 2])));
}

/** logits, stride, rows, width, targets, losses, their stride, what is kept. */
function emitForward(tail: number) {
  return (
    f: FunctionBuilder,
    logits: Address,
    stride: Address,
    rows: Address,
    width: Address,
    targets: Address,
    losses: Address,
    lossStride: Address,
    kept: Address,
  ): void => {
    const constants = new Constants(f);
    const math = hoistVectorMath(f, ["exp", "log"], constants);
    const zero = constants.number(0);
    const lowest = constants.number(Number.NEGATIVE_INFINITY);
    const forVectors = hoistRow(f, width, tail);
    const target = f.local("i32");
    const [largest, total, e] = f.locals("v128", 3);
    const loss = f.local("f32");
    f.forLoop(f.local("i32"), 0, rows, 1, () => {
      f.set(target, i32.load(targets));
      f.set(loss, f32.const(0));
      f.if(i32.ne(target, IGNORED), () => {
        f.set(largest, lowest);
        forVectors((at, mask) => {
          const z = v128.load(i32.add(logits, at));
          f.set(largest, f32x4.max(largest, mask(z, lowest)));
        });
        reduce(f, largest, f32x4.max);
        f.set(total, zero);
        forVectors((at, mask) => {
          f.set(e, f32x4.sub(v128.load(i32.add(logits, at)), largest));
          math.exp([e]);
          f.set(total, f32x4.add(total, mask(e, zero)));
        });
        reduce(f, total, f32x4.add);
        const first = f32x4.extract_lane(largest, 0);
        f.store(kept, first);
        f.store(kept, f32.div(1, f32x4.extract_lane(total, 0)), 4);
        math.log([total]);
        const logit = f32.load(i32.add(logits, i32.shl(target, 2)));
        f.set(loss, f32.add(f32.sub(first, logit), f32x4.extract_lane(total, 0)));
      });
      f.store(losses, loss);
      f.increment(logits, stride);
      f.increment(targets, 4);
      f.increment(losses, lossStride);
      f.increment(kept, 4 * KEPT);
    });
  };
}

/** logits, stride, rows, width, targets, what was kept, gradients, their stride, the address of the scale. */
function emitBackward(tail: number) {
  return (
    f: FunctionBuilder,
    logits: Address,
    stride: Address,
    rows: Address,
    width: Address,
    targets: Address,
    kept: Address,
    gradients: Address,
    gradientStride: Address,
    scaleAddress: Address,
  ): void => {
    const constants = new Constants(f);
    const math = hoistVectorMath(f, ["exp"], constants);
    const zero = constants.number(0);
    const forVectors = hoistRow(f, width, tail);
    const target = f.local("i32");
    const [largest, factor, e] = f.locals("v128", 3);
    const scale = f.let(f32.load(scaleAddress));
    f.forLoop(f.local("i32"), 0, rows, 1, () => {
      f.set(target, i32.load(targets));
      f.if(
        i32.eq(target, IGNORED),
        () => forVectors((at) => f.store(i32.add(gradients, at), zero)),
        () => {
          f.set(largest, v128.load32_splat(kept));
          f.set(factor, f32x4.splat(f32.mul(f32.load(kept, 4), scale)));
          forVectors((at, mask) => {
            f.set(e, f32x4.sub(v128.load(i32.add(logits, at)), largest));
            math.exp([e]);
            f.store(i32.add(gradients, at), mask(f32x4.mul(e, factor), zero));
          });
          f.set(target, i32.add(gradients, i32.shl(target, 2)));
          f.store(target, f32.sub(f32.load(target), scale));
        },
      );
      f.increment(logits, stride);
      f.increment(targets, 4);
      f.increment(kept, 4 * KEPT);
      f.increment(gradients, gradientStride);
    });
  };
}

export function crossEntropy(
  spec: CrossEntropySpec,
  context: PlanContext,
): (linked: Linked) => Operation {
  const { logits, targets, losses, training } = spec;
  const { width } = logits;
  const tail = width % 4;
  const kept = context.scratch(KEPT * stepsAlong(spec.over, context.plan) * context.plan.batch);
  const forwardKernel = context.kernel(
    `crossEntropy forward ${tail}`,
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    null,
    emitForward(tail),
  );
  const backwardKernel =
    training &&
    context.kernel(
      `crossEntropy backward ${tail}`,
      ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
      null,
      emitBackward(tail),
    );

  return (linked) => {
    const runForward = linked.function(forwardKernel);
    const runBackward = backwardKernel ? linked.function(backwardKernel) : null;
    return {
      prepare() {},

      forward(span) {
        const rows = runLength(span);
        for (let run = 0; run < runCount(span); run++) {
          const row = runStart(span, run);
          runForward(
            bytes(logits.offset + row * logits.stride),
            bytes(logits.stride),
            rows,
            width,
            bytes(targets.offset + row),
            bytes(losses.offset + row * losses.stride),
            bytes(losses.stride),
            bytes(kept + KEPT * row),
          );
        }
      },

      backward(span) {
        if (!training || !runBackward) return noTraining("crossEntropy");
        const { logitsGradient, scale } = training;
        const rows = runLength(span);
        for (let run = 0; run < runCount(span); run++) {
          const row = runStart(span, run);
          runBackward(
            bytes(logits.offset + row * logits.stride),
            bytes(logits.stride),
            rows,
            width,
            bytes(targets.offset + row),
            bytes(kept + KEPT * row),
            bytes(logitsGradient.offset + row * logitsGradient.stride),
            bytes(logitsGradient.stride),
            bytes(scale.offset),
          );
        }
      },

      /** It learns nothing. */
      gradients() {
        if (!training) noTraining("crossEntropy");
      },
    };
  };
}
