/**
 * losses[r] = rowWeight · Σ loss(y, t) / M over a row of M outputs y, and ∂/∂y · scale. What a loss is of each element stands in
 * `elementCosts.ts`; here are the rows. A target that is NaN costs nothing, and so does a row whose weight is 0, whatever it holds.
 */
import type { ElementLossSpec, Operation, Span } from "../engine.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { bytes, type Linked, type PlanContext } from "./compile.ts";
import { elementCost } from "./elementCosts.ts";
import { f32 } from "./instructions.ts";
import { noTraining, runCount, runLength, runStart } from "./spans.ts";

type Address = Local<"i32">;

/** outputs, targets and what is written, a stride behind each, in bytes; rows; a factor; the rows' weights and their stride. */
const PARAMETERS = [
  ...(["i32", "i32", "i32", "i32", "i32", "i32"] as const),
  ...(["i32", "f32", "i32", "i32"] as const),
] as const;

/** Emits what is done to a row of outputs and targets; `to` is its loss or its gradients. */
type RowBody = (outputs: Address, targets: Address, to: Address, factor: Local<"f32">) => void;

/**
 * @param hoist What comes before the rows, and gives what is done to each.
 * @param skip What is done to a row that counts for nothing; null where all rows weigh 1.
 */
function emitRows(
  hoist: (f: FunctionBuilder) => RowBody,
  skip: ((f: FunctionBuilder, to: Address) => void) | null,
) {
  return (
    f: FunctionBuilder,
    outputs: Address,
    outputStride: Address,
    targets: Address,
    targetStride: Address,
    to: Address,
    toStride: Address,
    rows: Address,
    factor: Local<"f32">,
    weights: Address,
    weightStride: Address,
  ): void => {
    const body = hoist(f);
    const weighed = f.local("f32");
    f.forLoop(f.local("i32"), 0, rows, 1, () => {
      if (skip) {
        f.set(weighed, f32.load(weights));
        f.if(
          f32.ne(weighed, 0),
          () => {
            f.set(weighed, f32.mul(weighed, factor));
            body(outputs, targets, to, weighed);
          },
          () => skip(f, to),
        );
        f.increment(weights, weightStride);
      } else body(outputs, targets, to, factor);
      f.increment(outputs, outputStride);
      f.increment(targets, targetStride);
      f.increment(to, toStride);
    });
  };
}

export function elementLoss(
  spec: ElementLossSpec,
  context: PlanContext,
): (linked: Linked) => Operation {
  const { loss, outputs, targets, losses, rowWeights = null, training } = spec;
  const cost = elementCost(loss, outputs, targets);
  const skipLoss = (f: FunctionBuilder, to: Address): void => f.store(to, f32.const(0));
  const skipGradients = (f: FunctionBuilder, to: Address): void =>
    f.fillZero(to, bytes(outputs.stride));
  const key = (pass: string): string =>
    `elementLoss ${pass} ${cost.key}${rowWeights ? " weights" : ""}`;
  const forwardKernel = context.kernel(
    key("forward"),
    PARAMETERS,
    null,
    emitRows((f) => {
      const sum = cost.hoistSum(f);
      const divisor = outputs.width;
      return (y, t, to, factor) => {
        const mean = f32.div(sum(y, t), divisor);
        f.store(to, rowWeights ? f32.mul(mean, factor) : mean);
      };
    }, rowWeights && skipLoss),
  );
  const backwardKernel =
    training &&
    context.kernel(
      key("backward"),
      PARAMETERS,
      null,
      emitRows(cost.hoistSlopes, rowWeights && skipGradients),
    );

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
          bytes(to.offset + row * to.stride),
          bytes(to.stride),
          rows,
          factor,
          rowWeights ? bytes(rowWeights.offset + row * rowWeights.stride) : 0,
          rowWeights ? bytes(rowWeights.stride) : 0,
        );
      }
    };
    return {
      prepare() {},
      forward: (span) => apply(runForward, losses, 1, span),
      backward(span) {
        if (!training || !runBackward) return noTraining("elementLoss");
        const { scale, outputsGradient } = training;
        const factor = (cost.slopeFactor * numbers[scale.offset]) / outputs.width;
        apply(runBackward, outputsGradient, factor, span);
      },
      /** It learns nothing. */
      gradients() {
        if (!training) noTraining("elementLoss");
      },
    };
  };
}
