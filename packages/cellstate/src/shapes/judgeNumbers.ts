/** Judges numbers: of rows and sequences, beside the mean; and forecasts, beside the last value and the last season. */
import {
  baselineForecasts,
  collectForecasts,
  coverageSums,
  type Engine,
  errorSums,
  type ForecastingTask,
  type ForecastWindow,
  meanOf,
  type Network,
  type NumberPrediction,
  pinballSums,
  regressionScores,
  type Sums,
  type Task,
  type TaskKind,
  total,
  type Values,
} from "@cellstate/core";
import { grouped } from "../terminal/text.ts";
import { numberAnswers, predictions } from "./answers.ts";
import { type Figure, figure, type Judgement, plainFigure, shownFigure } from "./judgement.ts";

const rmse = (sums: ArrayLike<number>): number => regressionScores(sums).rmse;
const mae = (sums: ArrayLike<number>): number => regressionScores(sums).mae;

export function judgeNumbers<Input>(
  task: Task<TaskKind, Input, number, NumberPrediction>,
  network: Network,
  engine: Engine,
  inputs: Values<Input>,
  targets: Values<number>,
  name: string,
): Judgement {
  task.encode(inputs, targets, name);
  const count = inputs.length;
  const truth = Float64Array.from({ length: count }, (_, i) => targets.at(i) ?? Number.NaN);
  const predicted = new Float64Array(count);
  let at = 0;
  for (const { prediction } of predictions(task, network, engine, inputs, name)) {
    predicted[at++] = prediction.value;
  }
  const sums = errorSums(predicted, truth);
  const mean = truth.reduce((sum, value) => sum + value, 0) / Math.max(1, count);
  const baseline = rmse(total(errorSums(new Float64Array(count).fill(mean), truth)));
  const own = figure("rmse", "RMSE", sums, rmse);
  return {
    task: task.kind,
    of: `${grouped(count)} examples`,
    figures: [
      own,
      figure("mae", "MAE", sums, mae),
      figure("r2", "R²", sums, (s) => regressionScores(s).r2),
      plainFigure("meanRmse", "RMSE of the mean", baseline),
    ],
    details: [],
    verdict:
      own.estimate.value < baseline
        ? null
        : "it does not beat the mean of what it is judged by: no better than no model",
    more: { examples: count },
  };
}

export interface ForecastJudging {
  /** The mean absolute error of "as one season ago" in the training part, MASE's unit; null where the file does not say. */
  readonly seasonalError: number | null;
}

/** @param windows One after the other: neighbours resemble one another, so blocks of them are drawn. */
export function judgeForecasts(
  task: ForecastingTask,
  network: Network,
  engine: Engine,
  windows: Values<ForecastWindow>,
  { seasonalError }: ForecastJudging,
): Judgement {
  const { horizon, season, quantiles, target } = task.config;
  const outputs = numberAnswers(network, engine, task.examples(windows));
  const { truth, values, bands } = collectForecasts(task, windows, outputs);
  const baselines = baselineForecasts(windows);
  const block = Math.max(season, horizon);
  const options = { block };
  const hasSeason = season > 1 && season < rowsOf(windows);
  const errors = errorSums(values, truth, horizon);
  const naive = errorSums(baselines.persistence, truth, horizon);
  const seasonal = errorSums(baselines.seasonal, truth, horizon);
  const own = figure("rmse", "RMSE", errors, rmse, options);
  const figures: Figure[] = [
    own,
    figure("mae", "MAE", errors, mae, options),
    ...(seasonalError === null
      ? []
      : [figure("mase", "MASE", errors, (s) => mae(s) / seasonalError, options)]),
    figure("naiveRmse", "RMSE of the last value", naive, rmse, options),
    ...(hasSeason
      ? [figure("seasonalRmse", `RMSE of ${season} steps before`, seasonal, rmse, options)]
      : season > 1
        ? []
        : [plainFigure("seasonalRmse", "RMSE of the season", rmse(total(naive)))]),
  ];
  const coverage: Record<string, number> = {};
  for (let low = 0; low < Math.floor(quantiles.length / 2); low++) {
    const high = quantiles.length - 1 - low;
    const wanted = Math.round(1e6 * (quantiles[high] - quantiles[low])) / 1e6;
    const sums: Sums = coverageSums(bands[low].values, bands[high].values, truth, horizon);
    const name = `${shownFigure(100 * wanted)} % band holds`;
    const covered = figure(`coverage${shownFigure(100 * wanted)}`, name, sums, meanOf, {
      ...options,
      as: "share",
    });
    coverage[String(wanted)] = covered.estimate.value;
    figures.push(covered);
  }
  const pinball = bands.map(({ level, values: predicted }) =>
    meanOf(total(pinballSums(predicted, truth, level, horizon))),
  );
  if (pinball.length > 0) {
    const mean = pinball.reduce((sum, loss) => sum + loss, 0) / pinball.length;
    figures.push(plainFigure("pinball", "pinball loss", mean));
  }
  return {
    task: task.kind,
    of: `${grouped(windows.length)} forecasts of ${horizon} ${horizon === 1 ? "step" : "steps"} of ${target}`,
    figures,
    details: [],
    verdict: verdictOf(
      own.estimate.value,
      rmse(total(naive)),
      hasSeason ? rmse(total(seasonal)) : null,
      windows.length,
    ),
    more: { examples: windows.length, horizon, season, coverage },
  };
}

/** Rows of the series that windows are of: a season that is longer stands nowhere in it. */
function rowsOf(windows: Values<ForecastWindow>): number {
  return windows.at(0)?.series.rows ?? 0;
}

/** Fewer forecasts than this, which overlap, are few to judge by. */
const FEW_WINDOWS = 30;

/** A model that does not beat what needs none is none. */
function verdictOf(own: number, naive: number, seasonal: number | null, windows: number): string {
  const few = windows < FEW_WINDOWS ? ` (by ${windows} forecasts, which is few)` : "";
  const lost = [
    ...(own < naive ? [] : [`the last value (RMSE ${shownFigure(naive)})`]),
    ...(seasonal === null || own < seasonal
      ? []
      : [`the last season (RMSE ${shownFigure(seasonal)})`]),
  ];
  if (lost.length > 0) {
    return `it does NOT beat ${lost.join(" and ")}: use that, or train longer, with more history or other columns${few}`;
  }
  const best = Math.min(naive, seasonal ?? Number.POSITIVE_INFINITY);
  const gain = (100 * (1 - own / best)).toFixed(1);
  const than = seasonal !== null && seasonal < naive ? "the last season" : "the last value";
  return `it beats ${seasonal === null ? "the last value" : "the last value and the last season"}: RMSE ${gain} % below ${than}${few}`;
}
