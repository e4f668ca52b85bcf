/**
 * Forecasting: the last week of a series in, the next day out, with a band. How much electricity will the town need?
 *
 * The series is made up: a day's and a week's ups and downs, a trend, weather that wanders, noise, and hours that are missing.
 * `fitForecasting` splits it by time (what is to come must not be learnt from), scales it by its training part alone, and marks
 * what is missing. The forecast stands beside two that need no model; one that does not beat them is no model.
 *
 *     npm run example -- forecast [--quick]
 */
import {
  baselineForecasts,
  collectForecasts,
  coverageSums,
  createWasmEngine,
  errorSums,
  type Forecast,
  fitForecasting,
  learnForecast,
  meanOf,
  NetworkRunner,
  Predictor,
  RandomStream,
  regressionScores,
  streamKey,
  type Table,
  total,
} from "cellstate";

const quick = process.argv.includes("--quick");
const random = new RandomStream(streamKey(1, "load"));
/** Of mean 0 and deviation 0.5. */
const noise = (): number => random.uniform() + random.uniform() + random.uniform() - 1.5;

/** Megawatts by the hour. NaN is a missing value: one hour in fifty. */
function makeUpLoad(hours: number): number[] {
  let weather = 0;
  return Array.from({ length: hours }, (_, hour) => {
    weather = 0.98 * weather + noise();
    const day =
      12 * Math.sin((2 * Math.PI * (hour - 8)) / 24) + 5 * Math.sin((4 * Math.PI * hour) / 24);
    const weekend = Math.floor(hour / 24) % 7 >= 5 ? -15 : 0;
    const load = 100 + 0.002 * hour + day + weekend + 2 * weather + 2 * noise();
    return random.uniform() < 0.02 ? Number.NaN : load;
  });
}

const rows = quick ? 24 * 7 * 26 : 24 * 365;
const monday = Date.UTC(2024, 0, 1) / 1000;
const times = Array.from({ length: rows }, (_, hour) => monday + 3600 * hour);
const table: Table = {
  name: "load",
  rows,
  columns: [
    { kind: "time", name: "hour", values: times },
    { kind: "number", name: "load", values: makeUpLoad(rows) },
  ],
};

const options = { target: "load", unit: "MW", history: 168, horizon: 24, season: 168 } as const;
const { task, series, parts } = fitForecasting(table, options); // quantiles 10, 50 and 90 % unless told otherwise
const engine = createWasmEngine();
const training = series.windows(parts.training, quick ? 4 : 1); // each with its history and its 24 hours to come
console.log(
  `${training.length} windows to learn from, ${series.windows(parts.validation).length} to choose and calibrate by`,
);

// Adam, a rate that falls, clipped gradients; the weights that do best on the validation part, whose errors also move the bands until
// they cover what they promise.
const model = await learnForecast(
  { task, series, parts },
  {
    engine,
    stride: quick ? 4 : 1,
    optimizer: { name: "adam", learningRate: 0.01 },
    length: { epochs: quick ? 12 : 8 },
    model: { hiddenSize: quick ? 24 : 32 },
    onEvent(event) {
      if (event.kind !== "validation") return;
      console.log(`epoch ${event.progress.epoch}: validation loss ${event.loss.toFixed(3)}`);
    },
  },
);

// The last fifth of the time, which nothing above has seen.
const test = series.windows(parts.test);
const answers = new NetworkRunner(model.network, engine).outputs(model.task.examples(test));
const ours = collectForecasts(model.task, test, answers);
const { persistence, seasonal, truth } = baselineForecasts(test);
const { horizon } = options;
console.log(`\nthe next ${horizon} hours, ${test.length} times over   RMSE    MAE`);
const compared = {
  "as the last hour": persistence,
  "as a week ago": seasonal,
  "this model": ours.values,
};
for (const [name, values] of Object.entries(compared)) {
  const { rmse, mae } = regressionScores(total(errorSums(values, truth, horizon)));
  console.log(`${name.padEnd(34)}${rmse.toFixed(2).padStart(6)} ${mae.toFixed(2).padStart(6)}`);
}
const [low, , high] = ours.bands;
const covered = meanOf(total(coverageSums(low.values, high.values, truth, horizon)));
console.log(`the 80 % band holds ${(100 * covered).toFixed(1)} % of the hours`);

// What comes after the table's end. A program would give `predictOne` its own newest rows, a week of them at least.
const next: Forecast = new Predictor(model, engine).predictOne(table);
console.log(`\nthe day to come, ${next.unit}`);
for (let hour = 0; hour < horizon; hour += 4) {
  const [from, , to] = next.bands.map(({ values }) => values[hour].toFixed(1));
  const time = new Date(1000 * next.times[hour]).toISOString().slice(0, 16).replace("T", " ");
  console.log(`${time}  ${next.values[hour].toFixed(1)}   80 %: ${from} to ${to}`);
}
