/**
 * Softmax with cross-entropy: losses[r] = log Σ exp(z) − z[target] over a row of logits z; gradient (softmax(z) − one-hot) · scale.
 * With label smoothing ε the target is (1 − ε) · one-hot + ε/V, and losses[r] = log Σ exp(z) − (1 − ε) · z[target] − ε · mean(z).
 *
 * The largest logit is taken out before exp, so nothing overflows. Forward keeps it and 1 / Σ exp for the gradient, which
 * then takes one pass, and may be written over the logits.
 */
import { type CrossEntropySpec, type Operation, stepsAlong } from "../engine.ts";
import type { FunctionBuilder, Local, Locals } from "./assembler.ts";
import { bytes, type KernelFunction, type Linked, type PlanContext } from "./compile.ts";
import { f32, f32x4, i32, v128 } from "./instructions.ts";
import { hoistRow, reduceLanes } from "./rowVectors.ts";
import { noTraining, runCount, runLength, runStart } from "./spans.ts";
import { Constants, hoistVectorMath } from "./vectorMath.ts";

type Address = Local<"i32">;

/** A target that counts for nothing. */
const IGNORED = -1;
/** Numbers that forward keeps a row: the largest logit, 1 / Σ exp. */
const KEPT = 2;

/** What a kernel does beside the plain loss: rows have weights, targets are smoothed. */
interface Variant {
  readonly weighs: boolean;
  readonly smooths: boolean;
}

/** logits, stride, rows, width, targets, losses, their stride, what is kept; in a variant the rest of `EXTRA`. */
function emitForward(tail: number, { weighs, smooths }: Variant) {
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
    ...[weights, weightStride, sure, elsewhere]: Partial<Locals<typeof EXTRA>>
  ): void => {
    const constants = new Constants(f);
    const math = hoistVectorMath(f, ["exp", "log"], constants);
    const zero = constants.number(0);
    const lowest = constants.number(Number.NEGATIVE_INFINITY);
    const forVectors = hoistRow(f, width, tail);
    const target = f.local("i32");
    const [largest, total, e] = f.locals("v128", 3);
    const loss = f.local("f32");
    const below = smooths ? f.local("v128") : null;
    f.forLoop(f.local("i32"), 0, rows, 1, () => {
      f.set(target, i32.load(targets));
      f.set(loss, f32.const(0));
      f.if(i32.ne(target, IGNORED), () => {
        f.set(largest, lowest);
        forVectors((at, mask) => {
          const z = v128.load(i32.add(logits, at));
          f.set(largest, f32x4.max(largest, mask(z, lowest)));
        });
        reduceLanes(f, largest, f32x4.max);
        f.set(total, zero);
        if (below) f.set(below, zero);
        forVectors((at, mask) => {
          f.set(e, f32x4.sub(v128.load(i32.add(logits, at)), largest));
          if (below) f.set(below, f32x4.add(below, mask(e, zero)));
          math.exp([e]);
          f.set(total, f32x4.add(total, mask(e, zero)));
        });
        reduceLanes(f, total, f32x4.add);
        const first = f32x4.extract_lane(largest, 0);
        f.store(kept, first);
        f.store(kept, f32.div(1, f32x4.extract_lane(total, 0)), 4);
        math.log([total]);
        const logit = f32.load(i32.add(logits, i32.shl(target, 2)));
        if (below && sure && elsewhere) {
          // All less the largest, so that nothing large is taken from something large.
          reduceLanes(f, below, f32x4.add);
          const atTarget = f32.mul(sure, f32.sub(first, logit));
          const others = f32.mul(elsewhere, f32x4.extract_lane(below, 0));
          f.set(loss, f32.sub(f32.add(atTarget, f32x4.extract_lane(total, 0)), others));
        } else f.set(loss, f32.add(f32.sub(first, logit), f32x4.extract_lane(total, 0)));
        if (weighs && weights) f.set(loss, f32.mul(loss, f32.load(weights)));
      });
      f.store(losses, loss);
      f.increment(logits, stride);
      f.increment(targets, 4);
      f.increment(losses, lossStride);
      f.increment(kept, 4 * KEPT);
      if (weighs && weights && weightStride) f.increment(weights, weightStride);
    });
  };
}

/** logits, stride, rows, width, targets, what was kept, gradients, their stride, the address of the scale; then as forward. */
function emitBackward(tail: number, { weighs, smooths }: Variant) {
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
    ...[weights, weightStride, sure, elsewhere]: Partial<Locals<typeof EXTRA>>
  ): void => {
    const constants = new Constants(f);
    const math = hoistVectorMath(f, ["exp"], constants);
    const zero = constants.number(0);
    const forVectors = hoistRow(f, width, tail);
    const target = f.local("i32");
    const [largest, factor, e] = f.locals("v128", 3);
    const scale = f.let(f32.load(scaleAddress));
    const less = smooths ? f.local("v128") : null;
    f.forLoop(f.local("i32"), 0, rows, 1, () => {
      f.set(target, i32.load(targets));
      if (weighs && weights) f.set(scale, f32.mul(f32.load(scaleAddress), f32.load(weights)));
      f.if(
        i32.eq(target, IGNORED),
        () => forVectors((at) => f.store(i32.add(gradients, at), zero)),
        () => {
          f.set(largest, v128.load32_splat(kept));
          f.set(factor, f32x4.splat(f32.mul(f32.load(kept, 4), scale)));
          if (less && elsewhere) f.set(less, f32x4.splat(f32.mul(elsewhere, scale)));
          forVectors((at, mask) => {
            f.set(e, f32x4.sub(v128.load(i32.add(logits, at)), largest));
            math.exp([e]);
            const share = f32x4.mul(e, factor);
            f.store(i32.add(gradients, at), mask(less ? f32x4.sub(share, less) : share, zero));
          });
          f.set(target, i32.add(gradients, i32.shl(target, 2)));
          const wanted = smooths && sure ? f32.mul(sure, scale) : scale;
          f.store(target, f32.sub(f32.load(target), wanted));
        },
      );
      f.increment(logits, stride);
      f.increment(targets, 4);
      f.increment(kept, 4 * KEPT);
      f.increment(gradients, gradientStride);
      if (weighs && weights && weightStride) f.increment(weights, weightStride);
    });
  };
}

const FORWARD = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
const BACKWARD = [...FORWARD, "i32"] as const;
/** Of variants: the rows' weights and their stride, 1 − ε, ε/V. */
const EXTRA = ["i32", "i32", "f32", "f32"] as const;

const FORWARD_VARIANT = [...FORWARD, ...EXTRA] as const;
const BACKWARD_VARIANT = [...BACKWARD, ...EXTRA] as const;

function nameOf(pass: string, tail: number, { weighs, smooths }: Variant): string {
  return `crossEntropy ${pass} ${tail}${weighs ? " weights" : ""}${smooths ? " smoothing" : ""}`;
}

/** Kernels of the plain loss take less, and leave what they are given beside it. */
function forwardKernel(context: PlanContext, tail: number, variant: Variant) {
  const name = nameOf("forward", tail, variant);
  const emit = emitForward(tail, variant);
  if (variant.weighs || variant.smooths) {
    const kernel = context.kernel(name, FORWARD_VARIANT, null, emit);
    return (linked: Linked) => linked.function(kernel);
  }
  const kernel = context.kernel(name, FORWARD, null, emit);
  return (linked: Linked): KernelFunction<typeof FORWARD_VARIANT, null> => linked.function(kernel);
}

function backwardKernel(context: PlanContext, tail: number, variant: Variant) {
  const name = nameOf("backward", tail, variant);
  const emit = emitBackward(tail, variant);
  if (variant.weighs || variant.smooths) {
    const kernel = context.kernel(name, BACKWARD_VARIANT, null, emit);
    return (linked: Linked) => linked.function(kernel);
  }
  const kernel = context.kernel(name, BACKWARD, null, emit);
  return (linked: Linked): KernelFunction<typeof BACKWARD_VARIANT, null> => linked.function(kernel);
}

export function crossEntropy(
  spec: CrossEntropySpec,
  context: PlanContext,
): (linked: Linked) => Operation {
  const { logits, targets, losses, rowWeights = null, labelSmoothing = 0, training } = spec;
  const { width } = logits;
  const tail = width % 4;
  const { plan } = context;
  const kept = context.scratch(KEPT * stepsAlong(spec.over, plan) * plan.batch);
  const variant: Variant = { weighs: rowWeights !== null, smooths: labelSmoothing > 0 };
  const sure = 1 - labelSmoothing;
  const elsewhere = labelSmoothing / width;
  const linkForward = forwardKernel(context, tail, variant);
  const linkBackward = training && backwardKernel(context, tail, variant);

  return (linked) => {
    const runForward = linkForward(linked);
    const runBackward = linkBackward ? linkBackward(linked) : null;
    const weightsAt = (row: number): number =>
      rowWeights ? bytes(rowWeights.offset + row * rowWeights.stride) : 0;
    const weightStride = rowWeights ? bytes(rowWeights.stride) : 0;
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
            weightsAt(row),
            weightStride,
            sure,
            elsewhere,
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
            weightsAt(row),
            weightStride,
            sure,
            elsewhere,
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
