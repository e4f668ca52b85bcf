/**
 * A language model laid out in an engine's memory for a number of rows and steps: tokens in, losses or logits out, states
 * carried from window to window. All views are made once; running it takes no memory.
 */
import type { CompiledPlan, Engine, Extent, Integers, Tensor } from "../engines/engine.ts";
import { CellstateError } from "../errors.ts";
import {
  type LossTensors,
  planCrossEntropy,
  planDropout,
  planEmbedding,
  planLinear,
} from "../layers/dense.ts";
import { type Flow, PlanBuilder, type Purpose, setConstants, tensorOf } from "../layers/layer.ts";
import type { Observe } from "../layers/observation.ts";
import { planRecurrent, type RecurrentTensors } from "../layers/recurrent.ts";
import { CarriedStates } from "./carriedStates.ts";
import type { LanguageModel, Weights } from "./languageModel.ts";

export interface LanguagePlanOptions {
  /** Stretches as long as the weights to reserve for an optimizer. @default 0 */
  readonly slots?: number;
  /** What is to be seen inside, and held. @default nothing */
  readonly observe?: Observe;
}

export class LanguagePlan {
  readonly model: LanguageModel;
  /** Time steps of a window, and sequences side by side. */
  readonly capacity: Extent;
  readonly engine: Engine;
  readonly compiled: CompiledPlan;
  /** The model's weights in this plan, and beside them (training) gradients and an optimizer's slots, all of one layout. */
  readonly weights: Weights;
  readonly weightsAt: number;
  readonly gradientsAt: number;
  readonly slotsAt: readonly number[];
  readonly layers: readonly RecurrentTensors[];
  readonly states: CarriedStates;
  /** [T·B, vocabularySize] */
  readonly logits: Tensor;
  readonly #tokens: Integers;
  readonly #loss: LossTensors;
  readonly #dropoutKeys: readonly Integers[];

  constructor(
    model: LanguageModel,
    engine: Engine,
    capacity: Extent,
    purpose: Purpose,
    { slots = 0, observe }: LanguagePlanOptions = {},
  ) {
    if (purpose === "training" && model.weightFormat === "int8") {
      throw new CellstateError(
        "option",
        "a model with int8 weights cannot be trained, their steps are too coarse; convert it to float32 first",
      );
    }
    this.model = model;
    this.engine = engine;
    this.capacity = capacity;
    const builder = new PlanBuilder(model.parameters, capacity, purpose, observe);
    this.weightsAt = builder.weightsAt;
    this.gradientsAt = builder.gradientsAt;
    this.slotsAt = Array.from({ length: slots }, () => builder.reserve(model.parameters.size));
    this.#tokens = builder.layout.integers(builder.rows);

    const keys: Integers[] = [];
    const dropout = (flow: Flow): Flow => {
      const { output, key } = planDropout(builder, model.config.dropout, flow);
      if (key) keys.push(key);
      return output;
    };
    let flow: Flow = model.embedding
      ? planEmbedding(builder, model.embedding, this.#tokens)
      : { value: this.#tokens, gradient: null };
    const layers: RecurrentTensors[] = [];
    for (const [index, layer] of model.recurrent.entries()) {
      const planned = planRecurrent(builder, layer, index > 0 ? dropout(flow) : flow);
      layers.push(planned);
      flow = planned.output;
    }
    const logits = planLinear(builder, model.linear, dropout(flow));
    this.layers = layers;
    this.logits = tensorOf(logits, "linear");
    this.#loss = planCrossEntropy(builder, logits);
    this.#dropoutKeys = keys;

    this.compiled = engine.compile({
      ...capacity,
      size: builder.layout.size,
      weights: model.weightFormat,
      operations: builder.operations,
    });
    const { size } = model.parameters;
    this.states = new CarriedStates(this.compiled.numbers, layers);
    setConstants(this.compiled.numbers, builder);
    this.weights = this.compiled.numbers.subarray(this.weightsAt, this.weightsAt + size);
    this.load(model.weights);
    this.resetStates(capacity.batch);
  }

  /** Takes over weights, the model's own or another plan's of the same model. */
  load(weights: Weights): void {
    this.weights.set(weights);
    this.prepare();
  }

  /** To be called after the weights have changed. */
  prepare(): void {
    this.compiled.run("prepare", this.capacity);
  }

  /** Writes a window's tokens, and targets where a loss is wanted (−1 does not count). Both at t · batch + b. */
  write(rows: number, inputs: Int32Array, targets: Int32Array | null): void {
    const { integers } = this.compiled;
    for (let r = 0; r < rows; r++) integers[this.#tokens.offset + r] = inputs[r];
    for (let r = 0; r < rows; r++) {
      integers[this.#loss.targets.offset + r] = targets ? targets[r] : -1;
    }
  }

  /** One token for the next step, of one row of the batch. */
  writeToken(token: number, row = 0): void {
    this.compiled.integers[this.#tokens.offset + row] = token;
  }

  /** Tokens [from, from + rows) for the next rows, where no target is wanted. */
  writeTokens(tokens: ArrayLike<number>, from: number, rows: number): void {
    const { integers } = this.compiled;
    for (let r = 0; r < rows; r++) integers[this.#tokens.offset + r] = tokens[from + r];
  }

  /** The masks of a training step: one key a dropout layer. */
  writeDropoutKey(layer: number, key: readonly [number, number]): void {
    const { offset } = this.#dropoutKeys[layer];
    this.compiled.integers[offset] = key[0];
    this.compiled.integers[offset + 1] = key[1];
  }

  get dropoutLayers(): number {
    return this.#dropoutKeys.length;
  }

  /** Everything up to the losses. */
  forward(extent: Extent): void {
    this.compiled.run("forward", extent);
  }

  /** Everything up to the logits: for generation, where no target is known. */
  forwardToLogits(extent: Extent): void {
    const { compiled } = this;
    compiled.run("forward", extent, 0, compiled.operations.length - 1);
  }

  /** Everything up to the states: for tokens whose successors are known. */
  forwardToStates(extent: Extent): void {
    const { compiled } = this;
    compiled.run("forward", extent, 0, compiled.operations.length - 2);
  }

  /** Σ of the rows' losses, in row order: nats. Rows without a target add 0. */
  totalLoss({ steps, batch }: Extent): number {
    const { numbers } = this.compiled;
    const { offset, stride } = this.#loss.losses;
    let total = 0;
    for (let r = 0; r < steps * batch; r++) total += numbers[offset + r * stride];
    return total;
  }

  /** [T·B, 1], nats; 0 in rows without a target. */
  get losses(): Tensor {
    return this.#loss.losses;
  }

  /** The loss of one row, in nats. */
  rowLoss(row: number): number {
    return this.compiled.numbers[this.#loss.losses.offset + row * this.#loss.losses.stride];
  }

  /** Gradients of `scale` · Σ losses: of all weights, into the stretch at `gradientsAt`; and of the initial states. */
  backward(extent: Extent, scale: number): void {
    const { compiled } = this;
    const { numbers } = compiled;
    const scaleAt = this.#loss.scale;
    if (!scaleAt) throw new RangeError("this plan was made without training: it has no backward");
    numbers[scaleAt.offset] = scale;
    for (const { stateGradients } of this.layers) {
      for (const { offset, rows, stride } of stateGradients) {
        numbers.fill(0, offset, offset + rows * stride);
      }
    }
    compiled.run("backward", extent);
    compiled.run("gradients", extent);
  }

  /** The window's last states become the next window's initial ones. */
  carryStates(extent: Extent): void {
    this.states.carry(extent);
  }

  /** Sets initial states to what the equations say: of every row, or of those marked. */
  resetStates(batch: number, marked?: readonly boolean[]): void {
    this.states.reset(batch, marked);
  }

  /** Views of the initial states, a stretch a state: what a run carries from window to window. */
  carriedStates(batch: number): Weights[] {
    return this.states.views(batch);
  }
}
