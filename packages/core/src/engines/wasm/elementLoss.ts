/**
 * Mean squared error: losses[r] = Σ (y − target)² / N over a row of N outputs y; gradient 2 · (y − target) / N · scale.
 * Padding needs no mask: outputs and targets are zero there, and so is their difference.
 */
import type { ElementLossSpec, Operation, Span } from "../engine.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";
import { f32, f32x4, i32, shuffleLanes, v128 } from "./instructions.ts";
import { noTraining, runCount, runLength, runStart } from "./spans.ts";

type Address = Local<"i32">;

const VECTOR_BYTES = 16;

/** Strides and the row's length, padding included, in bytes. */
function emitForward(
  f: FunctionBuilder,
  outputs: Address,
  outputStride: Address,
  targets: Address,
  targetStride: Address,
  rows: Address,
  rowBytes: Address,
  losses: Address,
  lossStride: Address,
  width: Local<"f32">,
): void {
  const [difference, total] = f.locals("v128", 2);
  f.forLoop(f.local("i32"), 0, rows, 1, () => {
    f.set(total, f32x4.const(0));
    f.forLoop(f.local("i32"), 0, rowBytes, VECTOR_BYTES, (at) => {
      const y = v128.load(i32.add(outputs, at));
      f.set(difference, f32x4.sub(y, v128.load(i32.add(targets, at))));
      f.set(total, f32x4.add(total, f32x4.mul(difference, difference)));
    });
    f.set(total, f32x4.add(total, shuffleLanes(total, total, [2, 3, 0, 1])));
    f.set(total, f32x4.add(total, shuffleLanes(total, total, [1, 0, 3, 2])));
    f.store(losses, f32.div(f32x4.extract_lane(total, 0), width));
    f.increment(outputs, outputStride);
    f.increment(targets, targetStride);
    f.increment(losses, lossStride);
  });
}

function emitBackward(
  f: FunctionBuilder,
  outputs: Address,
  outputStride: Address,
  targets: Address,
  targetStride: Address,
  rows: Address,
  rowBytes: Address,
  gradients: Address,
  gradientStride: Address,
  factor: Local<"f32">,
): void {
  const factors = f.let(f32x4.splat(factor));
  f.forLoop(f.local("i32"), 0, rows, 1, () => {
    f.forLoop(f.local("i32"), 0, rowBytes, VECTOR_BYTES, (at) => {
      const y = v128.load(i32.add(outputs, at));
      const difference = f32x4.sub(y, v128.load(i32.add(targets, at)));
      f.store(i32.add(gradients, at), f32x4.mul(difference, factors));
    });
    f.increment(outputs, outputStride);
    f.increment(targets, targetStride);
    f.increment(gradients, gradientStride);
  });
}

const PARAMETERS = [
  ...(["i32", "i32", "i32", "i32", "i32"] as const),
  ...(["i32", "i32", "i32", "f32"] as const),
] as const;

export function elementLoss(
  spec: ElementLossSpec,
  context: PlanContext,
): (linked: Linked) => Operation {
  const { outputs, targets, losses, training } = spec;
  const forwardKernel = context.kernel("elementLoss forward", PARAMETERS, null, emitForward);
  const backwardKernel =
    training && context.kernel("elementLoss backward", PARAMETERS, null, emitBackward);

  return (linked) => {
    const { numbers } = linked;
    const runForward = linked.function(forwardKernel);
    const runBackward = backwardKernel ? linked.function(backwardKernel) : null;

    /** Both kernels read outputs and targets, and write one tensor more. */
    const apply = (
      kernel: typeof runForward,
      to: { readonly offset: number; readonly stride: number },
      factor: number,
      span: Span,
    ): void => {
      const rows = runLength(span);
      for (let run = 0; run < runCount(span); run++) {
        const row = runStart(span, run);
        kernel(
          bytes(outputs.offset + row * outputs.stride),
          bytes(outputs.stride),
          bytes(targets.offset + row * targets.stride),
          bytes(targets.stride),
          rows,
          bytes(outputs.stride),
          bytes(to.offset + row * to.stride),
          bytes(to.stride),
          factor,
        );
      }
    };
    return {
      prepare() {},
      forward: (span) => apply(runForward, losses, outputs.width, span),
      backward(span) {
        if (!training || !runBackward) return noTraining("elementLoss");
        const { scale, outputsGradient } = training;
        apply(runBackward, outputsGradient, (2 * numbers[scale.offset]) / outputs.width, span);
      },
      /** It learns nothing. */
      gradients() {
        if (!training) noTraining("elementLoss");
      },
    };
  };
}
