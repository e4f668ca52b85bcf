/** Models of three shapes, trained on a few made-up examples and asked: to be done alike in Node and in a page, on any number of threads. */
import {
  createTaskModel,
  createWasmEngine,
  type Engine,
  encodeTaskModel,
  findCell,
  fitGenerationTask,
  fitTextClassificationTask,
  fitTransductionTask,
  Predictor,
  trainTask,
} from "@cellstate/core";

export interface TrainedShape {
  readonly bytes: number[];
  /** As JSON. */
  readonly predictions: string;
}

const WORDS = ["stone", "river", "sand", "moor", "hill", "oak", "elm", "fern", "reed", "moss"];
const OPTIONS = { length: { epochs: 4 }, batchSize: 3 } as const;

export default async function trainShapes(
  engine: Engine = createWasmEngine(),
): Promise<TrainedShape[]> {
  const reversed = WORDS.map((word) => [...word].toReversed().join(""));
  const kinds = WORDS.map((_, i) => (i < 5 ? "earth" : "plant"));
  const options = { ...OPTIONS, engine };
  const regular = { recurrentDropout: 0.2, zoneout: 0.1, memoryZoneout: 0.3, dropout: 0.2 };

  const classify = createTaskModel(
    fitTextClassificationTask({ name: "words", inputs: WORDS, targets: kinds }),
    { hiddenSize: 9, layers: 2, embeddingSize: 5, initialStates: "learned", ...regular },
  );
  const kindly = { inputs: WORDS, targets: kinds };
  for await (const _ of trainTask(classify, kindly, kindly, options));

  const reverse = createTaskModel(
    fitTransductionTask({ name: "words", inputs: WORDS, targets: reversed }),
    {
      hiddenSize: 7,
      embeddingSize: 6,
      attention: "additive",
      decoderCell: findCell("gru"),
      ...regular,
    },
  );
  const pairs = { inputs: WORDS, targets: reversed };
  for await (const _ of trainTask(reverse, pairs, pairs, {
    ...options,
    scheduledSampling: () => 0.3,
  }));

  const write = createTaskModel(
    fitGenerationTask({ name: "kinds", inputs: kinds, targets: WORDS }),
    { hiddenSize: 8, embeddingSize: 5 },
  );
  const named = { inputs: kinds, targets: WORDS };
  for await (const _ of trainTask(write, named, named, options));

  const sampling = { seed: 3, temperature: 0.8 };
  const shown = (value: unknown): string =>
    JSON.stringify(value, (_, inner: unknown) => (inner instanceof Map ? [...inner] : inner));
  return [
    {
      bytes: [...encodeTaskModel(classify)],
      predictions: shown(new Predictor(classify, engine).predict(WORDS)),
    },
    {
      bytes: [...encodeTaskModel(reverse)],
      predictions: shown(
        new Predictor(reverse, engine, { writing: { beamSize: 3 } }).predict(WORDS),
      ),
    },
    {
      bytes: [...encodeTaskModel(write)],
      predictions: shown(new Predictor(write, engine, { writing: { sampling } }).predict(kinds)),
    },
  ];
}
