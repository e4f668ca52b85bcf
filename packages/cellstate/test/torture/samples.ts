/** Small valid files of every sort, to be damaged: models of several cells, sizes and alphabets, and a checkpoint. */
import {
  type Cell,
  createLanguageModel,
  decodeCheckpoint,
  decodeLanguageModel,
  defineCell,
  encodeCheckpoint,
  encodeLanguageModel,
  findCell,
  type LanguageModel,
  type LanguageModelConfig,
  quantise,
  type TokenKind,
  Vocabulary,
} from "@cellstate/core";

/** What every sample is read as. */
export const FILE = "damaged.safetensors";

export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Reads a file of this sort; throws, or answers what can be done with it. */
  read(bytes: Uint8Array): { model: LanguageModel | null; write(): Uint8Array };
}

function model(
  cell: Cell,
  tokens: TokenKind,
  changes: Partial<LanguageModelConfig> = {},
  precision: "float32" | "float64" | "int8" = "float32",
): Sample {
  const text = 'the quick brown fox — jumps over ça "and" \\ über 𝄞\n';
  const config = {
    cell,
    vocabulary: Vocabulary.of([text], tokens),
    hiddenSize: 4,
    layers: 1,
    embeddingSize: 0,
    projectionSize: null,
    dropout: 0,
    tieWeights: false,
    ...changes,
  };
  const initial = { init: "uniform:0.08", forgetBias: null, chronoSteps: 50, seed: 1 } as const;
  const drawn = createLanguageModel(config, initial, precision === "int8" ? "float32" : precision);
  const made = precision === "int8" ? quantise(drawn) : drawn;
  made.training = { seed: 1, losses: [3.2, 1.5e-7], data: [{ name: "f.txt", bytes: 50 }] };
  return {
    name: `${cell.name}, ${tokens}, ${precision}`,
    bytes: encodeLanguageModel(made),
    read: (bytes) => {
      const model = decodeLanguageModel(bytes, FILE);
      return { model, write: () => encodeLanguageModel(model) };
    },
  };
}

const checkpoint: Sample = {
  name: "checkpoint",
  bytes: encodeCheckpoint({
    state: { step: 12, options: { seed: 1, rate: 0.002 }, losses: [1, 0.1 + 0.2], name: "é" },
    arrays: {
      weights: Float32Array.from({ length: 40 }, (_, i) => i / 7),
      best: Float64Array.of(0.1, Infinity, Number.NaN),
      order: Int32Array.of(-1, 7),
    },
  }),
  read: (bytes) => {
    const read = decodeCheckpoint(bytes, FILE);
    return { model: null, write: () => encodeCheckpoint(read) };
  },
};

export function makeSamples(): readonly Sample[] {
  return [
    model(findCell("lstm"), "characters"),
    model(findCell("lstm-torch"), "words", { layers: 2, embeddingSize: 4, tieWeights: true }),
    model(findCell("gru"), "characters", { embeddingSize: 3 }, "float64"),
    model(findCell("lstm-projection"), "characters", { projectionSize: 2, layers: 2 }),
    model(findCell("rnn"), "bytes", { hiddenSize: 2 }),
    model(defineCell("h[t] = tanh(W·[h[t-1], x[t]] + b_h)  # mine\n"), "characters"),
    model(findCell("lstm"), "characters", { embeddingSize: 3, layers: 2 }, "int8"),
    model(defineCell("h[t] = tanh(W·[h[t-1], x[t]] + b_h)\n"), "words", {}, "int8"),
    checkpoint,
  ];
}
