/** Files by hand, and the one line that a reader answers. */
import { expect } from "vitest";
import { CellstateError } from "../../src/errors.ts";
import type { LanguageModelMetadata, ModelFile } from "../../src/files/modelFile.ts";
import type { StoredTensor } from "../../src/files/safetensors.ts";

/** A safetensors file with just this header, valid or not, and this many bytes of data (0, 1, 2 …). */
export function fileOf(header: unknown, dataLength = 0): Uint8Array<ArrayBuffer> {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const encoded = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + encoded.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(encoded.length), true);
  bytes.set(encoded, 8);
  for (let i = 0; i < dataLength; i++) bytes[8 + encoded.length + i] = i;
  return bytes;
}

/** The message of the CellstateError that `read` throws; checks that it is one line. */
export function errorLine(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (!(error instanceof CellstateError)) throw error;
    expect(error.message).not.toMatch(/[\r\n\u2028\u2029]/);
    expect(error.message.length).toBeLessThan(400);
    return error.message;
  }
  return "no error";
}

export const metadata: LanguageModelMetadata = {
  cell: { name: "rnn", equations: "h[t] = tanh(W·x[t] + U·h[t-1] + b)\n" },
  config: {
    hiddenSize: 2,
    layers: 1,
    embeddingSize: 0,
    projectionSize: null,
    dropout: 0,
    tieWeights: false,
    vocabularySize: 3,
  },
  vocabulary: { tokens: "characters", items: ["a", '"', "é"] },
  training: { seed: 1, losses: [1.5, 0.1 + 0.2] },
  precision: "float32",
};

export const tensors: ReadonlyMap<string, StoredTensor> = new Map([
  ["rnn.weight_hh_l0", { shape: [2, 2], data: Float32Array.of(1, -2, 0.1, 3e-38) }],
  ["linear.bias", { shape: [3], data: Float32Array.of(0, -0, 1e38) }],
]);

export const model: ModelFile = { kind: "language-model", metadata, tensors };
