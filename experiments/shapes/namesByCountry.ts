/** seq2vec: the country of a name, beside a logistic regression on its n-grams that learns from and is judged by the same names. */

import {
  accuracy,
  bootstrap,
  confusionMatrix,
  createTaskModel,
  type Engine,
  findCell,
  fitTextClassificationTask,
  macroF1,
  Predictor,
  splitByKey,
  type TaskModel,
  type TextClassificationTask,
  trainTask,
} from "../../packages/core/src/index.ts";
import { type LabelledTexts, readNames, textBaseline } from "../baselines/namesByCountry.ts";
import {
  figureOf,
  follow,
  overSeeds,
  pick,
  type ShapeExperiment,
  type ShapeRun,
} from "./common.ts";

const SPLIT_SEED = 1;
const TEST = 0.2;
const SEEDS = [1, 2, 3];
/** A quick run takes one name in so many. */
const EVERY = 60;

/** Chosen on training names: see `choice`. */
const CELL = "gru";
const NETWORK = {
  hiddenSize: 256,
  embeddingSize: 64,
  dropout: 0.5,
  inputDropout: 0.2,
  recurrentDropout: 0.2,
  labelSmoothing: 0.1,
} as const;
const WEIGHTS = "sqrt";
const EPOCHS = 15;
const OPTIMIZER = { name: "adamw", learningRate: 0.003, weightDecay: 0.05 } as const;

export interface Names {
  readonly countries: readonly string[];
  readonly training: NamedCountries;
  readonly test: NamedCountries;
}

interface NamedCountries {
  readonly inputs: readonly string[];
  readonly targets: readonly string[];
}

/** The names, split by distinct name: one that several countries have stands on one side. */
export function splitNames(quick: boolean): Names {
  const { texts, labels, countries } = readNames();
  const some = texts.map((_, i) => i).filter((i) => !quick || i % EVERY === 0);
  const kept = pick(texts, some);
  const named = kept.map((_, i) => countries[labels[some[i]]]);
  const { training, held } = splitByKey(kept, TEST, SPLIT_SEED);
  const part = (indices: Int32Array) => ({
    inputs: pick(kept, indices),
    targets: pick(named, indices),
  });
  return { countries, training: part(training), test: part(held) };
}

/** Trains the classifier of the table: one seed, one model. */
export async function trainClassifier(
  { training }: Names,
  seed: number,
  { engine, quick, tell }: ShapeRun,
): Promise<{ readonly model: TaskModel<TextClassificationTask>; readonly seconds: number }> {
  const task = fitTextClassificationTask(
    { name: "names-by-country", ...training },
    { classWeights: WEIGHTS },
  );
  const model = createTaskModel(task, { ...NETWORK, cell: findCell(CELL), seed });
  const run = trainTask(model, training, null, {
    engine,
    seed,
    length: { epochs: quick ? 1 : EPOCHS },
    optimizer: OPTIMIZER,
    schedule: "cosine:0.02",
  });
  const { seconds } = await follow(run, `seed ${seed}`, tell);
  return { model, seconds };
}

/** The classes of the countries that a classifier finds for names. */
export function countriesFound(
  model: TaskModel<TextClassificationTask>,
  engine: Engine,
  names: readonly string[],
  countries: readonly string[],
): Int32Array {
  const found = new Predictor(model, engine).predict(names);
  return Int32Array.from(found, ({ label }) => countries.indexOf(label));
}

export const namesByCountry: ShapeExperiment = {
  name: "names-by-country",
  about: "The country of a name, beside a logistic regression; 10 minutes",
  data: ["names-by-country"],
  async run(options) {
    const { engine, quick, tell } = options;
    const names = splitNames(quick);
    const { countries, training, test } = names;
    const classes = (targets: readonly string[]) =>
      Int32Array.from(targets, (country) => countries.indexOf(country));
    const truth = classes(test.targets);

    const runs = [];
    for (const seed of quick ? [1] : SEEDS) {
      const { model, seconds } = await trainClassifier(names, seed, options);
      const found = countriesFound(model, engine, test.inputs, countries);
      const confusion = (sample?: Int32Array) =>
        confusionMatrix(truth, found, countries.length, sample);
      runs.push({
        seed,
        macroF1: bootstrap(truth.length, (sample) => macroF1(confusion(sample)), { seed: 1 }),
        accuracy: accuracy(confusion()),
        seconds,
        parameters: model.network.parameterCount,
      });
      tell(`seed ${seed}: macro-F1 ${runs[runs.length - 1].macroF1.value.toFixed(4)}`);
    }

    const texts = ({ inputs, targets }: Names["test"]): LabelledTexts => ({
      texts: inputs,
      labels: classes(targets),
    });
    const baselines = [true, false].map((weighted) =>
      textBaseline(texts(training), texts(test), countries.length, { weighted, seed: SPLIT_SEED }),
    );
    const [weighted, plain] = baselines;
    const ours = overSeeds(
      runs.map((run) => run.macroF1.value),
      "number",
    );
    return {
      choice:
        "of 12 (LSTM and GRU; 64 to 256 units, one layer or two; classes weighted in balance or by square roots; dropout on inputs, outputs and states, label smoothing, weight decay; 12 to 20 epochs) by macro-F1 on held-out training names, the first five by the mean of two splits, the others of three: 0.521",
      rows: [
        {
          shape: "seq2vec",
          task: "the country of a name",
          data: `names-by-country: ${training.inputs.length} names, ${test.inputs.length} others, ${countries.length} countries`,
          measure: `macro-F1, mean of ${runs.length} seeds`,
          ours,
          beside: [
            {
              name: "logistic regression on 1–4-grams, weighted",
              ...figureOf(weighted.macroF1),
            },
            { name: "not weighted", ...figureOf(plain.macroF1) },
          ],
          limit: {
            text: "above the weighted regression",
            met: ours.value > weighted.macroF1.value,
          },
          seeds: runs.map((run) => run.seed),
          seconds: runs.reduce((sum, run) => sum + run.seconds, 0),
          parameters: runs[0].parameters,
          settings: `${CELL}, one layer of ${NETWORK.hiddenSize} units each way, ${Object.entries(
            NETWORK,
          )
            .slice(1)
            .map(([name, value]) => `${name} ${value}`)
            .join(
              ", ",
            )}, classes weighted by the square root of what would balance them, adamw ${OPTIMIZER.learningRate}, weight decay ${OPTIMIZER.weightDecay}, cosine:0.02, batches of 32, ${EPOCHS} epochs`,
        },
      ],
      details: { cell: CELL, network: NETWORK, weights: WEIGHTS, epochs: EPOCHS, runs, baselines },
    };
  },
};
