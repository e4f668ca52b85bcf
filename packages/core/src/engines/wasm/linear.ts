/** output = input · W + b; backward dX = dY · Wᵀ, dW = Xᵀ · dY, db = Σ dY. With `transposed` W is [N, K]. */
import type { LinearSpec, Tensor } from "../engine.ts";
import { sumRows } from "./cellRows.ts";
import type { Linked, PlanContext, WasmOperation } from "./compile.ts";
import type { RowSumTerm, Stretch } from "./matrixProduct.ts";
import { noTraining, runCount, runLength, runStart } from "./spans.ts";
import { gradientProduct, weightGradientProduct, weightProduct } from "./weightProduct.ts";

function whole({ width }: Tensor): readonly Stretch[] {
  return [{ at: 0, weights: 0, count: width }];
}

export function linear(spec: LinearSpec, context: PlanContext): (linked: Linked) => WasmOperation {
  const { input, output, weight, transposed, bias, training } = spec;
  const K = whole(input);
  const N = whole(output);
  const linkForward = weightProduct(context, { inner: K, outer: N, transposed });
  const linkBackward =
    training?.inputGradient &&
    gradientProduct(context, { inner: N, outer: K, transposed: !transposed });
  // dW lies as W does: [K, N] = Xᵀ · dY, [N, K] = dYᵀ · X.
  const linkGradients =
    training &&
    weightGradientProduct(context, {
      inner: [transposed ? output.width : input.width],
      outer: transposed ? K : N,
    });
  const left = transposed ? training?.outputGradient : input;
  const terms: RowSumTerm[] =
    training && left
      ? [
          {
            a: left.offset,
            aStride: left.stride,
            c: training.weightGradient.offset,
            cStride: training.weightGradient.stride,
            accumulate: training.accumulate,
          },
        ]
      : [];
  const biasSums =
    training?.biasGradient &&
    sumRows(context, { width: output.stride, fromStride: training.outputGradient.stride });

  return (linked) => {
    const forwardProduct = linkForward(linked);
    const backwardProduct = linkBackward ? linkBackward(linked) : null;
    const weightSums = linkGradients ? linkGradients(linked) : null;
    const sumBias = biasSums ? biasSums(linked) : null;

    return {
      prepare(share) {
        forwardProduct.pack(weight.offset, weight.stride, share);
        backwardProduct?.pack(weight.offset, weight.stride, share);
      },

      forward(span) {
        const rows = runLength(span);
        for (let run = 0; run < runCount(span); run++) {
          const x = input.offset + runStart(span, run) * input.stride;
          const y = output.offset + runStart(span, run) * output.stride;
          if (bias) {
            forwardProduct.addToRow(x, input.stride, rows, y, output.stride, bias.offset);
          } else {
            forwardProduct.multiply(x, input.stride, rows, y, output.stride);
          }
        }
      },

      forwardColumns: ({ start = 0, steps, batch }, divide) =>
        divide(0, start * batch, (steps - start) * batch),

      columns(_, row, rows, share) {
        const x = input.offset + row * input.stride;
        const y = output.offset + row * output.stride;
        if (bias)
          forwardProduct.addToRow(x, input.stride, rows, y, output.stride, bias.offset, share);
        else forwardProduct.multiply(x, input.stride, rows, y, output.stride, share);
      },

      backward(span) {
        if (!training) return noTraining("linear");
        const { outputGradient: dY, inputGradient: dX } = training;
        if (!dX || !backwardProduct) return;
        const rows = runLength(span);
        for (let run = 0; run < runCount(span); run++) {
          const dy = dY.offset + runStart(span, run) * dY.stride;
          const dx = dX.offset + runStart(span, run) * dX.stride;
          backwardProduct.multiply(dy, dY.stride, rows, dx, dX.stride);
        }
      },

      gradients({ steps, batch }, share) {
        if (!training || !weightSums) return noTraining("linear");
        const { outputGradient: dY, biasGradient } = training;
        const right = transposed ? input : dY;
        weightSums.multiply(terms, steps * batch, right.offset, right.stride, share);
        if (biasGradient) sumBias?.(biasGradient.offset, dY.offset, steps * batch, share);
      },
    };
  };
}
