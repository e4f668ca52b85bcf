/** What forecasts reach on windows that they have not seen, beside the naive forecasts of exactly the same hours. */
import {
  type BootstrapOptions,
  baselineForecasts,
  bootstrapSums,
  collectForecasts,
  coverageSums,
  errorSums,
  type FittedForecasting,
  type ForecastingTask,
  type ForecastWindow,
  meanOf,
  type NetworkRunner,
  pinballSums,
  regressionScores,
  type Sums,
  sumsOf,
  type Values,
} from "../../packages/core/src/index.ts";
/** A forecaster and what its validation part taught about its bands. */
export interface Forecaster {
  readonly fitted: FittedForecasting;
  /** Calibrated. */
  readonly task: ForecastingTask;
  readonly runner: NetworkRunner;
  readonly seconds: number;
  readonly steps: number;
  readonly validationLoss: number | null;
  readonly parameters: number;
}

/** Forecasts of all windows, the truths, and the naive forecasts. */
export function forecast({ task, runner }: Forecaster, windows: Values<ForecastWindow>) {
  const outputs = runner.outputs(task.examples(windows));
  return {
    ...baselineForecasts(windows),
    ...collectForecasts(task, windows, outputs),
    horizon: task.config.horizon,
  };
}

export type Forecasts = ReturnType<typeof forecast>;

/** Drawn together where intervals are estimated: the air of a day resembles that of the days beside it. A week. */
const BOOTSTRAP: BootstrapOptions = { block: 168 };

/** One step ahead (from 0), or all of a window. */
export type Steps = number | "all";

/** The numbers of a step of all windows. */
function column(values: Float64Array, steps: Steps, horizon: number): Float64Array {
  if (steps === "all") return values;
  return Float64Array.from(
    { length: values.length / horizon },
    (_, window) => values[window * horizon + steps],
  );
}

/** What forecasts reach at some steps ahead, with the naive ones of the same hours. @param unit Of MASE. */
export function judge(forecasts: Forecasts, steps: Steps, unit: number) {
  const { horizon, bands } = forecasts;
  const width = steps === "all" ? horizon : 1;
  const of = (values: Float64Array): Float64Array => column(values, steps, horizon);
  const truth = of(forecasts.truth);
  const values = of(forecasts.values);
  const estimate = (sums: Sums, statistic: (sums: Float64Array) => number) =>
    bootstrapSums(sums, statistic, BOOTSTRAP);
  const rmseOf = (sums: ArrayLike<number>) => regressionScores(sums).rmse;
  const errors = errorSums(values, truth, width);
  const naive = (predicted: Float64Array) => {
    const theirs = errorSums(of(predicted), truth, width);
    const both = sideBySide(theirs, errors);
    return {
      rmse: estimate(theirs, rmseOf),
      mae: estimate(theirs, (sums) => regressionScores(sums).mae),
      /** By how much its RMSE lies above ours, on the same draws. */
      above: estimate(
        both,
        (sums) => rmseOf(sums.subarray(0, theirs.width)) - rmseOf(sums.subarray(theirs.width)),
      ),
    };
  };
  const [low, high] = bands;
  return {
    hours: regressionScores(totalOf(errors)).count,
    rmse: estimate(errors, rmseOf),
    mae: estimate(errors, (sums) => regressionScores(sums).mae),
    mase: estimate(errors, (sums) => regressionScores(sums).mae / unit),
    coverage: estimate(coverageSums(of(low.values), of(high.values), truth, width), meanOf),
    pinball: bands.map((band) => ({
      level: band.level,
      loss: estimate(pinballSums(of(band.values), truth, band.level, width), meanOf),
    })),
    persistence: naive(forecasts.persistence),
    seasonal: naive(forecasts.seasonal),
  };
}

export type Judged = ReturnType<typeof judge>;

const totalOf = ({ count, width, values }: Sums): Float64Array =>
  Float64Array.from({ length: width }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[i * width + j];
    return sum;
  });

function sideBySide(one: Sums, other: Sums): Sums {
  const rows = Array.from({ length: one.count }, (_, i) => [
    ...one.values.subarray(i * one.width, (i + 1) * one.width),
    ...other.values.subarray(i * other.width, (i + 1) * other.width),
  ]);
  return sumsOf(rows, one.width + other.width);
}
