/** What a network is made of, and whether that fits together. */
import type { Cell } from "../cells/cell.ts";
import type { NumberHead, OutputPort, Ports } from "../data/examples.ts";
import { CellstateError } from "../errors.ts";
import type { AttentionKind } from "../layers/attention.ts";
import type { Regularisation } from "../layers/regularisation.ts";

export interface EncoderConfig {
  readonly cell: Cell;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly bidirectional: boolean;
}

export interface DecoderConfig {
  readonly cell: Cell;
  readonly hiddenSize: number;
  readonly layers: number;
  /** Over the encoder's outputs; "none" also for a vector input. */
  readonly attention: AttentionKind | "none";
}

export interface NetworkConfig extends Regularisation {
  readonly ports: Ports;
  /** Null exactly where the input is a vector. */
  readonly encoder: EncoderConfig | null;
  /** Null where there are as many outputs as inputs, or one. */
  readonly decoder: DecoderConfig | null;
  /** Units of feed-forward layers (relu) over a vector input, from below. */
  readonly hidden: readonly number[];
  /** Width of a learned vector a token, in and out; 0 for one-hot. */
  readonly embeddingSize: number;
  /** Of the encoder; a decoder begins with what the encoder hands over. */
  readonly initialStates: "zero" | "learned";
  /** While training: share of the input's numbers (of vectors or embeddings) dropped, 0 to below 1. */
  readonly inputDropout: number;
  /** Between layers, and before the heads. */
  readonly dropout: number;
  /** Of classes and tokens. */
  readonly labelSmoothing: number;
}

/** @throws CellstateError `option` for a configuration that contradicts itself or its ports. */
export function checkNetworkConfig(config: NetworkConfig): void {
  checkPorts(config.ports);
  const { ports, encoder, decoder, hidden, embeddingSize } = config;
  const { input, output } = ports;
  const isVector = input.kind === "vector";
  if (isVector !== (encoder === null)) {
    refuse(isVector ? "a vector input has no encoder" : "a sequence input needs an encoder");
  }
  if (hidden.length > 0 && !isVector) refuse("hidden layers are for a vector input");
  const decodes = output.kind === "tokens" || output.each === "outputStep";
  if (decodes !== (decoder !== null)) {
    refuse(decodes ? "an output of its own length needs a decoder" : "this output has no decoder");
  }
  if (isVector && output.kind !== "tokens" && output.each === "step") {
    refuse("a vector input has no steps to answer at");
  }
  if (isVector && decoder && decoder.attention !== "none") {
    refuse("attention needs a sequence to look at: a vector input has none");
  }
  if (decoder?.attention === "multiplicative" && output.kind === "numbers" && output.known === 0) {
    refuse("a decoder that is told nothing at its steps needs additive attention, or none");
  }
  if (output.kind === "tokens" && embeddingSize === 0) {
    refuse("a decoder of tokens needs an embedding; give embeddingSize 1 or more");
  }
  if (encoder?.bidirectional && input.kind === "tokens" && embeddingSize === 0) {
    refuse("a bidirectional encoder of tokens needs an embedding; give embeddingSize 1 or more");
  }
  const rates = [
    "inputDropout",
    "dropout",
    "recurrentDropout",
    "zoneout",
    "memoryZoneout",
  ] as const;
  for (const name of [...rates, "labelSmoothing"] as const) {
    const rate = config[name];
    if (!(rate >= 0 && rate < 1)) refuse(`${name}: expected 0 to below 1, got ${rate}`);
  }
  checkWhole("embeddingSize", embeddingSize, 0);
  const counts = {
    ...Object.fromEntries(hidden.map((units, index) => [`hidden[${index}]`, units])),
    ...(encoder && { "encoder.hiddenSize": encoder.hiddenSize, "encoder.layers": encoder.layers }),
    ...(decoder && { "decoder.hiddenSize": decoder.hiddenSize, "decoder.layers": decoder.layers }),
  };
  for (const [name, count] of Object.entries(counts)) checkWhole(name, count, 1);
}

function checkPorts({ input, output }: Ports): void {
  if (input.kind === "tokens") checkWhole("ports.input.size", input.size, 1);
  else checkWhole("ports.input.width", input.width, 1);
  if (output.kind === "numbers") {
    checkNumbers(output);
    return;
  }
  checkWhole("ports.output.size", output.size, 1);
  if (output.kind === "classes") return;
  for (const name of ["start", "end"] as const) {
    checkWhole(`ports.output.${name}`, output[name], 0);
    if (output[name] < output.size) continue;
    refuse(`ports.output.${name}: expected a token below ${output.size}, got ${output[name]}`);
  }
}

function checkNumbers({ width, heads, known, each }: OutputPort & { kind: "numbers" }): void {
  checkWhole("ports.output.width", width, 1);
  checkWhole("ports.output.known", known, 0);
  if (known > 0 && each !== "outputStep") {
    refuse(`ports.output.known: only a decoder is told ${known} numbers of each step`);
  }
  if (heads.length === 0) refuse("ports.output.heads: expected a head or more, got none");
  for (const [index, head] of heads.entries()) {
    // Names tell the heads' weights apart in a file.
    if (heads.findIndex(({ name }) => name === head.name) < index) {
      refuse(`ports.output.heads: "${head.name}" stands twice; give each head its own name`);
    }
    checkHead(head);
  }
}

function checkHead(head: NumberHead): void {
  if (head.loss === "huber" && !(head.delta > 0 && Number.isFinite(head.delta))) {
    refuse(`head "${head.name}": expected a delta above 0, got ${head.delta}`);
  }
  if (head.loss !== "quantile") return;
  const { levels, name } = head;
  if (levels.length > 0 && levels.every((level) => level > 0 && level < 1)) return;
  refuse(`head "${name}": expected levels above 0 and below 1, got ${levels.join(", ") || "none"}`);
}

function checkWhole(name: string, count: number, least: number): void {
  if (Number.isSafeInteger(count) && count >= least) return;
  refuse(`${name}: expected a whole number of ${least} or more, got ${count}`);
}

function refuse(what: string): never {
  throw new CellstateError("option", what);
}
