import { describe, expect, it } from "vitest";
import type { NetworkOutput } from "../../src/data/examples.ts";
import { RandomStream, streamKey } from "../../src/numbers/random.ts";
import type { ForecastingTask } from "../../src/tasks/forecasting.ts";
import { calibrateForecasts } from "../../src/tasks/forecastingCalibration.ts";
import { fitForecasting } from "../../src/tasks/forecastingFit.ts";
import type { ForecastWindow } from "../../src/tasks/forecastingSeries.ts";
import { hourly } from "./forecastingTables.ts";

const random = new RandomStream(streamKey(1, "forecasting calibration test"));
const y = Array.from({ length: 400 }, () => random.uniform() * random.uniform() * 100);

const options = {
  target: "y",
  horizon: 2,
  history: 3,
  calendar: [],
  validation: 0.5,
  test: 0,
} as const;

/** What a network writes that knows nothing: the same for every window, with bands far too narrow and crossed. */
const ignorant: NetworkOutput = {
  steps: 1,
  heads: [Float32Array.of(0, 0), Float32Array.of(0.01, 0, -0.01, 0.02, -0.02, 0)],
};

/** The share of truths at or below each quantile of each step. */
function shares(task: ForecastingTask, windows: readonly ForecastWindow[]): number[][] {
  const below = [0, 1].map(() => [0, 0, 0]);
  for (const window of windows) {
    const truth = window.series.truth(window.origin);
    const { bands } = task.decode(ignorant, window);
    for (const [q, { values }] of bands.entries()) {
      // What encodes and decodes again may come out a few units in the last place lower.
      for (const h of [0, 1]) if (truth[h] <= values[h] + 1e-9) below[h][q]++;
    }
  }
  return below.map((step) => step.map((count) => count / windows.length));
}

describe.each([
  { log: false, relative: true },
  { log: true, relative: true },
  { log: false, relative: false },
])("calibration of %o", (flags) => {
  const { task, series, parts } = fitForecasting(hourly({ y }), { ...options, ...flags });
  const windows = series.windows(parts.validation);
  const all = Array.from({ length: windows.length }, (_, index) => windows.at(index)).filter(
    (window) => window !== undefined,
  );
  const calibration = calibrateForecasts(
    task,
    windows,
    all.map(() => ignorant),
  );

  it("makes quantiles cover their level of what they were calibrated on, to one in as many", () => {
    expect(windows.length).toBe(199);
    const levels = task.config.quantiles;
    for (const step of shares(task.calibrated(calibration), all)) {
      for (const [q, share] of step.entries()) {
        expect(Math.abs(share - levels[q])).toBeLessThanOrEqual(1 / windows.length);
      }
    }
    const [[low, , high]] = shares(task, all);
    expect(high - low).toBeLessThan(0.3);
  });

  it("smears what logarithms took from the mean, and nothing else", () => {
    if (!flags.log) {
      expect(calibration.smearing).toEqual([1, 1]);
      return;
    }
    // With differences of logarithms, Σ truth / Σ forecast is not 1, but the mean of their ratios (of 1 + value) is.
    const forecaster = task.calibrated(calibration);
    for (const h of [0, 1]) {
      const ratios = all.map((window) => {
        const { values } = forecaster.decode(ignorant, window);
        return (1 + window.series.truth(window.origin)[h]) / (1 + values[h]);
      });
      expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeCloseTo(1, 10);
    }
  });
});

describe("calibration", () => {
  const { task, series, parts } = fitForecasting(hourly({ y }), options);
  const windows = series.windows(parts.validation);

  it("leaves out missing truths, and leaves steps without any as they are", () => {
    const gappy = y.map((value, row) => (row >= 200 && row % 2 === 0 ? Number.NaN : value));
    const fitted = fitForecasting(hourly({ y: gappy }), options);
    const every = fitted.series.windows(fitted.parts.validation, 2);
    const answers = Array.from({ length: every.length }, () => ignorant);
    const { offsets } = calibrateForecasts(fitted.task, every, answers);
    expect(offsets[0]).toEqual([0, 0, 0]);
    expect(offsets[1][0]).toBeLessThan(0);
    expect(offsets[1][2]).toBeGreaterThan(0);
  });

  it("wants an answer a window", () => {
    expect(() => calibrateForecasts(task, windows, [ignorant])).toThrow(
      new RangeError("1 answers to 199 windows"),
    );
  });
});
