import { describe, expect, it } from "vitest";
import { writeCalendar } from "../../src/tasks/forecastingCalendar.ts";
import { fitForecasting } from "../../src/tasks/forecastingFit.ts";
import { HOUR, hourly, inputOf, PLAIN, stepsOf, targetOf } from "./forecastingTables.ts";

describe("what a forecaster knows beforehand", () => {
  it("is where a time stands in its day, week and year", () => {
    const at = (time: string): number[] => {
      const into = new Float64Array(6);
      const seconds = Date.parse(`${time}Z`) / 1000;
      writeCalendar(["timeOfDay", "dayOfWeek", "dayOfYear"], seconds, into, 0);
      return [...into];
    };
    const circle = (turn: number): number[] => [
      Math.sin(2 * Math.PI * turn),
      Math.cos(2 * Math.PI * turn),
    ];
    const cases: [string, number[]][] = [
      // A Monday.
      ["2024-01-01T00:00", [...circle(0), ...circle(0), ...circle(0)]],
      // The Sunday on which summer time begins in Europe, a day of 24 hours here.
      ["2024-03-31T06:00", [...circle(1 / 4), ...circle(6 / 7), ...circle(90 / 366)]],
      ["2023-12-31T18:00", [...circle(3 / 4), ...circle(6 / 7), ...circle(364 / 365)]],
      ["1969-12-31T12:00", [...circle(1 / 2), ...circle(2 / 7), ...circle(364 / 365)]],
    ];
    for (const [time, wanted] of cases) {
      // Two ways to round a turn of a few units in the last place.
      for (const [i, number] of at(time).entries()) expect(number).toBeCloseTo(wanted[i], 14);
    }
  });

  it("is told to a decoder for each step ahead, and in histories", () => {
    const y = Array.from({ length: 60 }, (_, row) => (row * row) % 7);
    const { calendar: _, ...rest } = PLAIN;
    const { task, series, parts } = fitForecasting(hourly({ y }), { ...rest, form: "seq2seq" });
    expect(task.config.calendar).toEqual(["timeOfDay"]);
    expect(task.ports.output).toEqual({
      kind: "numbers",
      width: 1,
      heads: [
        { name: "mean", loss: "squared" },
        { name: "quantiles", loss: "quantile", levels: [0.1, 0.5, 0.9] },
      ],
      each: "outputStep",
      known: 3,
    });
    const examples = task.examples(series.windows(parts.training));
    // The fourth window's history is hours 3, 4 and 5, its first step ahead is hour 6.
    const known = stepsOf(examples.known, 3);
    expect(known[0]).toEqual([0.5, 1, expect.closeTo(0, 15)]);
    expect(known[1][0]).toBe(1);
    expect(known[1][1]).toBeCloseTo(Math.sin((2 * Math.PI * 7) / 24), 15);
    expect(targetOf(examples, 3)).toHaveLength(2);
    expect(inputOf(examples, 6)[0].slice(1, 3)).toEqual([1, expect.closeTo(0, 7)]);
  });

  it("is how far ahead each step is, where there is no calendar", () => {
    const { task } = fitForecasting(hourly({ y: [1, 3, 2, 5, 4, 7] }), {
      ...PLAIN,
      form: "seq2seq",
    });
    const examples = task.encode([hourly({ y: [1, 2, 3] })], null, "x");
    expect(stepsOf(examples.known, 0)).toEqual([[0.5], [1]]);
  });

  it("is what the training part holds two rounds of", () => {
    const days = (rows: number): string[] => {
      const y = Array.from({ length: rows }, (_, row) => (row * row) % 7);
      const { calendar: _, ...rest } = PLAIN;
      return [...fitForecasting(hourly({ y }, 24 * HOUR), rest).task.config.calendar];
    };
    expect([days(10), days(20), days(740)]).toEqual([
      [],
      ["dayOfWeek"],
      ["dayOfWeek", "dayOfYear"],
    ]);
  });
});
