/**
 * A network laid out in an engine's memory: examples in, losses, outputs and gradients out. All views are made once; running it
 * takes no memory.
 */
import type { NumberHead } from "../data/examples.ts";
import type {
  CompiledPlan,
  ElementLoss,
  Engine,
  Extent,
  Integers,
  Tensor,
} from "../engines/engine.ts";
import { planCrossEntropy, planDropout, planElementLoss, planLinear } from "../layers/dense.ts";
import { planCopy } from "../layers/join.ts";
import {
  PlanBuilder,
  type Purpose,
  setConstants,
  setRows,
  type VectorFlow,
  vectorsOf,
} from "../layers/layer.ts";
import type { Observe } from "../layers/observation.ts";
import type { Stretch } from "../layers/parameters.ts";
import type { RecurrentTensors } from "../layers/recurrent.ts";
import type { StackTensors } from "../layers/stack.ts";
import { CarriedStates } from "./carriedStates.ts";
import type { Network } from "./network.ts";
import { type DecoderTensors, NetworkGraph } from "./networkGraph.ts";

export interface NetworkCapacity {
  readonly batch: number;
  /** Of the input; 1 for a vector. */
  readonly steps: number;
  /** Of a decoder; 0 without one. */
  readonly outputSteps: number;
}

/** A head's outputs and what they cost. */
export interface HeadTensors {
  /** [R, width]: logits of classes and tokens, numbers as they are. */
  readonly outputs: Tensor;
  /** [R, 1] */
  readonly losses: Tensor;
  /** Null in a plan that only infers. */
  readonly scale: Tensor | null;
}

export interface NetworkPlanOptions {
  /** Stretches as long as the weights to reserve for an optimizer. @default 0 */
  readonly slots?: number;
  /** What is to be seen inside, and held. @default nothing */
  readonly observe?: Observe;
}

export class NetworkPlan {
  readonly network: Network;
  readonly capacity: NetworkCapacity;
  readonly engine: Engine;
  readonly compiled: CompiledPlan;
  readonly weights: Stretch;
  readonly weightsAt: number;
  readonly gradientsAt: number;
  readonly slotsAt: readonly number[];
  /** [T·B] tokens, or [T·B, width]. */
  readonly input: Tensor | Integers;
  /** [B]: steps of each sequence; null for a vector. */
  readonly lengths: Integers | null;
  readonly encoder: StackTensors | null;
  readonly decoder: DecoderTensors | null;
  readonly heads: readonly HeadTensors[];
  /** [R] classes or tokens, −1 where none; or [R, width] numbers, NaN where none. */
  readonly targets: Tensor | Integers;
  /** [R, 1]: how much each row counts. */
  readonly rowWeights: Tensor;
  /** The first operation that computes a loss. */
  readonly lossesAt: number;
  readonly #keys: readonly Integers[];
  /** All its recurrent and feed-forward layers: from below, forward before backward, encoder before decoder. */
  readonly cells: readonly RecurrentTensors[];
  readonly #states: CarriedStates;
  /** Operations that set learned initial states: a window that goes on from another leaves them out. */
  readonly #beginnings: readonly number[];

  constructor(
    network: Network,
    engine: Engine,
    capacity: NetworkCapacity,
    purpose: Purpose,
    { slots = 0, observe }: NetworkPlanOptions = {},
  ) {
    this.network = network;
    this.engine = engine;
    this.capacity = capacity;
    const builder = new PlanBuilder(network.parameters, capacity, purpose, observe);
    this.weightsAt = builder.weightsAt;
    this.gradientsAt = builder.gradientsAt;
    const { size } = network.parameters;
    this.slotsAt = Array.from({ length: slots }, () => builder.reserve(size));
    const graph = new NetworkGraph(network, builder);
    this.input = graph.input;
    this.lengths = graph.lengths;
    const { output, decoder } = graph.plan();
    this.encoder = graph.encoder;
    this.decoder = decoder;
    const dropped = planDropout(builder, network.config.dropout, output).output;
    // The last of several heads writes the gradient of what all read, first of all; the others add theirs.
    const flows = network.heads.map(({ linear }, index) => {
      const isLast = index === network.heads.length - 1;
      return planLinear(
        builder,
        linear,
        isLast ? dropped : planCopy(builder, vectorsOf(dropped, "heads")),
      );
    });
    this.lossesAt = builder.operations.length;
    const { over } = output;
    this.rowWeights = builder.sequence(1, over);
    const losses = planLosses(builder, network, flows, this.rowWeights);
    this.heads = losses.heads;
    this.targets = losses.targets;
    this.#keys = builder.keys;
    this.cells = graph.cells;
    this.compiled = engine.compile({
      ...capacity,
      size: builder.layout.size,
      operations: builder.operations,
      loops: builder.loops,
    });
    const { numbers } = this.compiled;
    this.#states = new CarriedStates(numbers, this.cells);
    this.#beginnings = builder.operations.flatMap(({ kind }, at) =>
      kind === "initialState" ? [at] : [],
    );
    this.weights = numbers.subarray(this.weightsAt, this.weightsAt + size);
    setConstants(numbers, builder);
    this.#resetStates();
    this.load(network.weights);
  }

  /** Takes over weights, the network's own or another plan's. */
  load(weights: Stretch): void {
    this.weights.set(weights);
    this.prepare();
  }

  /** To be called after the weights have changed. */
  prepare(): void {
    this.compiled.run("prepare", this.capacity);
  }

  /** What random masks of a training step are drawn by, in the plan's own order. */
  get randomMasks(): number {
    return this.#keys.length;
  }

  writeMaskKey(mask: number, key: readonly [number, number]): void {
    const { offset } = this.#keys[mask];
    this.compiled.integers[offset] = key[0];
    this.compiled.integers[offset + 1] = key[1];
  }

  /** Everything up to the losses. */
  forward(extent: Extent): void {
    this.#placeInitialStates(extent.batch);
    this.compiled.run("forward", extent);
  }

  /** Everything up to the heads, where no target is known. */
  forwardToHeads(extent: Extent): void {
    this.#placeInitialStates(extent.batch);
    this.compiled.run("forward", extent, 0, this.lossesAt);
  }

  /**
   * As `forward`, or up to operation `end`, of a window that goes on where `carryStates` left the last one. Of layers that read forward, without a decoder: all others need their whole
   * sequence at once.
   */
  forwardOn(extent: Extent, end = this.compiled.operations.length): void {
    let first = 0;
    for (const beginning of this.#beginnings) {
      this.compiled.run("forward", extent, first, beginning);
      first = beginning + 1;
    }
    this.compiled.run("forward", extent, first, end);
  }

  /** The window's last states become the next window's initial ones. */
  carryStates(extent: Extent): void {
    this.#states.carry(extent);
  }

  /** What comes before the decoder. */
  encode(extent: Extent): void {
    this.#placeInitialStates(extent.batch);
    this.compiled.run("forward", extent, 0, this.#decoderOrThrow().first);
  }

  /** The decoder's steps [outputStart, outputSteps), up to the heads. */
  decode(extent: Extent): void {
    this.compiled.run("forward", extent, this.#decoderOrThrow().first, this.lossesAt);
  }

  /** The losses of outputs that are there. */
  computeLosses(extent: Extent): void {
    this.compiled.run("forward", extent, this.lossesAt);
  }

  #decoderOrThrow(): DecoderTensors {
    if (!this.decoder) throw new RangeError("this network has no decoder");
    return this.decoder;
  }

  /** Σ of all heads' losses over rows [0, rows), head by head, in row order. */
  totalLoss(rows: number): number {
    const { numbers } = this.compiled;
    let total = 0;
    for (const { losses } of this.heads) {
      for (let r = 0; r < rows; r++) total += numbers[losses.offset + r * losses.stride];
    }
    return total;
  }

  /** Gradients of `scale` · Σ losses, into the stretch at `gradientsAt`. Needs the forward pass just before. */
  backward(extent: Extent, scale: number): void {
    const { compiled } = this;
    for (const { scale: at } of this.heads) {
      if (!at) throw new RangeError("this plan was made without training: it has no backward");
      compiled.numbers[at.offset] = scale;
    }
    for (const { stateGradients } of this.cells) {
      for (const tensor of stateGradients) setRows(compiled.numbers, tensor, 0);
    }
    compiled.run("backward", extent);
    compiled.run("gradients", extent);
  }

  /** The cells' own initial states, for the capacity; other batches are placed as they come. */
  #resetStates(): void {
    this.#placeInitialStates(this.capacity.batch);
  }

  /** The rows before the first step lie in front of the states, a batch of the call back: they move with it. */
  #placeInitialStates(batch: number): void {
    const { numbers } = this.compiled;
    for (const { layer, states } of this.cells) {
      layer.cell.program.states.forEach(({ initial }, index) => {
        const { offset, width, stride } = states[index];
        for (let b = 1; b <= batch; b++) {
          const at = offset - b * stride;
          numbers.fill(initial, at, at + width);
        }
      });
    }
  }
}

function planLosses(
  builder: PlanBuilder,
  network: Network,
  flows: readonly VectorFlow[],
  rowWeights: Tensor,
): { heads: HeadTensors[]; targets: Tensor | Integers } {
  const { labelSmoothing } = network.config;
  const [first] = flows;
  const [{ loss }] = network.heads;
  if (loss === null) {
    const { targets, losses, scale } = planCrossEntropy(builder, first, {
      rowWeights,
      labelSmoothing,
    });
    return { heads: [{ outputs: first.value, losses, scale }], targets };
  }
  const heads: HeadTensors[] = [];
  let targets: Tensor | undefined;
  network.heads.forEach(({ loss: head }, index) => {
    if (!head) return;
    const options = { rowWeights, targets };
    const planned = planElementLoss(builder, elementLossOf(head), flows[index], options);
    targets = planned.targets;
    heads.push({ outputs: flows[index].value, losses: planned.losses, scale: planned.scale });
  });
  if (!targets) throw new RangeError("a network without heads");
  return { heads, targets };
}

function elementLossOf(head: NumberHead): ElementLoss {
  switch (head.loss) {
    case "huber":
      return { name: head.loss, delta: head.delta };
    case "quantile":
      return { name: head.loss, levels: head.levels };
    default:
      return { name: head.loss };
  }
}
