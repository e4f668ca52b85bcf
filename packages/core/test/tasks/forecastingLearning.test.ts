import { describe, expect, it } from "vitest";
import { lstm } from "../../src/cells/zoo/lstm.ts";
import { createWasmEngine } from "../../src/engines/wasm/index.ts";
import { errorSums, regressionScores } from "../../src/metrics/regression.ts";
import { total } from "../../src/metrics/sums.ts";
import { createNetwork } from "../../src/models/createNetwork.ts";
import { NetworkRunner } from "../../src/models/networkRunner.ts";
import { RandomStream, streamKey } from "../../src/numbers/random.ts";
import { baselineForecasts, collectForecasts } from "../../src/tasks/forecastingBaselines.ts";
import { calibrateForecasts } from "../../src/tasks/forecastingCalibration.ts";
import { FORECAST_FORMS } from "../../src/tasks/forecastingConfig.ts";
import { fitForecasting } from "../../src/tasks/forecastingFit.ts";
import { trainNetwork } from "../../src/training/trainNetwork.ts";
import { hourly } from "./forecastingTables.ts";

const random = new RandomStream(streamKey(1, "forecasting learning test"));

/** Between −1.5 and 1.5, of deviation √(3/12) = 0.5. */
const noise = (): number => random.uniform() + random.uniform() + random.uniform() - 1.5;

/** A wave a day, on a level that wanders. */
function wave(): number[] {
  let level = 50;
  return Array.from({ length: 1500 }, (_, hour) => {
    level += noise();
    return level + 10 * Math.sin((2 * Math.PI * hour) / 24) + noise();
  });
}

const table = hourly({ y: wave() });

describe.each(FORECAST_FORMS)("a %s forecaster", (form) => {
  it("learns a daily wave on a wandering level, and how sure it can be", async () => {
    const { task, series, parts } = fitForecasting(table, {
      target: "y",
      horizon: 6,
      history: 24,
      form,
    });
    const layer = { cell: lstm, hiddenSize: 16, layers: 1 };
    const network = createNetwork(
      {
        ports: task.ports,
        encoder: { ...layer, bidirectional: false },
        decoder: form === "seq2seq" ? { ...layer, attention: "none" } : null,
        hidden: [],
        embeddingSize: 0,
        initialStates: "zero",
        inputDropout: 0,
        dropout: 0,
        recurrentDropout: 0,
        zoneout: 0,
        memoryZoneout: 0,
        labelSmoothing: 0,
      },
      { init: "default", forgetBias: 1, chronoSteps: 24, seed: 1 },
    );
    const engine = createWasmEngine();
    const run = trainNetwork(network, {
      engine,
      examples: task.examples(series.windows(parts.training)),
      length: { epochs: 12 },
      optimizer: { name: "adam", learningRate: 0.01 },
      schedule: "cosine",
      clip: { norm: 1 },
    });
    for await (const _ of run);

    const runner = new NetworkRunner(network, engine);
    const validation = series.windows(parts.validation);
    const answers = runner.outputs(task.examples(validation));
    const forecaster = task.calibrated(calibrateForecasts(task, validation, answers));
    const test = series.windows(parts.test);
    const { truth, values, bands } = collectForecasts(
      forecaster,
      test,
      runner.outputs(forecaster.encode(test, null, "test")),
    );
    const { persistence, seasonal } = baselineForecasts(test);
    const [ours, last, day] = [values, persistence, seasonal].map(
      (forecast) => regressionScores(total(errorSums(forecast, truth, 6))).rmse,
    );
    // Who knew the level and the wave would still miss the level's wandering, of variance 0.25 a step, and the noise:
    // √(0.25 · (1 + … + 6) / 6 + 0.25) = 1.06. A forecast that had found no wave would do no better than the last value.
    expect(ours).toBeLessThan(1.5);
    expect(last).toBeGreaterThan(3);
    expect(day).toBeGreaterThan(2);
    const inside = truth.filter((y, i) => bands[0].values[i] <= y && y <= bands[2].values[i]);
    expect(inside.length / truth.length).toBeGreaterThan(0.7);
    expect(inside.length / truth.length).toBeLessThan(0.9);
  });
});
