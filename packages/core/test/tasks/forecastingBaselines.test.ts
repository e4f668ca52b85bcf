import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeWithShared, sharedPath } from "../../../../test/support/shared.ts";
import type { Table, TableColumn } from "../../src/data/table.ts";
import { errorSums, regressionScores } from "../../src/metrics/regression.ts";
import { total } from "../../src/metrics/sums.ts";
import {
  baselineForecasts,
  collectForecasts,
  persistence,
  seasonalNaive,
} from "../../src/tasks/forecastingBaselines.ts";
import { fitForecasting } from "../../src/tasks/forecastingFit.ts";
import { hourly } from "./forecastingTables.ts";

const NONE = Number.NaN;

describe("forecasts of many windows", () => {
  it("are collected window by window, beside their truths", () => {
    const { task, series, parts } = fitForecasting(hourly({ y: [1, 3, 1, 3, 1, 3, 1, 3] }), {
      target: "y",
      horizon: 2,
      history: 5,
      calendar: [],
      quantiles: [0.1, 0.9],
      relative: false,
      validation: 0,
      test: 0,
    });
    const outputs = [0, 1].map((at) => ({
      steps: 1,
      heads: [Float32Array.of(at, 1), Float32Array.of(-1, 1, 2, at)],
    }));
    const windows = series.windows(parts.training);
    // Mean 2, deviation 1.
    expect(collectForecasts(task, windows, outputs)).toEqual({
      truth: Float64Array.of(3, 1, 1, 3),
      values: Float64Array.of(2, 3, 3, 3),
      bands: [
        { level: 0.1, values: Float64Array.of(1, 2, 1, 3) },
        { level: 0.9, values: Float64Array.of(3, 4, 3, 4) },
      ],
    });
    expect(() => collectForecasts(task, windows, outputs.slice(1))).toThrow(
      new RangeError("1 answers to 2 windows"),
    );
    expect([...series.values({ from: 2, to: 5 })]).toEqual([1, 3, 1]);
  });
});

describe("forecasts that need no model", () => {
  const y = [1, 2, 3, 4, 5, NONE, 7, NONE, 9, 10];
  const options = { target: "y", horizon: 4, history: 2, season: 3, validation: 0, test: 0 };
  const { series } = fitForecasting(hourly({ y }), options);

  it("are the last known value", () => {
    expect([...persistence({ series, origin: 6 })]).toEqual([5, 5, 5, 5]);
    expect([...persistence({ series, origin: 10 })]).toEqual([10, 10, 10, 10]);
  });

  it("are the last known values whole seasons before", () => {
    // Rows 3, 4 and 5, of which the last is missing, as before it row 2; then row 3 once more.
    expect([...seasonalNaive({ series, origin: 6 })]).toEqual([4, 5, 3, 4]);
    // Rows 7 and before it 4, 8, 9, 7.
    expect([...seasonalNaive({ series, origin: 10 })]).toEqual([5, 9, 10, 5]);
  });

  it("are the last known value where no season has passed", () => {
    expect([...seasonalNaive({ series, origin: 2 })]).toEqual([2, 1, 2, 2]);
    expect([...seasonalNaive({ series, origin: 6 }, 1)]).toEqual([5, 5, 5, 5]);
  });

  it("stand beside the truths of the same windows", () => {
    const windows = series.windows({ from: 4, to: 10 }, 2);
    const all = baselineForecasts(windows);
    expect([...all.truth]).toEqual([5, NONE, 7, NONE, 7, NONE, 9, 10]);
    expect([...all.persistence]).toEqual([4, 4, 4, 4, 5, 5, 5, 5]);
    expect([...all.seasonal]).toEqual([2, 3, 4, 2, 4, 5, 3, 4]);
  });
});

/** Comma-separated values without quotes; "NA" is missing. */
function readCsv(path: string): { readonly rows: number; column(name: string): string[] } {
  const [head, ...lines] = readFileSync(sharedPath(path), "utf8").trim().split(/\r?\n/);
  const names = head.replaceAll('"', "").split(",");
  const cells = lines.map((line) => line.replaceAll('"', "").split(","));
  return {
    rows: cells.length,
    column: (name) => cells.map((row) => row[names.indexOf(name)]),
  };
}

const numbers = (name: string, cells: readonly string[]): TableColumn => ({
  kind: "number",
  name,
  values: cells.map((cell) => (cell === "NA" ? NONE : Number(cell))),
});

const PM25 = "data/beijing-pm25.csv";

describeWithShared(PM25, "the air of Beijing", () => {
  const csv = readCsv(PM25);
  const [year, month, day, hour] = ["year", "month", "day", "hour"].map((name) =>
    csv.column(name).map(Number),
  );
  const values = year.map((y, row) => Date.UTC(y, month[row] - 1, day[row], hour[row]) / 1000);
  const table: Table = {
    name: "beijing-pm25.csv",
    rows: csv.rows,
    columns: [
      { kind: "time", name: "time", values },
      ...["No", "pm2.5", "DEWP", "TEMP", "PRES", "Iws", "Is", "Ir"].map((name) =>
        numbers(name, csv.column(name)),
      ),
      { kind: "text", name: "cbwd", values: csv.column("cbwd") },
    ],
  };
  const options = { target: "pm2.5", history: 24, validation: 0.1, test: 0.2 };

  it("is an hourly series without gaps, of which 2,067 values are missing", () => {
    const { task, series, leftOut } = fitForecasting(table, { ...options, horizon: 1 });
    expect(series.series.grid.step).toEqual({ unit: "seconds", count: 3600 });
    expect([series.rows, series.series.gapRows]).toEqual([43_824, 0]);
    expect(series.missing.get("pm2.5")).toBe(2_067);
    expect([...series.missing.values()].reduce((sum, count) => sum + count)).toBe(2_067);
    expect(task.config.calendar).toEqual(["timeOfDay", "dayOfWeek", "dayOfYear"]);
    expect(task.config.season).toBe(24);
    expect(leftOut).toEqual([{ name: "No", why: "it only ever rises" }]);
    // pm2.5 and its mark, six numbers, four winds, three circles, the difference from the last known value.
    expect(task.ports.input).toEqual({ kind: "vectors", width: 2 + 6 + 4 + 6 + 1 });
  });

  it("is hard to forecast an hour ahead, harder a day ahead, without a model", () => {
    const figures = [1, 24].map((horizon) => {
      const { series, parts } = fitForecasting(table, { ...options, horizon });
      const all = baselineForecasts(series.windows(parts.test));
      return [all.persistence, all.seasonal].map((forecast) =>
        regressionScores(total(errorSums(forecast, all.truth))).rmse.toFixed(3),
      );
    });
    // As a script in another language has them; the last value and the last day, at one step and over 24.
    expect(figures).toEqual([
      ["22.130", "99.997"],
      ["79.212", "100.111"],
    ]);
  });
});

const PASSENGERS = "data/airline-passengers.csv";

describeWithShared(PASSENGERS, "passengers of airlines", () => {
  it("are a monthly series that comes round in a year", () => {
    const csv = readCsv(PASSENGERS);
    const values = csv.column("Month").map((month) => Date.parse(`${month}-01T00:00Z`) / 1000);
    const table: Table = {
      name: "airline-passengers.csv",
      rows: csv.rows,
      columns: [
        { kind: "time", name: "Month", values },
        numbers("Passengers", csv.column("Passengers")),
      ],
    };
    const { task, series, parts } = fitForecasting(table, {
      target: "Passengers",
      horizon: 12,
      history: 24,
      log: true,
    });
    expect(task.config).toMatchObject({ step: { unit: "months", count: 1 }, season: 12 });
    expect(task.config.calendar).toEqual(["dayOfYear"]);
    expect([series.rows, series.series.gapRows]).toEqual([144, 0]);
    const all = baselineForecasts(series.windows(parts.test));
    // The year before, month by month: 1959 for 1960.
    expect([...all.seasonal.subarray(-12)]).toEqual([
      360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405,
    ]);
  });
});
