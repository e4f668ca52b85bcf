/**
 * A network of any of the four shapes: an encoder and a decoder, either of which may be absent, and between them what is known of
 * the whole input once.
 *
 *     vec2vec   vector → hidden layers → heads
 *     seq2vec   sequence → recurrent layers → their last outputs → heads
 *     seq2seq   sequence → recurrent layers → heads at every step
 *     seq2seq   sequence → encoder → (states, attention) → decoder → heads at every output step
 *     vec2seq   vector → hidden layers → (states, input) → decoder → heads at every output step
 *
 * The network is its configuration and one stretch of weights; a `NetworkPlan` lays it out on an engine. What its numbers mean is
 * its task's affair.
 */
import type { Cell } from "../cells/cell.ts";
import { defineCell } from "../cells/defineCell.ts";
import type { NumberHead } from "../data/examples.ts";
import type { JsonObject } from "../files/json.ts";
import { type AttentionLayer, attentionLayer } from "../layers/attention.ts";
import {
  type EmbeddingLayer,
  embeddingLayer,
  type LinearLayer,
  linearLayer,
} from "../layers/dense.ts";
import { ParameterLayout, type Stretch } from "../layers/parameters.ts";
import { outputSize, type RecurrentLayer, recurrentLayer } from "../layers/recurrent.ts";
import { directionsOf, type RecurrentStack, recurrentStack } from "../layers/stack.ts";
import {
  checkNetworkConfig,
  type DecoderConfig,
  type EncoderConfig,
  type NetworkConfig,
} from "./networkConfig.ts";

/** Anything of a network that has weights, with the name that its file has for it. */
export type NetworkPart =
  | {
      readonly kind: "embedding";
      readonly name: string;
      readonly layer: EmbeddingLayer;
      readonly size: number;
    }
  /** `bias`: what the bias begins with; null for what the init says. */
  | {
      readonly kind: "linear";
      readonly name: string;
      readonly layer: LinearLayer;
      readonly bias: number | null;
    }
  | {
      readonly kind: "recurrent";
      readonly name: string;
      readonly suffix: string;
      readonly layer: RecurrentLayer;
    }
  /** A vector by itself: an initial state, which begins with a number, or attention's. */
  | {
      readonly kind: "vector";
      readonly name: string;
      readonly index: number;
      readonly value: number | null;
    };

/** A head and what it costs: one for classes and tokens, some for numbers. */
export interface Head {
  readonly linear: LinearLayer;
  /** Null: classes or tokens, cross-entropy. */
  readonly loss: NumberHead | null;
}

export interface DecoderParts {
  readonly embedding: EmbeddingLayer | null;
  /** By layer and state: from what the encoder knows in the end. */
  readonly bridges: readonly (readonly LinearLayer[])[];
  readonly stack: RecurrentStack;
  readonly attention: AttentionLayer | null;
  /** tanh(W·[h, context] + b) */
  readonly combine: RecurrentLayer | null;
}

const FEED_FORWARD = defineCell("h[t] = relu(W·x[t] + b_h)", { name: "feed-forward" });
const COMBINE = defineCell("h[t] = tanh(W·x[t] + b_h)", { name: "combine" });

export class Network {
  readonly config: NetworkConfig;
  readonly parameters = new ParameterLayout();
  readonly parts: readonly NetworkPart[];
  readonly embedding: EmbeddingLayer | null;
  readonly hidden: readonly RecurrentLayer[];
  readonly encoder: RecurrentStack | null;
  readonly decoder: DecoderParts | null;
  readonly heads: readonly Head[];
  /** In the layout of `parameters`. */
  weights: Stretch;
  /** How it came to be; null if it was never trained. */
  training: JsonObject | null = null;

  /**
   * A network whose weights are all zero; `createNetwork` gives them their initial values.
   *
   * @param precision `none` leaves the weights empty: for a reader that checks a file's shapes before it takes memory.
   * @throws CellstateError `option` for a configuration that contradicts itself or its ports.
   */
  constructor(config: NetworkConfig, precision: "float32" | "float64" | "none" = "float32") {
    checkNetworkConfig(config);
    this.config = config;
    const { ports, embeddingSize, hidden, encoder, decoder } = config;
    const { input, output } = ports;
    const making = new Making(this.parameters);
    const learned = config.initialStates === "learned";

    const embeds = input.kind === "tokens" && embeddingSize > 0;
    this.embedding = embeds ? making.embedding("embedding", input.size, embeddingSize) : null;
    let width = embeds ? embeddingSize : input.kind === "tokens" ? input.size : input.width;
    this.hidden = hidden.map((hiddenSize, index) => {
      const sizes = { inputSize: width, hiddenSize };
      width = hiddenSize;
      return making.recurrent(`hidden.${index}`, FEED_FORWARD, sizes);
    });
    this.encoder = encoder && making.stack("encoder", width, encoder, learned);
    if (this.encoder) width = this.encoder.outputSize;
    this.decoder = decoder && this.#makeDecoder(making, decoder, width);
    if (this.decoder) width = decoderWidth(this.decoder);
    const headed = output.kind === "numbers" ? output.heads : [null];
    this.heads = headed.map((loss) => {
      const levels = loss?.loss === "quantile" ? loss.levels.length : 1;
      const outputs = output.kind === "numbers" ? output.width * levels : output.size;
      return { loss, linear: making.linear(loss ? `head.${loss.name}` : "head", width, outputs) };
    });
    this.parts = making.parts;
    const size = precision === "none" ? 0 : this.parameters.size;
    this.weights = precision === "float64" ? new Float64Array(size) : new Float32Array(size);
  }

  #makeDecoder(making: Making, decoder: DecoderConfig, summary: number): DecoderParts {
    const { ports, embeddingSize } = this.config;
    const { output } = ports;
    const embeds = output.kind === "tokens" && embeddingSize > 0;
    const embedding = embeds
      ? making.embedding("decoder.embedding", output.size, embeddingSize)
      : null;
    let width = output.kind === "tokens" ? embeddingSize || output.size : 0;
    if (output.kind === "numbers") width += output.known;
    // Without attention the decoder is told the input's summary at every step, with additive attention where it looked.
    if (decoder.attention !== "multiplicative") width += summary;
    const stack = making.stack("decoder", width, { ...decoder, bidirectional: false }, false);
    const known = this.encoder ? finalWidth(this.encoder) : summary;
    const bridges = stack.layers.map(({ forward: { cell, sizes, name } }) =>
      cell.program.states.map((state) =>
        making.linear(`bridge.${name}.${state.name}`, known, sizes[state.width], state.initial),
      ),
    );
    if (decoder.attention === "none") {
      return { embedding, stack, bridges, attention: null, combine: null };
    }
    const attention = attentionLayer(this.parameters, "attention", decoder.attention, {
      querySize: stack.outputSize,
      sourceSize: summary,
    });
    making.attention(attention);
    const combine = making.recurrent("combine", COMBINE, {
      inputSize: stack.outputSize + attention.size,
      hiddenSize: stack.outputSize,
    });
    return { embedding, stack, bridges, attention, combine };
  }

  /** Learned numbers: no padding. */
  get parameterCount(): number {
    let count = 0;
    for (const part of this.parts) {
      if (part.kind === "recurrent") {
        const { cell, sizes } = part.layer;
        for (const { rows, columns } of cell.program.matrices) {
          count += sizes[rows] * columns.reduce((n, column) => n + sizes[column], 0);
        }
        for (const { width } of cell.program.vectors) count += sizes[width];
      } else if (part.kind === "linear") {
        count += (part.layer.inputSize + 1) * part.layer.outputSize;
      } else if (part.kind === "embedding") {
        count += part.size * part.layer.size;
      } else {
        count += this.parameters.tensor(part.index).width;
      }
    }
    return count;
  }
}

/** Collects a network's parts as they are made, under the names that its file has. */
class Making {
  readonly parts: NetworkPart[] = [];
  readonly #parameters: ParameterLayout;

  constructor(parameters: ParameterLayout) {
    this.#parameters = parameters;
  }

  embedding(name: string, vocabularySize: number, embeddingSize: number): EmbeddingLayer {
    const layer = embeddingLayer(this.#parameters, name, { vocabularySize, embeddingSize });
    this.parts.push({ kind: "embedding", name, layer, size: vocabularySize });
    return layer;
  }

  linear(
    name: string,
    inputSize: number,
    outputs: number,
    bias: number | null = null,
  ): LinearLayer {
    const layer = linearLayer(this.#parameters, name, { inputSize, outputSize: outputs });
    this.parts.push({ kind: "linear", name, layer, bias });
    return layer;
  }

  recurrent(
    name: string,
    cell: Cell,
    sizes: { readonly inputSize: number; readonly hiddenSize: number },
  ): RecurrentLayer {
    const layer = recurrentLayer(this.#parameters, name, cell, sizes);
    this.parts.push({ kind: "recurrent", name, suffix: "", layer });
    return layer;
  }

  stack(
    name: string,
    inputSize: number,
    { cell, ...config }: EncoderConfig,
    learnedInitial: boolean,
  ): RecurrentStack {
    const { bidirectional } = config;
    const options = { bidirectional, learnedInitial };
    const stack = recurrentStack(this.#parameters, name, cell, { inputSize, ...config }, options);
    for (const [index, layers] of stack.layers.entries()) {
      for (const [direction, layer] of directionsOf(layers).entries()) {
        const suffix = `_l${index}${direction === 0 ? "" : "_reverse"}`;
        this.parts.push({ kind: "recurrent", name, suffix, layer });
        layer.cell.program.states.forEach((state, s) => {
          const at = stack.initial?.[index][direction][s];
          if (at === undefined) return;
          const called = `${name}.initial_${state.name}${suffix}`;
          this.parts.push({ kind: "vector", name: called, index: at, value: state.initial });
        });
      }
    }
    return stack;
  }

  attention({ query, key, vector }: AttentionLayer): void {
    this.parts.push({ kind: "linear", name: "attention.query", layer: query, bias: null });
    if (key) this.parts.push({ kind: "linear", name: "attention.key", layer: key, bias: null });
    if (vector === null) return;
    this.parts.push({ kind: "vector", name: "attention.vector", index: vector, value: null });
  }
}

/** Of all states of the top layer, in both directions. */
function finalWidth({ layers }: RecurrentStack): number {
  const top = layers[layers.length - 1];
  let width = 0;
  for (const { cell, sizes } of directionsOf(top)) {
    for (const state of cell.program.states) width += sizes[state.width];
  }
  return width;
}

function decoderWidth({ combine, stack }: DecoderParts): number {
  return combine ? outputSize(combine) : stack.outputSize;
}
