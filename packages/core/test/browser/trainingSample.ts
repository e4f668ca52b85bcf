/** A training run, small but with all that draws or rounds: to be done alike in Node and in a page, on any number of threads. */
import {
  createLanguageModel,
  createWasmEngine,
  type Engine,
  encodeLanguageModel,
  findCell,
  generate,
  LanguageStream,
  quantise,
  train,
  Vocabulary,
} from "@cellstate/core";

const CELLS = ["lstm", "gru", "slstm"];

export interface Trained {
  readonly bytes: number[];
  readonly written: string;
  /** The model with int8 weights: its file, and its logits after a few tokens. */
  readonly int8: { readonly bytes: number[]; readonly logits: number[] };
}

/** For each cell the bytes of the model's file, and what it writes; the same in int8. */
export default async function trainSome(engine: Engine = createWasmEngine()): Promise<Trained[]> {
  const text = "My name is Krish. My brother's name is Wish. ".repeat(30);
  const vocabulary = Vocabulary.of([text], "characters");
  const documents = [{ name: "names", tokens: vocabulary.encode(text).tokens }];
  const results: Trained[] = [];
  for (const name of CELLS) {
    const sizes = { hiddenSize: 13, layers: 2, embeddingSize: 7, projectionSize: null };
    const model = createLanguageModel(
      { cell: findCell(name), vocabulary, ...sizes, dropout: 0.25, tieWeights: false },
      { init: "default", forgetBias: "chrono", chronoSteps: 20, seed: 1 },
    );
    const run = train(model, {
      engine,
      documents,
      validation: documents,
      length: { steps: 40 },
      batchSize: 6,
      window: 20,
      optimizer: { name: "adam", learningRate: 0.01 },
      schedule: "warmup:5+cosine",
      clip: { norm: 1 },
    });
    for await (const _ of run);
    const written = [...generate(model, { engine, length: 60, topP: 0.9, temperature: 0.8 })];
    const small = quantise(model);
    const stream = new LanguageStream(small, engine);
    const logits: number[] = [];
    for (const token of documents[0].tokens.slice(0, 9)) logits.push(...stream.step(token));
    results.push({
      bytes: [...encodeLanguageModel(model)],
      written: written.join(""),
      int8: { bytes: [...encodeLanguageModel(small)], logits },
    });
  }
  return results;
}
