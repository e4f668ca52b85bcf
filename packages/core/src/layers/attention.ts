/**
 * Attention of a decoder over its encoder's outputs, and what both together say.
 *
 * - *multiplicative*: score = (W_q·h[s])·e[t], of the decoder's output at the same step; no input feeding, so the decoder runs as
 *   one sequence (Luong et al. 2015, arXiv:1508.04025, "general");
 * - *additive*: score = v·tanh(W_q·h[s-1] + W_k·e[t]), of its state a step before; the context is part of the decoder's input,
 *   step by step (Bahdanau et al. 2015, arXiv:1409.0473).
 */
import type { AttentionSpec, Integers, Tensor } from "../engines/engine.ts";
import { type LinearLayer, linearLayer, planLinear } from "./dense.ts";
import { planCopy } from "./join.ts";
import type { PlanBuilder, VectorFlow } from "./layer.ts";
import type { ParameterLayout } from "./parameters.ts";

export type AttentionKind = "multiplicative" | "additive";

export interface AttentionLayer {
  readonly kind: AttentionKind;
  readonly query: LinearLayer;
  /** Additive only. */
  readonly key: LinearLayer | null;
  /** [1, size] */
  readonly vector: number | null;
  /** Numbers in a context: those of an encoder's output. */
  readonly size: number;
}

/** @param sizes Of the decoder's output, which asks, and of the encoder's, which is asked. */
export function attentionLayer(
  parameters: ParameterLayout,
  name: string,
  kind: AttentionKind,
  sizes: { readonly querySize: number; readonly sourceSize: number },
): AttentionLayer {
  const { querySize, sourceSize } = sizes;
  const outputSize = kind === "additive" ? querySize : sourceSize;
  const query = linearLayer(parameters, `${name}.query`, { inputSize: querySize, outputSize });
  if (kind === "multiplicative") return { kind, query, key: null, vector: null, size: sourceSize };
  const key = linearLayer(parameters, `${name}.key`, { inputSize: sourceSize, outputSize });
  const vector = parameters.add(name, "vector", 1, outputSize);
  return { kind, query, key, vector, size: sourceSize };
}

/** The encoder's side, once for all of the decoder's steps. */
export interface AttentionSource {
  readonly keys: VectorFlow;
  readonly values: VectorFlow;
  readonly lengths: Integers | null;
}

/** @param encoded [T·B, sourceSize] */
export function planAttentionSource(
  builder: PlanBuilder,
  layer: AttentionLayer,
  encoded: VectorFlow,
  lengths: Integers | null,
): AttentionSource {
  if (!layer.key) return { keys: encoded, values: encoded, lengths };
  return {
    keys: planLinear(builder, layer.key, planCopy(builder, encoded)),
    values: encoded,
    lengths,
  };
}

export interface AttentionTensors {
  readonly context: VectorFlow;
  /** [S·B, T] */
  readonly weights: Tensor;
}

/** @param asking What asks, [S·B, querySize]; its gradient is overwritten: a copy of what others use too. */
export function planAttention(
  builder: PlanBuilder,
  layer: AttentionLayer,
  source: AttentionSource,
  asking: VectorFlow,
): AttentionTensors {
  const over = asking.over;
  const queries = planLinear(builder, layer.query, asking);
  const context = builder.flow(layer.size, over);
  const weights = builder.sequence(builder.steps, over);
  const vector = layer.vector === null ? null : builder.weight(layer.vector);
  const { keys, values, lengths } = source;
  builder.operations.push({
    kind: "attention",
    over,
    score: layer.kind === "additive" ? "additive" : "dot",
    queries: queries.value,
    keys: keys.value,
    values: values.value,
    vector,
    lengths,
    weights,
    output: context.value,
    training: trainingOf(builder, layer, queries, source, context),
  });
  return { context, weights };
}

function trainingOf(
  builder: PlanBuilder,
  layer: AttentionLayer,
  queries: VectorFlow,
  { keys, values }: AttentionSource,
  context: VectorFlow,
): AttentionSpec["training"] {
  if (!context.gradient || !queries.gradient || !keys.gradient || !values.gradient) return null;
  return {
    outputGradient: context.gradient,
    queriesGradient: queries.gradient,
    keysGradient: keys.gradient,
    valuesGradient: values.gradient,
    vectorGradient: layer.vector === null ? null : builder.weightGradient(layer.vector),
  };
}
