import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { regularSeries, splitSeries } from "../../src/data/series.ts";
import {
  guessSeason,
  rowOfTime,
  showTime,
  stepWords,
  type TimeGrid,
  type TimeStep,
  timeOfRow,
} from "../../src/data/seriesTime.ts";
import type { Table } from "../../src/data/table.ts";

const seconds = (time: string): number => Date.parse(`${time}Z`) / 1000;

function tableOf(times: readonly (string | number)[], name = "x.csv"): Table {
  const values = times.map((time) => (typeof time === "number" ? time : seconds(time)));
  return { name, rows: values.length, columns: [{ kind: "time", name: "when", values }] };
}

/** Days of one year, at midnight. */
const days = (...dates: string[]): string[] => dates.map((date) => `${date}T00:00`);

const every = (count: number): TimeStep => ({ unit: "seconds", count });
const months = (count: number): TimeStep => ({ unit: "months", count });

describe("the step of a series", () => {
  it("is the most common difference", () => {
    const { grid, rows, gapRows } = regularSeries(tableOf([0, 60, 120, 300, 360]));
    expect(grid).toEqual({ step: every(60), start: 0, day: 1 });
    expect([rows, gapRows]).toEqual([7, 2]);
  });

  it("is the smaller of two that are as common", () => {
    expect(regularSeries(tableOf([0, 60, 180])).grid.step).toEqual(every(60));
  });

  it("is a month where months of 28 to 31 days follow one another", () => {
    const table = tableOf(days("2023-01-01", "2023-02-01", "2023-03-01", "2023-05-01"));
    const series = regularSeries(table);
    expect(series.grid.step).toEqual(months(1));
    expect([series.rows, series.gapRows]).toEqual([5, 1]);
    expect(showTime(series.timeOf(3))).toBe("2023-04-01");
    expect(showTime(series.timeOf(14))).toBe("2024-03-01");
  });

  it("is a month where rows stand at the ends of months", () => {
    const series = regularSeries(tableOf(days("2023-02-28", "2023-03-31", "2023-04-30")));
    expect(series.grid).toMatchObject({ step: months(1), day: 31 });
    expect([0, 1, 2, 3].map((row) => showTime(series.timeOf(row)))).toEqual([
      "2023-02-28",
      "2023-03-31",
      "2023-04-30",
      "2023-05-31",
    ]);
  });

  it("is a quarter or a year where they follow one another", () => {
    const quarters = tableOf(days("2023-01-01", "2023-04-01", "2023-07-01", "2023-10-01"));
    expect(regularSeries(quarters).grid.step).toEqual(months(3));
    const years = tableOf(days("2019-06-30", "2020-06-30", "2021-06-30"));
    expect(regularSeries(years).grid.step).toEqual(months(12));
  });

  it("is 28 days where rows keep to no day of the month", () => {
    const table = tableOf(days("2023-01-01", "2023-01-29", "2023-02-26", "2023-03-26"));
    expect(regularSeries(table).grid.step).toEqual(every(28 * 86_400));
  });

  it("is what the caller takes it for where there is a single row", () => {
    expect(regularSeries(tableOf([0]), { step: every(60) }).grid.step).toEqual(every(60));
  });

  it("has 24 hours on the days on which summer time begins and ends", () => {
    const start = seconds("2024-03-31T00:00");
    const series = regularSeries(tableOf(Array.from({ length: 48 }, (_, i) => start + 3600 * i)));
    expect([series.rows, series.gapRows]).toEqual([48, 0]);
  });

  it("is called as people call it", () => {
    const called = [60, 900, 3600, 10_800, 86_400, 604_800, 1_209_600, 1, 90, 0.5].map((count) =>
      stepWords(every(count)),
    );
    expect(called).toEqual([
      "every minute",
      "every 15 minutes",
      "hourly",
      "every 3 hours",
      "daily",
      "weekly",
      "every 2 weeks",
      "every second",
      "every 90 seconds",
      "every 0.5 seconds",
    ]);
    expect([1, 2, 3, 6, 12, 24].map((count) => stepWords(months(count)))).toEqual([
      "monthly",
      "every 2 months",
      "quarterly",
      "every 6 months",
      "yearly",
      "every 2 years",
    ]);
  });

  it("tells the season to expect", () => {
    const seasons = [1, 60, 900, 3600, 10_800, 86_400, 604_800, 172_800].map((count) =>
      guessSeason(every(count)),
    );
    expect(seasons).toEqual([3600, 1440, 96, 24, 8, 7, 52, 1]);
    expect([1, 3, 12, 5].map((count) => guessSeason(months(count)))).toEqual([12, 4, 1, 1]);
  });
});

describe("a regular series", () => {
  it("knows each row's place in the table, in any order, and rows of gaps", () => {
    const series = regularSeries(tableOf([0, 1, 2, 5, 6, 9, 10, 11]));
    const places = [0, 1, 2, -1, -1, 3, 4, -1, -1, 5, 6, 7];
    expect(Array.from({ length: 12 }, (_, row) => series.tableRow(row))).toEqual(places);
    expect([11, 0, 8, 3, 9, 5].map((row) => series.tableRow(row))).toEqual([7, 0, -1, -1, 5, 3]);
  });

  it("gives every row a time that is found again", () => {
    const anyStep = fc.oneof(
      fc.integer({ min: 1, max: 1_000_000 }).map(every),
      fc.integer({ min: 1, max: 24 }).map(months),
    );
    const anyDay = fc.integer({ min: 1, max: 31 });
    fc.assert(
      fc.property(anyStep, anyDay, fc.nat(5000), (step, day, row) => {
        const start = seconds(`2001-01-${String(day).padStart(2, "0")}T06:30`);
        const grid: TimeGrid = { step, start, day: step.unit === "months" ? day : 1 };
        expect(rowOfTime(grid, timeOfRow(grid, row))).toBe(row);
        const off = step.unit === "seconds" ? step.count / 3 : 3600;
        expect(rowOfTime(grid, timeOfRow(grid, row) + off)).toBeNaN();
      }),
      { examples: [[months(1), 31, 1]] },
    );
  });

  const refused: [string, Table, string][] = [
    [
      "a row out of order",
      tableOf(["2010-01-01T00:00", "2010-01-01T02:00", "2010-01-01T01:00"]),
      "x.csv: row 3 (2010-01-01 01:00) comes after row 2 (2010-01-01 02:00); sort the rows by time",
    ],
    [
      "a time that comes twice",
      tableOf(["2010-01-01T00:00", "2010-01-01T02:00", "2010-01-01T02:00"]),
      "x.csv: rows 2 and 3 are both of 2010-01-01 02:00; keep one",
    ],
    [
      "two times of one step",
      tableOf([0, 3600, 3601, 7200, 10800]),
      "x.csv: rows 2 and 3 are both of 1970-01-01 01:00; keep one",
    ],
    [
      "a row between steps",
      tableOf([0, 3600, 7200, 9000.5]),
      "x.csv: row 4 (1970-01-01 02:30) lies between the steps from 1970-01-01 on (hourly); bring the rows to regular times",
    ],
    [
      "a row without a time",
      tableOf([0, Number.NaN, 2]),
      "x.csv: row 2 has no time; fill it in or leave the row out",
    ],
    [
      "a wrong date",
      tableOf([0, 1, 2, 3, seconds("2024-01-01T00:00")]),
      "x.csv: row 5 (2024-01-01) would be step 1,704,067,201 from 1970-01-01 on (every second); too long a gap, give the rows after it alone",
    ],
    [
      "a single row",
      tableOf([0]),
      "x.csv: a single row has no time step; a series needs more of them",
    ],
    ["an empty table", tableOf([]), "x.csv: no rows; a series needs some"],
    [
      "a table without times",
      { name: "x.csv", rows: 1, columns: [{ kind: "number", name: "y", values: [1] }] },
      "x.csv: no column of times; a series needs one, such as 2024-05-01 13:00",
    ],
  ];
  it.each(refused)("refuses %s", (_, table, message) => {
    expect(() => regularSeries(table)).toThrow(expect.objectContaining({ message, code: "data" }));
  });
});

describe("a split by time", () => {
  it("has training first and test last", () => {
    expect(splitSeries(144, { validation: 0.1, test: 0.2 })).toEqual({
      training: { from: 0, to: 101 },
      validation: { from: 101, to: 115 },
      test: { from: 115, to: 144 },
    });
  });

  it("has every row in one part", () => {
    const share = fc.double({ min: 0, max: 0.49, noNaN: true });
    fc.assert(
      fc.property(fc.nat(1000), share, share, (rows, validation, test) => {
        const parts = splitSeries(rows, { validation, test });
        expect(parts.training.from).toBe(0);
        expect(parts.validation.from).toBe(parts.training.to);
        expect(parts.test.from).toBe(parts.validation.to);
        expect(parts.test.to).toBe(rows);
        expect(parts.training.to).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("refuses shares that leave nothing to train on", () => {
    expect(() => splitSeries(10, { validation: 0.5, test: 0.5 })).toThrow(
      new RangeError(
        "shares of 0.5 to validate on and 0.5 to test on; expected 0 or more, below 1 together",
      ),
    );
  });
});
