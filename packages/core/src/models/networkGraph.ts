/** How a network's layers are laid out, from its input to what its heads read. */
import type { Integers, Tensor } from "../engines/engine.ts";
import { planAttention, planAttentionSource } from "../layers/attention.ts";
import { planDropout, planEmbedding, planLinear } from "../layers/dense.ts";
import { piece, planCopy, planFinalStates, planInitialStates, planJoin } from "../layers/join.ts";
import {
  type Flow,
  isTensor,
  type PlanBuilder,
  type VectorFlow,
  vectorsOf,
} from "../layers/layer.ts";
import {
  planRecurrent,
  pushRecurrent,
  type RecurrentTensors,
  recurrentTensors,
} from "../layers/recurrent.ts";
import { directionsOf, planStack, type StackTensors } from "../layers/stack.ts";
import type { DecoderParts, Network } from "./network.ts";

/** What a decoder holds of a plan's memory, and which operations are its own. */
export interface DecoderTensors {
  /** What it is told at each step; null where it decodes numbers. */
  readonly tokens: Integers | null;
  readonly known: Tensor | null;
  readonly layers: readonly RecurrentTensors[];
  /** [S·B, T]; null without attention. */
  readonly attention: Tensor | null;
  /** The first of its operations; from there to `NetworkPlan.lossesAt` they can be run step by step. */
  readonly first: number;
}

/** Lays a network's layers out, from its input to what its heads read. */
export class NetworkGraph {
  readonly input: Tensor | Integers;
  readonly lengths: Integers | null;
  readonly cells: RecurrentTensors[] = [];
  encoder: StackTensors | null = null;
  readonly #network: Network;
  readonly #builder: PlanBuilder;

  constructor(network: Network, builder: PlanBuilder) {
    const { input } = network.config.ports;
    this.#network = network;
    this.#builder = builder;
    const { layout, rows, batch } = builder;
    this.input =
      input.kind === "tokens"
        ? layout.integers(rows)
        : builder.sequence(input.width, input.kind === "vector" ? "once" : "steps");
    this.lengths = input.kind === "vector" ? null : layout.integers(batch);
  }

  plan(): { output: VectorFlow; decoder: DecoderTensors | null } {
    const { encoder, decoder } = this.#network;
    const { output } = this.#network.config.ports;
    const read = this.#planInput();
    if (!encoder) {
      const summary = this.#planHidden(read);
      if (!decoder) return { output: summary, decoder: null };
      return this.#planDecoder(decoder, null, summary, []);
    }
    const { dropout } = this.#network.config;
    const options = { lengths: this.lengths, dropout, regularisation: this.#network.config };
    this.encoder = planStack(this.#builder, encoder, read, options);
    this.cells.push(...this.encoder.layers.flatMap(directionsOf));
    const encoded = this.encoder.output;
    if (decoder) {
      return this.#planDecoder(decoder, encoded, null, this.#finalsOf(this.encoder));
    }
    if (output.kind !== "tokens" && output.each === "step") {
      return { output: encoded, decoder: null };
    }
    const { layers } = this.encoder;
    const last = directionsOf(layers[layers.length - 1]).flatMap((one) =>
      planFinalStates(this.#builder, one, this.lengths, [one.layer.cell.program.output]),
    );
    return { output: this.#joined(last), decoder: null };
  }

  /** All states of the top layer after each sequence's last step, direction by direction. */
  #finalsOf({ layers }: StackTensors): FinalState[] {
    return directionsOf(layers[layers.length - 1]).flatMap((one) =>
      planFinalStates(this.#builder, one, this.lengths).map((flow, state) => ({
        flow,
        isOutput: state === one.layer.cell.program.output,
      })),
    );
  }

  #joined(flows: readonly VectorFlow[]): VectorFlow {
    if (flows.length === 1) return flows[0];
    const pieces = flows.map((flow) => piece(flow));
    return planJoin(this.#builder, pieces, flows[0].over);
  }

  #planInput(): Flow {
    const { embedding, config } = this.#network;
    const builder = this.#builder;
    if (embedding && !isTensor(this.input)) {
      const embedded = planEmbedding(builder, embedding, this.input);
      return planDropout(builder, config.inputDropout, embedded).output;
    }
    const over = config.ports.input.kind === "vector" ? "once" : "steps";
    const flow = { value: this.input, gradient: null, over } as const;
    // One-hot tokens are read as they are.
    return isTensor(this.input) ? planDropout(builder, config.inputDropout, flow).output : flow;
  }

  #planHidden(input: Flow): VectorFlow {
    let flow = input;
    for (const layer of this.#network.hidden) {
      const planned = planRecurrent(this.#builder, layer, flow);
      this.cells.push(planned);
      flow = planDropout(this.#builder, this.#network.config.dropout, planned.output).output;
    }
    return vectorsOf(flow, "network");
  }

  /**
   * @param encoded [T·B, E], what attention looks at; null for a vector …
   * @param vector … then what is known of it, [B, W].
   * @param finals Of the encoder, from which the decoder's states begin.
   */
  #planDecoder(
    parts: DecoderParts,
    encoded: VectorFlow | null,
    vector: VectorFlow | null,
    finals: readonly FinalState[],
  ): { output: VectorFlow; decoder: DecoderTensors } {
    const builder = this.#builder;
    const { config } = this.#network;
    const { output } = config.ports;
    const over = "outputSteps";
    const layers = parts.stack.layers.map(({ forward }) =>
      recurrentTensors(builder, forward, over, config),
    );
    this.cells.push(...layers);
    const summary = parts.attention ? null : (vector ?? this.#summaryOf(finals));
    const starts = this.#planBridges(parts, vector, finals);
    const { attention, combine } = parts;
    const source =
      attention && encoded ? planAttentionSource(builder, attention, encoded, this.lengths) : null;
    const isAdditive = attention?.kind === "additive";

    layers.forEach((tensors, index) => {
      planInitialStates(builder, tensors, starts[index], false);
    });
    const first = builder.operations.length;
    const isTokens = output.kind === "tokens";
    const tokens = isTokens ? builder.layout.integers(builder.rowsAlong(over)) : null;
    const knownWidth = output.kind === "numbers" ? output.known : 0;
    const known = knownWidth > 0 ? builder.sequence(knownWidth, over) : null;
    const told: Flow[] = [];
    if (tokens) told.push(this.#planTold(parts, tokens));
    if (known) told.push({ value: known, gradient: null, over });

    const top = layers[layers.length - 1];
    const loopAt = builder.operations.length;
    let weights: Tensor | null = null;
    let context: VectorFlow | null = null;
    if (attention && source && isAdditive) {
      const { program } = top.layer.cell;
      const state = top.states[program.output];
      const gradient = builder.training ? top.stateGradients[program.output] : null;
      const asked = { value: state, at: "previous", gradient, accumulate: true } as const;
      const asking = planJoin(builder, [asked], over);
      ({ context, weights } = planAttention(builder, attention, source, asking));
    }
    // The context's gradient is first written by what stands behind the decoder.
    const beside = context ? [piece(context, "same", true)] : [];
    if (summary) beside.push(piece(summary, "once"));
    let flow: Flow = told[0];
    if (beside.length > 0 || told.length > 1) {
      flow = planJoin(
        builder,
        [...told.map((one) => piece(vectorsOf(one, "decoder"))), ...beside],
        over,
      );
    }
    layers.forEach((tensors, index) => {
      if (index > 0) flow = planDropout(builder, config.dropout, flow).output;
      pushRecurrent(builder, tensors, flow);
      flow = tensors.output;
    });
    if (isAdditive) builder.loops.push({ first: loopAt, end: builder.operations.length });
    const { output: spoken } = top;
    if (attention && source && !isAdditive) {
      const asking = planCopy(builder, spoken);
      ({ context, weights } = planAttention(builder, attention, source, asking));
    }
    const decoder = { tokens, known, layers, attention: weights, first };
    if (!combine || !context) return { output: spoken, decoder };
    const both = planJoin(builder, [piece(spoken), piece(context)], over);
    const combined = planRecurrent(builder, combine, both);
    this.cells.push(combined);
    return { output: combined.output, decoder };
  }

  /** What the decoder hears at every step where it cannot look: the encoder's last outputs. */
  #summaryOf(finals: readonly FinalState[]): VectorFlow {
    const outputs = finals.filter(({ isOutput }) => isOutput);
    return this.#joined(outputs.map(({ flow }) => planCopy(this.#builder, flow)));
  }

  /** The decoder's first states, by layer and state: linear in all that is known in the end. */
  #planBridges(
    { bridges }: DecoderParts,
    vector: VectorFlow | null,
    finals: readonly FinalState[],
  ): VectorFlow[][] {
    const builder = this.#builder;
    const known = vector ? planCopy(builder, vector) : this.#joined(finals.map(({ flow }) => flow));
    // The last one writes the gradient of what all read, first of all; the others add theirs.
    const last = bridges[bridges.length - 1].at(-1);
    return bridges.map((layer) =>
      layer.map((bridge) =>
        planLinear(builder, bridge, bridge === last ? known : planCopy(builder, known)),
      ),
    );
  }

  /** The tokens that a decoder is told: embedded, or one-hot. */
  #planTold({ embedding }: DecoderParts, tokens: Integers): Flow {
    const over = "outputSteps";
    if (!embedding) return { value: tokens, gradient: null, over };
    const embedded = planEmbedding(this.#builder, embedding, tokens, over);
    return planDropout(this.#builder, this.#network.config.inputDropout, embedded).output;
  }
}

interface FinalState {
  readonly flow: VectorFlow;
  /** Whether it is h. */
  readonly isOutput: boolean;
}
