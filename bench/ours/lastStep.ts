/**
 * What W6 and W7 share: an LSTM over vectors, a linear layer on its last step's h, a loss, Adam; composed by hand of layers.
 *
 *     cell (T steps) → linear (the last step's rows) → loss
 */
import { lstm } from "../../packages/core/src/cells/zoo/index.ts";
import type { CompiledPlan, Engine, Tensor } from "../../packages/core/src/engines/engine.ts";
import { fromTorch } from "../../packages/core/src/files/torchNames.ts";
import { linearLayer, planLinear } from "../../packages/core/src/layers/dense.ts";
import { type Flow, PlanBuilder, tensorOf } from "../../packages/core/src/layers/layer.ts";
import { ParameterLayout, writeMatrix } from "../../packages/core/src/layers/parameters.ts";
import {
  planRecurrent,
  recurrentLayer,
  writeCellWeights,
} from "../../packages/core/src/layers/recurrent.ts";
import { Updater } from "../../packages/core/src/training/updater.ts";
import type { Case } from "../cases.ts";

/** What a loss lays out. */
interface Loss {
  readonly losses: Tensor;
  readonly scale: Tensor | null;
}

export interface Trained<L extends Loss> {
  readonly compiled: CompiledPlan;
  readonly loss: L;
  /** x in, weights updated; the mean loss. Targets stay as the caller has written them. */
  step(): number;
}

/** @param planLoss Adds the loss on the linear layer's outputs, of which the first B rows count. */
export function lastStepModel<L extends Loss>(
  of: Case,
  engine: Engine,
  planLoss: (builder: PlanBuilder, outputs: Flow) => L,
): Trained<L> {
  const { B, T, I, H, O, x, learningRate } = of;
  const parameters = new ParameterLayout();
  const rnn = recurrentLayer(parameters, "rnn", lstm, { inputSize: I, hiddenSize: H });
  const linear = linearLayer(parameters, "linear", { inputSize: H, outputSize: O });

  const builder = new PlanBuilder(parameters, { steps: T, batch: B }, "training");
  const slotsAt = [0, 1].map(() => builder.reserve(parameters.size));
  const input = builder.sequence(I);
  const recurrent = planRecurrent(builder, rnn, { value: input, gradient: null });
  const loss = planLoss(builder, planLinear(builder, linear, lastStep(recurrent.output, of)));
  const compiled = engine.compile({
    steps: T,
    batch: B,
    size: builder.layout.size,
    operations: builder.operations,
  });

  const { numbers } = compiled;
  const { weightsAt, gradientsAt } = builder;
  const weights = numbers.subarray(weightsAt, weightsAt + parameters.size);
  const matrix = (index: number, name: string, transposed: boolean) =>
    writeMatrix(weights, parameters.tensor(index), of.weights[name].data, transposed);
  matrix(linear.weight, "weight_out", true);
  matrix(linear.bias, "bias_out", false);
  const named = fromTorch(lstm, rnn.sizes, {
    take: (name, shape) => caseTensor(of, name) ?? new Float32Array(shape[0]),
    label: (name) => name,
  });
  writeCellWeights(rnn, parameters, named, weights);
  compiled.run("prepare", { steps: T, batch: B });

  const optimizer = { name: "adam", learningRate } as const;
  const bases = { weightsAt, gradientsAt, slotsAt };
  const updater = new Updater(compiled, parameters.parameters, bases, { optimizer });
  const sequence = { steps: T, batch: B };
  const last = { steps: 1, batch: B };
  const step = () => {
    writeMatrix(numbers, input, x);
    compiled.run("forward", sequence, 0, 1);
    compiled.run("forward", last, 1);
    if (loss.scale) numbers[loss.scale.offset] = 1 / B;
    for (const { offset, rows, stride } of recurrent.stateGradients) {
      numbers.fill(0, offset, offset + rows * stride);
    }
    compiled.run("backward", last, 1);
    compiled.run("backward", sequence, 0, 1);
    compiled.run("gradients", last, 1);
    compiled.run("gradients", sequence, 0, 1);
    updater.apply(learningRate, updater.gradientNorm());
    compiled.run("prepare", sequence);
    const { offset, stride } = loss.losses;
    let total = 0;
    for (let b = 0; b < B; b++) total += numbers[offset + b * stride];
    return total / B;
  };
  return { compiled, loss, step };
}

/** The rows of the last step, where its gradient comes in too; those of all other steps stay zero. */
function lastStep(output: Flow, { B, T }: Case): Flow {
  const rows = (tensor: Tensor): Tensor => ({
    ...tensor,
    rows: B,
    offset: tensor.offset + (T - 1) * B * tensor.stride,
  });
  return {
    value: rows(tensorOf(output, "rnn")),
    gradient: output.gradient && rows(output.gradient),
  };
}

/** PyTorch's name without its layer; its second bias is zero. */
function caseTensor({ weights }: Case, name: string): Float32Array | null {
  if (name.startsWith("bias_hh")) return null;
  return weights[`${name.replace("bias_ih", "bias")}_l0`].data;
}
