/**
 * Training as in 1997: the gradient flows back along the memory c and nowhere else. What the gates read of the last output
 * counts as an input from outside, and no error goes back through it.
 *
 * Two plans. One reads a window as the cell is, and so finds every h. The other has the cell without its loop: its input is
 * [h[t-1], x[t]], with the h that the first found; it gives the same outputs, and its gradient is the one that is cut.
 */

import type { Window } from "../../packages/core/src/data/windows.ts";
import {
  type CompiledPlan,
  type Tensor,
  UPDATE_RULES,
} from "../../packages/core/src/engines/engine.ts";
import {
  type Cell,
  defineCell,
  type Engine,
  type LanguageModel,
} from "../../packages/core/src/index.ts";
import {
  type LinearLayer,
  type LossTensors,
  linearLayer,
  planCrossEntropy,
  planLinear,
} from "../../packages/core/src/layers/dense.ts";
import { PlanBuilder } from "../../packages/core/src/layers/layer.ts";
import {
  ParameterLayout,
  readMatrix,
  writeMatrix,
} from "../../packages/core/src/layers/parameters.ts";
import {
  type CellWeights,
  planRecurrent,
  type RecurrentLayer,
  type RecurrentTensors,
  readCellWeights,
  recurrentLayer,
  writeCellWeights,
} from "../../packages/core/src/layers/recurrent.ts";
import { CarriedStates } from "../../packages/core/src/models/carriedStates.ts";
import { LanguagePlan } from "../../packages/core/src/models/languagePlan.ts";
import { type OptimizerOptions, updateRule } from "../../packages/core/src/training/optimizers.ts";
import { Updater } from "../../packages/core/src/training/updater.ts";

/** As the zoo's LSTMs write what a gate reads; a peephole would be an error's way back too. */
const GATE_READS = "[h[t-1], x[t]]";

/** The cell that is told its last output as part of its input. */
export function withoutLoop({ name, title, source, equations }: Cell): Cell {
  const open = equations.replaceAll(GATE_READS, "x[t]");
  if (open.includes("h[t-1]") || open.includes("W_i·[")) {
    throw new RangeError(`${name}: its gates read more than ${GATE_READS}`);
  }
  return defineCell(open, { name: `${name} without loop`, title, source });
}

export interface CutTrainerOptions {
  readonly batchSize: number;
  readonly window: number;
  readonly optimizer: OptimizerOptions;
  readonly clip: { readonly norm: number };
}

/** A step a window, as core's trainer does it: states are carried on. For a model of one layer that reads tokens one-hot. */
export class CutTrainer {
  /** The plan that reads: after a step it has the window's logits, by the weights from before. */
  readonly plan: LanguagePlan;
  readonly #model: LanguageModel;
  readonly #parameters = new ParameterLayout();
  readonly #layer: RecurrentLayer;
  readonly #linear: LinearLayer;
  readonly #compiled: CompiledPlan;
  readonly #input: Tensor;
  readonly #tensors: RecurrentTensors;
  readonly #states: CarriedStates;
  readonly #loss: LossTensors;
  readonly #scale: Tensor;
  readonly #weights: Float32Array | Float64Array;
  readonly #gradients: Float32Array | Float64Array;
  readonly #updater: Updater;

  constructor(model: LanguageModel, engine: Engine, options: CutTrainerOptions) {
    const { batchSize, window, optimizer } = options;
    const capacity = { steps: window, batch: batchSize };
    const { hiddenSize, cell, vocabulary } = model.config;
    this.#model = model;
    this.plan = new LanguagePlan(model, engine, capacity, "inference");
    const sizes = { inputSize: hiddenSize + vocabulary.size, hiddenSize };
    this.#layer = recurrentLayer(this.#parameters, "rnn.0", withoutLoop(cell), sizes);
    const outputs = { inputSize: hiddenSize, outputSize: vocabulary.size };
    this.#linear = linearLayer(this.#parameters, "linear", outputs);

    const builder = new PlanBuilder(this.#parameters, capacity, "training");
    const { slots } = UPDATE_RULES[updateRule(optimizer.name)];
    const { size } = this.#parameters;
    const slotsAt = Array.from({ length: slots }, () => builder.reserve(size));
    this.#input = builder.sequence(sizes.inputSize);
    this.#tensors = planRecurrent(builder, this.#layer, { value: this.#input, gradient: null });
    this.#loss = planCrossEntropy(builder, planLinear(builder, this.#linear, this.#tensors.output));
    if (!this.#loss.scale) throw new RangeError("a plan to train has a scale");
    this.#scale = this.#loss.scale;
    this.#compiled = engine.compile({
      ...capacity,
      ...{ size: builder.layout.size, weights: "float32", operations: builder.operations },
    });
    const { numbers } = this.#compiled;
    this.#states = new CarriedStates(numbers, [this.#tensors]);
    const { weightsAt, gradientsAt } = builder;
    this.#weights = numbers.subarray(weightsAt, weightsAt + size);
    this.#gradients = numbers.subarray(gradientsAt, gradientsAt + size);
    const bases = { weightsAt, gradientsAt, slotsAt };
    this.#updater = new Updater(this.#compiled, this.#parameters.parameters, bases, options);
    this.#copyWeights();
  }

  /** Forward, backward, update. @param rate The learning rate of this step. */
  step(window: Window, rate: number): void {
    const span = { steps: window.steps, batch: window.starts.length };
    this.#backward(window);
    this.#updater.apply(rate, this.#updater.gradientNorm());
    this.#compiled.run("prepare", span);
    this.plan.carryStates(span);
    this.#states.carry(span);
    this.#copyBack();
  }

  /** Of the mean loss of a window, by the weights as they are; nothing is changed or carried. */
  gradients(window: Window): CellWeights {
    this.#backward(window);
    return readCellWeights(this.#layer, this.#parameters, this.#gradients);
  }

  #backward({ steps, starts, inputs, targets, counted }: Window): void {
    const { plan } = this;
    const batch = starts.length;
    const span = { steps, batch };
    plan.resetStates(batch, starts);
    plan.write(steps * batch, inputs, null);
    plan.forward(span);
    this.#states.reset(batch, starts);
    this.#writeInput(steps * batch, batch, inputs);
    const { numbers, integers } = this.#compiled;
    for (let r = 0; r < steps * batch; r++) integers[this.#loss.targets.offset + r] = targets[r];
    this.#compiled.run("forward", span);
    numbers[this.#scale.offset] = 1 / Math.max(1, counted);
    for (const { offset, rows, stride } of this.#tensors.stateGradients) {
      numbers.fill(0, offset, offset + rows * stride);
    }
    this.#compiled.run("backward", span);
    this.#compiled.run("gradients", span);
  }

  /** Of each row the h before it, which lies a batch of rows before its own, and its token. */
  #writeInput(rows: number, batch: number, tokens: Int32Array): void {
    const { numbers } = this.#compiled;
    const { offset, width, stride } = this.#input;
    const outputs = this.plan.layers[0].output.value;
    const from = this.plan.compiled.numbers;
    for (let r = 0; r < rows; r++) {
      const at = offset + r * stride;
      const before = outputs.offset + (r - batch) * outputs.stride;
      for (let u = 0; u < outputs.width; u++) numbers[at + u] = from[before + u];
      for (let k = outputs.width; k < width; k++) numbers[at + k] = 0;
      numbers[at + outputs.width + tokens[r]] = 1;
    }
  }

  #copyWeights(): void {
    const { parameters, recurrent, linear, weights } = this.#model;
    const cell = readCellWeights(recurrent[0], parameters, weights);
    writeCellWeights(this.#layer, this.#parameters, cell, this.#weights);
    for (const part of ["weight", "bias"] as const) {
      const values = readMatrix(weights, parameters.tensor(linear[part]));
      writeMatrix(this.#weights, this.#parameters.tensor(this.#linear[part]), values);
    }
    this.#compiled.run("prepare", this.plan.capacity);
  }

  /** Into the model, and the plan that reads. */
  #copyBack(): void {
    const { parameters, recurrent, linear, weights } = this.#model;
    const cell = readCellWeights(this.#layer, this.#parameters, this.#weights);
    writeCellWeights(recurrent[0], parameters, cell, weights);
    for (const part of ["weight", "bias"] as const) {
      const values = readMatrix(this.#weights, this.#parameters.tensor(this.#linear[part]));
      writeMatrix(weights, parameters.tensor(linear[part]), values);
    }
    this.plan.load(weights);
  }
}
