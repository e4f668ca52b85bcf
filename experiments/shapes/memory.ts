/**
 * vec2vec: the air of the next hour from this hour's row alone, and what memory is worth: the same from the rows of the last day, by a
 * recurrent network. Both read the same numbers of an hour, learn the same target from the same hours and are judged by the same ones.
 */
import { readTable } from "../../packages/cellstate/src/data/readTable.ts";
import {
  bootstrapSums,
  createTaskModel,
  fitRowRegressionTask,
  fitSequenceRegressionTask,
  Predictor,
  type Sums,
  sumsOf,
  type Table,
  trainTask,
  valuesAt,
} from "../../packages/core/src/index.ts";
import {
  dataPath,
  type Figure,
  figureOf,
  follow,
  mean,
  type ShapeExperiment,
  type ShapeRun,
} from "./common.ts";

const FILE = "beijing-pm25.csv";
const TARGET = "pm2.5";
const SEEDS = [1, 2, 3];
/** Hours that the network with memory reads, the present one included. */
const HISTORY = 24;
/** Of the hours, at the end; and of them before, to choose the best weights by. */
const TEST = 0.2;
const VALIDATION = 0.1;
/** Hours drawn together where intervals are estimated: a day's errors resemble one another. */
const BLOCK = 24;
/** A quick run reads so many hours. */
const FEW = 600;

/** Chosen on the validation hours: see `choice`. */
const ROWS = {
  network: { hiddenSize: 128, layers: 3, dropout: 0.1 },
  training: { batchSize: 256, learningRate: 0.003, epochs: 12 },
} as const;
const SEQUENCES = {
  network: { hiddenSize: 128, dropout: 0.2, recurrentDropout: 0.3, bidirectional: false },
  training: { batchSize: 128, learningRate: 0.001, epochs: 15 },
} as const;

/** The series as numbers, an hour a row; NaN where missing. */
interface Hours {
  readonly names: readonly string[];
  /** [hours, names], row by row. */
  readonly values: Float32Array;
  readonly target: Float64Array;
}

export const memory: ShapeExperiment = {
  name: "memory",
  about: "The next hour's air from the present row, with memory and without; 6 minutes",
  data: [FILE],
  async run(options) {
    const table = await readTable(dataPath(FILE));
    const hours = readHours(table, options.quick ? FEW : table.rows);
    const count = hours.target.length;
    const testFrom = count - Math.round(count * TEST);
    const validationFrom = testFrom - Math.round(count * VALIDATION);
    // Hours to be told of, by the index of the hour before: both are known.
    const between = (from: number, to: number): Int32Array => {
      const known = (hour: number) => !Number.isNaN(hours.target[hour]);
      const at = Array.from({ length: to - from }, (_, i) => from + i - 1);
      return Int32Array.from(
        at.filter((hour) => hour >= HISTORY - 1 && known(hour) && known(hour + 1)),
      );
    };
    const parts = {
      training: between(0, validationFrom),
      validation: between(validationFrom, testFrom),
      test: between(testFrom, count),
    };
    const plain = await learnRows(hours, parts, options);
    const recurrent = await learnSequences(hours, parts, options);

    const test = Array.from(parts.test);
    const persistence = rmse(
      squares([test.map((hour) => hours.target[hour])], truthOf(hours, parts.test)),
    );
    const data = `beijing-pm25: ${parts.training.length + parts.validation.length} hours, the ${test.length} that are known of the last fifth`;
    const measure = `RMSE in µg/m³ one hour ahead, mean of ${plain.seeds.length} seeds`;
    const common = { data, measure, seeds: plain.seeds } as const;
    return {
      rows: [
        {
          ...common,
          shape: "vec2vec",
          task: "the next hour's pm2.5 from the present row",
          ours: plain.rmse,
          beside: [
            { name: `with the last ${HISTORY} hours (next row)`, ...recurrent.rmse },
            { name: "persistence", ...persistence },
          ],
          limit: null,
          seconds: plain.seconds,
          parameters: plain.parameters,
          settings: `${ROWS.network.layers} feed-forward layers of ${ROWS.network.hiddenSize}, dropout ${ROWS.network.dropout}, ${trainingText(ROWS.training)}`,
        },
        {
          ...common,
          shape: "seq2vec",
          task: `the same with memory: the last ${HISTORY} rows`,
          ours: recurrent.rmse,
          beside: [
            { name: "without (row above)", ...plain.rmse },
            { name: "persistence", ...persistence },
          ],
          limit: {
            text: "the table shows what memory is worth",
            met: true,
          },
          seconds: recurrent.seconds,
          parameters: recurrent.parameters,
          settings: `LSTM, one layer of ${SEQUENCES.network.hiddenSize}, dropout ${SEQUENCES.network.dropout}, recurrent dropout ${SEQUENCES.network.recurrentDropout}, ${trainingText(SEQUENCES.training)}`,
        },
      ],
      choice:
        "of five settings each (32 to 256 units, one to three layers, dropout, rate 0.001 to 0.003) by the RMSE of one seed on the validation hours",
      notes: [
        `Of the row's RMSE memory takes off ${difference(plain, recurrent)}: without it less with it, on the same resampled days.`,
        "Both learn the change from this hour to the next, with squared error. An hour is told by its numbers, its wind's direction as four numbers of 0 or 1, and sine and cosine of its hour and its day of the year.",
      ],
      details: {
        history: HISTORY,
        hours: Object.fromEntries(
          Object.entries(parts).map(([name, { length }]) => [name, length]),
        ),
        withoutMemory: { ...plain, errors: undefined },
        withMemory: { ...recurrent, errors: undefined },
        persistence,
      },
    };
  },
};

interface Parts {
  readonly training: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

interface Learnt {
  readonly seeds: readonly number[];
  readonly rmse: Figure;
  readonly validation: readonly (number | null)[];
  readonly errors: Sums;
  readonly seconds: number;
  readonly parameters: number;
}

async function learnRows(hours: Hours, parts: Parts, options: ShapeRun): Promise<Learnt> {
  const { names, values } = hours;
  const width = names.length;
  const rows = Array.from(hours.target, (_, hour) =>
    Object.fromEntries(names.map((name, i) => [name, values[hour * width + i]])),
  );
  const part = (at: Int32Array) => ({ inputs: valuesAt(rows, at), targets: changes(hours, at) });
  const task = fitRowRegressionTask({ name: FILE, ...part(parts.training) });
  return learnSeeds(hours, parts, options, "without memory", async (seed) => {
    const model = createTaskModel(task, { ...ROWS.network, seed });
    const run = trainTask(model, part(parts.training), part(parts.validation), {
      ...training(ROWS.training, seed, options),
    });
    const followed = await follow(run, `without memory, seed ${seed}`, options.tell);
    const predictor = new Predictor(model, options.engine);
    return {
      ...followed,
      parameters: model.network.parameterCount,
      predicted: predictor.predict(valuesAt(rows, parts.test)).map(({ value }) => value),
    };
  });
}

async function learnSequences(hours: Hours, parts: Parts, options: ShapeRun): Promise<Learnt> {
  const { names, values } = hours;
  const width = names.length;
  const windows = {
    length: hours.target.length,
    at: (hour: number) => ({
      steps: HISTORY,
      values: values.subarray((hour + 1 - HISTORY) * width, (hour + 1) * width),
    }),
  };
  const part = (at: Int32Array) => ({ inputs: valuesAt(windows, at), targets: changes(hours, at) });
  const task = fitSequenceRegressionTask(
    { name: FILE, ...part(parts.training) },
    { columns: names },
  );
  return learnSeeds(hours, parts, options, "with memory", async (seed) => {
    const model = createTaskModel(task, { ...SEQUENCES.network, seed });
    const run = trainTask(model, part(parts.training), part(parts.validation), {
      ...training(SEQUENCES.training, seed, options),
    });
    const followed = await follow(run, `with memory, seed ${seed}`, options.tell);
    const predictor = new Predictor(model, options.engine);
    return {
      ...followed,
      parameters: model.network.parameterCount,
      predicted: predictor.predict(valuesAt(windows, parts.test)).map(({ value }) => value),
    };
  });
}

async function learnSeeds(
  hours: Hours,
  { test }: Parts,
  { quick, tell }: ShapeRun,
  what: string,
  learnOne: (seed: number) => Promise<{
    readonly seconds: number;
    readonly bestLoss: number | null;
    readonly parameters: number;
    /** The change to the next hour. */
    readonly predicted: readonly number[];
  }>,
): Promise<Learnt> {
  const seeds = quick ? [1] : SEEDS;
  const runs = [];
  for (const seed of seeds) runs.push(await learnOne(seed));
  const forecasts = runs.map(({ predicted }) =>
    predicted.map((change, i) => hours.target[test[i]] + change),
  );
  const errors = squares(forecasts, truthOf(hours, test));
  const scored = rmse(errors);
  tell(`${what}: RMSE ${scored.value.toFixed(3)}`);
  return {
    seeds,
    rmse: scored,
    validation: runs.map(({ bestLoss }) => bestLoss),
    errors,
    seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0),
    parameters: runs[0].parameters,
  };
}

/** By hour, the squared errors of each seed's forecasts. */
function squares(forecasts: readonly (readonly number[])[], truth: readonly number[]): Sums {
  const rows = truth.map((value, i) => [1, ...forecasts.map((of) => (of[i] - value) ** 2)]);
  return sumsOf(rows, 1 + forecasts.length);
}

/** The mean of the seeds' RMSE. */
function meanRmse(sums: ArrayLike<number>): number {
  const [count, ...squared] = Array.from(sums);
  return mean(squared.map((sum) => Math.sqrt(sum / count)));
}

function rmse(sums: Sums): Figure {
  return figureOf(bootstrapSums(sums, meanRmse, { block: BLOCK, seed: 1 }));
}

/** What memory takes off the RMSE, with its interval: both networks on the same resampled days. */
function difference(plain: Learnt, recurrent: Learnt): string {
  const seeds = plain.seeds.length;
  const rows = Array.from({ length: plain.errors.count }, (_, i) => [
    ...plain.errors.values.subarray(i * (seeds + 1), (i + 1) * (seeds + 1)),
    ...recurrent.errors.values.subarray(i * (seeds + 1), (i + 1) * (seeds + 1)),
  ]);
  const { value, low, high } = bootstrapSums(
    sumsOf(rows, 2 * (seeds + 1)),
    (sums) => meanRmse(sums.subarray(0, seeds + 1)) - meanRmse(sums.subarray(seeds + 1)),
    { block: BLOCK, seed: 1 },
  );
  return `${value.toFixed(2)} µg/m³ [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

/** From each hour to the next. */
function changes({ target }: Hours, at: Int32Array): number[] {
  return Array.from(at, (hour) => target[hour + 1] - target[hour]);
}

function truthOf({ target }: Hours, at: Int32Array): number[] {
  return Array.from(at, (hour) => target[hour + 1]);
}

function readHours({ columns }: Table, rows: number): Hours {
  const read: { readonly name: string; at(row: number): number }[] = [];
  let target: Float64Array | null = null;
  for (const column of columns) {
    const { name, values } = column;
    const number = (row: number) => Number(values.at(row));
    if (column.kind === "number") {
      read.push({ name, at: number });
      if (name === TARGET) target = Float64Array.from({ length: rows }, (_, row) => number(row));
    } else if (column.kind === "text") {
      for (const word of wordsOf(column.values, rows)) {
        read.push({ name: `${name} ${word}`, at: (row) => (values.at(row) === word ? 1 : 0) });
      }
    } else {
      const DAY = 86_400;
      for (const [round, seconds] of Object.entries({ hour: DAY, day: 365.25 * DAY })) {
        const angle = (row: number) => (2 * Math.PI * number(row)) / seconds;
        read.push({ name: `sine of the ${round}`, at: (row) => Math.sin(angle(row)) });
        read.push({ name: `cosine of the ${round}`, at: (row) => Math.cos(angle(row)) });
      }
    }
  }
  if (target === null) throw new Error(`${FILE}: no column ${TARGET}`);
  const values = new Float32Array(rows * read.length);
  read.forEach((column, i) => {
    for (let row = 0; row < rows; row++) values[row * read.length + i] = column.at(row);
  });
  return { names: read.map(({ name }) => name), values, target };
}

function wordsOf(
  values: { readonly length: number; at(index: number): string | undefined },
  rows: number,
): string[] {
  const words = new Set<string>();
  for (let row = 0; row < rows; row++) words.add(values.at(row) ?? "");
  return [...words].sort();
}

type Training = (typeof ROWS | typeof SEQUENCES)["training"];

function training(
  { batchSize, learningRate, epochs }: Training,
  seed: number,
  { engine, quick }: ShapeRun,
) {
  return {
    engine,
    seed,
    batchSize,
    optimizer: { name: "adam", learningRate },
    schedule: "cosine:0.02",
    length: { epochs: quick ? 1 : epochs },
  } as const;
}

function trainingText({ batchSize, learningRate, epochs }: Training): string {
  return `adam ${learningRate}, cosine:0.02, batches of ${batchSize}, ${epochs} epochs, the best by validation`;
}
