/**
 * The LSTM with one part taken away at a time, as Greff et al. (2015) did it on speech, handwriting and music: here on a
 * character model and on spoken vowels, which take seconds.
 */
import { readFileSync } from "node:fs";
import { readSeriesText } from "../../packages/cellstate/src/data/seriesText.ts";
import {
  CellstateError,
  createLanguageModel,
  createTaskModel,
  createWasmEngine,
  evaluate,
  findCell,
  fitSequenceClassificationTask,
  Predictor,
  type SeriesInput,
  splitByLabel,
  splitDocuments,
  type TrainingEvent,
  train,
  trainTask,
  Vocabulary,
} from "../../packages/core/src/index.ts";
import { dataPath, pick, toArray } from "../shapes/common.ts";
import type { PaperTask, Run, RunOptions } from "../task.ts";
import { odysseyReport } from "./odysseyReport.ts";

export type OdysseyData = "tinyshakespeare" | "japanese-vowels";

export type OdysseySettings = {
  readonly data: OdysseyData;
  readonly cell: string;
  readonly learningRate: number;
  readonly seed: number;
  /** Updates of the character model, or epochs of the vowels. */
  readonly length: number;
};

/** All null where the training came to a loss that is no number. */
export type OdysseyResult = {
  readonly parameters: number;
  /** Loss on what was held out of the training part, nats: the learning rate is chosen by it. */
  readonly heldLoss: number | null;
  /** Loss on what nothing was chosen by, nats a character or a recording. */
  readonly loss: number | null;
  /** Share of the recordings; null for characters. */
  readonly accuracy: number | null;
};

/** In Greff et al.'s order, the vanilla block first. Each file of the zoo says what it leaves out. */
export const ODYSSEY_CELLS: readonly { readonly cell: string; readonly change: string }[] = [
  { cell: "lstm-peephole", change: "vanilla: the LSTM with peepholes" },
  { cell: "lstm-nig", change: "no input gate: i = 1" },
  { cell: "lstm-nfg", change: "no forget gate: f = 1" },
  { cell: "lstm-nog", change: "no output gate: o = 1" },
  { cell: "lstm-niaf", change: "no input activation: g not squashed" },
  { cell: "lstm-noaf", change: "no output activation: h = o ∘ c" },
  { cell: "lstm-cifg", change: "coupled gates: f = 1 − i" },
  { cell: "lstm", change: "no peepholes: the LSTM as it is taught" },
  { cell: "lstm-fgr", change: "full gate recurrence: gates read all gates" },
];

/** Each cell has each: what one cell needs makes another diverge. */
export const ODYSSEY_RATES: Readonly<Record<OdysseyData, readonly number[]>> = {
  tinyshakespeare: [0.005, 0.01, 0.02, 0.04, 0.08],
  "japanese-vowels": [0.003, 0.01, 0.03],
};
const LENGTHS: Readonly<Record<OdysseyData, number>> = {
  tinyshakespeare: 1200,
  "japanese-vowels": 40,
};
const QUICK_LENGTHS: Readonly<Record<OdysseyData, number>> = {
  tinyshakespeare: 2,
  "japanese-vowels": 1,
};
export const ODYSSEY_DATA: readonly OdysseyData[] = ["tinyshakespeare", "japanese-vowels"];
export const ODYSSEY_SEEDS = 5;
const HIDDEN_SIZE = 64;

/** Of the character model: rows side by side and steps of a window, so that a step learns from 2,500 characters. */
const TEXT = { batchSize: 50, window: 50 } as const;
const CLIP = { norm: 5 } as const;
const SCHEDULE = "cosine:0.05";

export const odyssey: PaperTask<OdysseySettings, OdysseyResult> = {
  name: "odyssey",
  title: "Search Space Odyssey: which parts of the LSTM matter",
  about:
    "Eight variants of the LSTM, each with one part taken away, coupled or added, beside the vanilla block, on tinyshakespeare (1×64, 3,000,000 characters read) and on japanese-vowels (1×64, 40 epochs): five seeds each.",
  source: "K. Greff et al., 2015, LSTM: A Search Space Odyssey (arXiv:1503.04069)",
  criterion:
    "A table with intervals. The paper searches at random for each variant's hyperparameters on TIMIT, IAM and JSB; here the learning rate alone is chosen, of three or five, by held-out loss, for each variant; the loss reported is of other held-out data.",
  data: ["tinyshakespeare.txt", "japanese-vowels"],
  published: ["greff15-variants", "greff15-critical", "greff15-cheap"],

  runs({ seeds, quick }: RunOptions): readonly Run<OdysseySettings>[] {
    const runs: Run<OdysseySettings>[] = [];
    for (let seed = 1; seed <= (seeds ?? (quick ? 1 : ODYSSEY_SEEDS)); seed++) {
      for (const data of ODYSSEY_DATA) {
        const length = (quick ? QUICK_LENGTHS : LENGTHS)[data];
        for (const { cell } of ODYSSEY_CELLS) {
          const rates = ODYSSEY_RATES[data];
          for (const learningRate of quick ? rates.slice(0, 1) : rates) {
            const settings = { data, cell, learningRate, seed, length };
            runs.push({ key: `${data} ${cell} rate ${learningRate} seed ${seed}`, settings });
          }
        }
      }
    }
    return runs;
  },

  async run(settings, say) {
    const learn = settings.data === "tinyshakespeare" ? learnCharacters : learnVowels;
    const result = await learn(settings);
    say(`loss ${result.loss ?? "not finite"}`);
    return result;
  },

  report: odysseyReport,
};

async function learnCharacters(settings: OdysseySettings): Promise<OdysseyResult> {
  const { cell, learningRate, seed, length } = settings;
  const text = readFileSync(dataPath("tinyshakespeare.txt"), "utf8");
  const vocabulary = Vocabulary.of([text], "characters");
  const { tokens } = vocabulary.encode(text);
  // 50 stretches are held out: every other one chooses, the rest judge.
  const { training, validation } = splitDocuments([{ name: "tinyshakespeare", tokens }], 0.1, 1);
  const model = createLanguageModel(
    {
      ...{ cell: findCell(cell), vocabulary, hiddenSize: HIDDEN_SIZE, layers: 1 },
      ...{ embeddingSize: 0, projectionSize: null, dropout: 0, tieWeights: false },
    },
    { init: "default", forgetBias: null, chronoSteps: TEXT.window, seed },
  );
  const engine = createWasmEngine();
  const finite = await follow(
    train(model, {
      engine,
      documents: training,
      length: { steps: length },
      optimizer: { name: "adam", learningRate },
      schedule: SCHEDULE,
      clip: CLIP,
      seed,
      ...TEXT,
    }),
  );
  const lossOf = (rest: number): number =>
    evaluate(
      model,
      engine,
      validation.filter((_, index) => index % 2 === rest),
    ).loss;
  return {
    parameters: model.parameterCount,
    heldLoss: finite ? rounded(lossOf(0)) : null,
    loss: finite ? rounded(lossOf(1)) : null,
    accuracy: null,
  };
}

async function learnVowels(settings: OdysseySettings): Promise<OdysseyResult> {
  const { cell, learningRate, seed, length } = settings;
  const [known, test] = await Promise.all([readVowels("TRAIN"), readVowels("TEST")]);
  const split = splitByLabel(known.targets, 0.2, seed);
  const part = (indices: Int32Array): Vowels => ({
    inputs: pick(known.inputs, indices),
    targets: pick(known.targets, indices),
  });
  const training = part(split.training);
  const task = fitSequenceClassificationTask({ name: "japanese-vowels", ...training });
  const model = createTaskModel(task, {
    ...{ cell: findCell(cell), hiddenSize: HIDDEN_SIZE, layers: 1, bidirectional: false },
    ...{ dropout: 0, seed },
  });
  const engine = createWasmEngine();
  const finite = await follow(
    trainTask(model, training, null, {
      engine,
      length: { epochs: length },
      batchSize: 16,
      optimizer: { name: "adam", learningRate },
      schedule: SCHEDULE,
      clip: CLIP,
      seed,
    }),
  );
  const predictor = new Predictor(model, engine);
  const judged = ({ inputs, targets }: Vowels) => {
    const predictions = predictor.predict(inputs);
    let loss = 0;
    let right = 0;
    for (const [index, { label, probabilities }] of predictions.entries()) {
      loss -= Math.log(Math.max(LEAST, probabilities.get(targets[index]) ?? 0));
      if (label === targets[index]) right++;
    }
    return { loss: rounded(loss / targets.length), accuracy: rounded(right / targets.length) };
  };
  return {
    parameters: model.network.parameterCount,
    heldLoss: finite ? judged(part(split.held)).loss : null,
    ...(finite ? judged(test) : { loss: null, accuracy: null }),
  };
}

/** The least float32 of full precision: a probability of 0 is below it. */
const LEAST = 1.18e-38;

interface Vowels {
  readonly inputs: readonly SeriesInput[];
  readonly targets: readonly string[];
}

async function readVowels(part: "TRAIN" | "TEST"): Promise<Vowels> {
  const file = await readSeriesText(dataPath(`japanese-vowels/JapaneseVowels_${part}.ts`));
  if (file.labels === null) throw new Error("JapaneseVowels: no labels");
  return { inputs: toArray(file.series), targets: toArray(file.labels) };
}

/** @returns False where a loss or gradient came to be no number: then there is nothing to judge. */
async function follow(run: AsyncIterable<TrainingEvent>): Promise<boolean> {
  try {
    for await (const _ of run);
    return true;
  } catch (error) {
    if (error instanceof CellstateError && error.code === "not-finite") return false;
    throw error;
  }
}

const rounded = (value: number): number => Math.round(value * 1e5) / 1e5;
