/** Networks of every shape, small, for tests that hold for all of them. */
import { gru, lstm } from "../../src/cells/zoo/index.ts";
import type { Ports } from "../../src/data/examples.ts";
import { createNetwork } from "../../src/models/createNetwork.ts";
import type { Network } from "../../src/models/network.ts";
import type { NetworkConfig } from "../../src/models/networkConfig.ts";

const PLAIN = {
  encoder: null,
  decoder: null,
  hidden: [],
  embeddingSize: 0,
  initialStates: "zero",
  inputDropout: 0,
  dropout: 0,
  recurrentDropout: 0,
  zoneout: 0,
  memoryZoneout: 0,
  labelSmoothing: 0,
} as const;

const encoder = { cell: lstm, hiddenSize: 5, layers: 1, bidirectional: false };
const decoder = { cell: gru, hiddenSize: 3, layers: 1, attention: "none" } as const;
const vector = { kind: "vector", width: 3 } as const;
const vectors = { kind: "vectors", width: 3 } as const;
const tokens = { kind: "tokens", size: 6 } as const;
const classes = { kind: "classes", size: 4, each: "sequence" } as const;
const written = { kind: "tokens", size: 5, start: 0, end: 1 } as const;
const mean = { name: "mean", loss: "squared" } as const;
const bands = { name: "bands", loss: "quantile", levels: [0.1, 0.9] } as const;
const numbers = { kind: "numbers", width: 2, heads: [mean], each: "sequence", known: 0 } as const;

type Difference = Partial<Omit<NetworkConfig, "ports">>;

function config(ports: Ports, difference: Difference = {}): NetworkConfig {
  return { ...PLAIN, ports, ...difference };
}

export const NETWORKS: Readonly<Record<string, NetworkConfig>> = {
  "vec2vec, classes": config({ input: vector, output: classes }, { hidden: [5, 4] }),
  "vec2vec, numbers with two heads": config(
    { input: vector, output: { ...numbers, heads: [mean, bands] } },
    { hidden: [4] },
  ),
  "vec2vec, no hidden layer, yes or no": config({
    input: vector,
    output: { ...numbers, heads: [{ name: "yes", loss: "binaryCrossEntropy" }] },
  }),
  "vec2vec, no hidden layer, dropout": config(
    { input: vector, output: { ...numbers, heads: [mean, bands] } },
    { inputDropout: 0.2, dropout: 0.3 },
  ),
  "vec2vec, no hidden layer, dropout before the heads alone": config(
    { input: vector, output: classes },
    { dropout: 0.3 },
  ),
  "seq2vec, classes": config({ input: vectors, output: classes }, { encoder }),
  "seq2vec, one-hot tokens": config({ input: tokens, output: classes }, { encoder }),
  "seq2vec, bidirectional, learned initial states": config(
    { input: tokens, output: classes },
    {
      encoder: { ...encoder, layers: 2, bidirectional: true },
      embeddingSize: 3,
      initialStates: "learned",
      labelSmoothing: 0.1,
    },
  ),
  "seq2vec, every kind of dropout": config(
    {
      input: vectors,
      output: { ...numbers, heads: [{ name: "robust", loss: "huber", delta: 0.3 }] },
    },
    {
      encoder: { ...encoder, layers: 2, bidirectional: true },
      ...{ inputDropout: 0.2, dropout: 0.3, recurrentDropout: 0.3 },
      ...{ zoneout: 0.2, memoryZoneout: 0.4 },
    },
  ),
  "seq2seq aligned": config(
    { input: tokens, output: { ...classes, each: "step" } },
    { encoder: { ...encoder, bidirectional: true }, embeddingSize: 4 },
  ),
  "seq2seq aligned, numbers": config(
    { input: vectors, output: { ...numbers, each: "step" } },
    { encoder: { ...encoder, cell: gru } },
  ),
  "seq2seq, no attention": config(
    { input: tokens, output: written },
    { encoder: { ...encoder, bidirectional: true }, decoder, embeddingSize: 4 },
  ),
  "seq2seq, one gru to another": config(
    { input: tokens, output: written },
    { encoder: { ...encoder, cell: gru }, decoder: { ...decoder, layers: 2 }, embeddingSize: 4 },
  ),
  "seq2seq, multiplicative attention": config(
    { input: tokens, output: written },
    {
      encoder: { ...encoder, bidirectional: true },
      decoder: { ...decoder, layers: 2, attention: "multiplicative" },
      embeddingSize: 3,
    },
  ),
  "seq2seq, additive attention": config(
    { input: tokens, output: written },
    {
      encoder: { ...encoder, bidirectional: true },
      decoder: { ...decoder, cell: lstm, layers: 2, attention: "additive" },
      embeddingSize: 3,
      ...{ dropout: 0.3, recurrentDropout: 0.2, zoneout: 0.2 },
    },
  ),
  "seq2seq, numbers with what is known beforehand": config(
    {
      input: vectors,
      output: { ...numbers, heads: [mean, bands], each: "outputStep", known: 2 },
    },
    { encoder, decoder },
  ),
  vec2seq: config({ input: vector, output: written }, { hidden: [4], decoder, embeddingSize: 3 }),
  "vec2seq, no hidden layer": config(
    { input: vector, output: written },
    { decoder: { ...decoder, cell: lstm, layers: 2 }, embeddingSize: 3 },
  ),
};

export function smallNetwork(
  name: string,
  precision: "float32" | "float64" = "float32",
  seed = 1,
): Network {
  // Weights far from zero, so that every path matters.
  const initial = { init: "uniform:0.6", forgetBias: null, chronoSteps: 4, seed } as const;
  return createNetwork(NETWORKS[name], initial, precision);
}
