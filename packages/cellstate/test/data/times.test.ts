import { describe, expect, test } from "vitest";
import { readTable, type TableFile } from "../../src/data/readTable.ts";
import { findTimeStep } from "../../src/data/timeStep.ts";
import { parseTime, showTime } from "../../src/data/times.ts";
import { allOf, fileWith, refusal, seconds } from "./support.ts";

describe("a time with the year first", () => {
  test.each([
    ["2014-01", "2014-01-01T00:00Z"],
    ["2014-1-2", "2014-01-02T00:00Z"],
    ["2014/01/02", "2014-01-02T00:00Z"],
    ["2014-01-02 03:04", "2014-01-02T03:04Z"],
    ["2014-01-02T03:04:05.25", "2014-01-02T03:04:05.250Z"],
    ["2014-01-02T03:04:05Z", "2014-01-02T03:04:05Z"],
    ["2014-01-02 03:04+02:00", "2014-01-02T01:04Z"],
    ["2014-01-02T03:04:05-0530", "2014-01-02T08:34:05Z"],
    ["2016-02-29", "2016-02-29T00:00Z"],
    ["1949-01", "1949-01-01T00:00Z"],
  ])("%s is %s", (text, iso) => {
    expect(parseTime(text, "yearFirst")?.seconds).toBe(seconds(iso));
  });

  test.each(["2014", "2015-02-29", "2014-13-01", "2014-01-02T24:00", "2014-01/02", "x2014-01-02"])(
    "%s is none",
    (text) => expect(parseTime(text, "yearFirst")).toBeUndefined(),
  );
});

describe("a time with the year last", () => {
  test.each([
    ["31.12.2014", "dayFirst", "2014-12-31T00:00Z"],
    ["31/12/2014 13:45", "dayFirst", "2014-12-31T13:45Z"],
    ["12/31/2014", "monthFirst", "2014-12-31T00:00Z"],
    ["1/2/2014 12:30 AM", "monthFirst", "2014-01-02T00:30Z"],
    ["1/2/2014 1:30 PM", "monthFirst", "2014-01-02T13:30Z"],
  ] as const)("%s, %s, is %s", (text, order, iso) => {
    expect(parseTime(text, order)?.seconds).toBe(seconds(iso));
  });

  test("is none with a month of 31, points and the month first, or two kinds of separators", () => {
    expect(parseTime("31/12/2014", "monthFirst")).toBeUndefined();
    expect(parseTime("01.02.2014", "monthFirst")).toBeUndefined();
    expect(parseTime("01/02-2014", "dayFirst")).toBeUndefined();
  });
});

test("a time is shown without what is zero at its end", () => {
  expect(showTime(seconds("2014-01-02"))).toBe("2014-01-02");
  expect(showTime(seconds("2014-01-02T03:00Z"))).toBe("2014-01-02T03:00Z");
  expect(showTime(seconds("2014-01-02T03:00:01Z"))).toBe("2014-01-02T03:00:01.000Z");
});

describe("a column of times in a table", () => {
  async function read(content: string): Promise<TableFile> {
    return readTable(fileWith(content));
  }
  const times = (table: TableFile): unknown[] => {
    return allOf<unknown>(table.columns.find(({ kind }) => kind === "time")?.values);
  };

  test("has its order of day and month from all its rows, and says which", async () => {
    const table = await read("day,n\n01/02/2014,3\n02/02/2014,4\n13/02/2014,5\n");
    expect(times(table)).toEqual(["2014-02-01", "2014-02-02", "2014-02-13"].map(seconds));
    expect(table.notes.lines).toEqual(["`day` is read as dates with the day first"]);
    const american = await read("day,n\n02/01/2014,3\n02/13/2014,5\n");
    expect(times(american)).toEqual(["2014-02-01", "2014-02-13"].map(seconds));
  });

  test("stays words where every date can be read in two ways, and says so", async () => {
    const table = await read("day,n\n01/02/2014,3\n02/02/2014,4\n");
    expect(table.columns.map(({ kind }) => kind)).toEqual(["text", "number"]);
    expect(table.notes.lines).toEqual([
      '`day` is left as words: "01/02/2014" may begin with a day or a month; write it as 2014-01-31',
    ]);
  });

  test("is refused there where it must be times", async () => {
    const path = fileWith("day,n\n01/02/2014,3\n02/02/2014,4\n");
    expect(await refusal(readTable(path, { kinds: { day: "time" } }))).toBe(
      't.csv: column `day`, line 2: expected a time such as 2014-01-31 or 2014-01-31T23:00Z, got "01/02/2014"; 2 such of 2; say which is the day by writing it so',
    );
  });

  test("without a zone is UTC, which is said of times of day only", async () => {
    expect((await read("t,n\n2014-01-01 05:00,3\n")).notes.lines).toEqual([
      "`t` names no time zone and is read as UTC",
    ]);
    expect((await read("t,n\n2014-01-01,3\n")).notes.lines).toEqual([]);
  });

  test("is seconds or milliseconds since 1970 where its name says time", async () => {
    const inSeconds = await read("timestamp,n\n1388534400,1\n1388538000,2\n");
    expect(times(inSeconds)).toEqual(["2014-01-01T00:00Z", "2014-01-01T01:00Z"].map(seconds));
    expect(inSeconds.notes.lines).toEqual(["`timestamp` is read as seconds since 1970"]);
    const inMilliseconds = await read("eventTime,n\n1388534400000,1\n1388534400500,2\n");
    expect(times(inMilliseconds)).toEqual([1388534400, 1388534400.5]);
    expect(times(await read("runtime,n\n1388534400,1\n1388538000,2\n"))).toEqual([]);
    expect(times(await read("time,n\n17,1\n18,2\n"))).toEqual([]);
  });

  test("is joined from year, month, day and hour, in whatever order they stand", async () => {
    const table = await read("a,Day,Month,Year\n7,28,2,2014\n8,1,3,2014\n");
    expect(times(table)).toEqual(["2014-02-28", "2014-03-01"].map(seconds));
    expect(table.columns.map(({ name }) => name)).toEqual(["a", "time"]);
    expect(table.notes.joined).toEqual(["Year", "Month", "Day"]);
  });

  test("is not joined from numbers that name no day, nor from years that do not ascend", async () => {
    const names = async (content: string): Promise<string[]> =>
      (await read(content)).columns.map(({ name }) => name);
    expect(await names("year,month,day\n2014,2,30\n")).toEqual(["year", "month", "day"]);
    expect(await names("price,year\n1,2014\n2,2012\n")).toEqual(["price", "year"]);
    expect(await names("price,year\n1,2012\n2,2014\n")).toEqual(["price", "time"]);
  });

  test("is turned where the newest row stands first", async () => {
    const table = await read("day,n,w\n2014-01-03,3,c\n2014-01-02,2,b\n2014-01-01,1,a\n");
    expect(times(table)).toEqual(["2014-01-01", "2014-01-02", "2014-01-03"].map(seconds));
    expect(table.columns.map(({ values }) => allOf<unknown>(values)).slice(1)).toEqual([
      [1, 2, 3],
      ["a", "b", "c"],
    ]);
    expect(table.notes.lines).toEqual([
      "the newest row stood first: rows are read from the last to the first",
    ]);
  });
});

describe("the step of a series", () => {
  const stepOf = (times: readonly number[]): string | null => findTimeStep(times)?.name ?? null;
  const every = (step: number, count = 50): number[] =>
    Array.from({ length: count }, (_, i) => step * i);

  test.each([
    [1, "every second"],
    [60, "every minute"],
    [600, "every 10 minutes"],
    [3600, "hourly"],
    [10_800, "every 3 hours"],
    [86_400, "daily"],
    [604_800, "weekly"],
    [0.25, "every 0.25 seconds"],
  ])("of %d s is %s", (step, name) => expect(stepOf(every(step))).toBe(name));

  test("of months, quarters and years is theirs though they differ in length", () => {
    const months = (by: number): number[] =>
      Array.from({ length: 30 }, (_, i) => Date.UTC(2000, i * by) / 1000);
    expect([1, 3, 12].map((by) => stepOf(months(by)))).toEqual(["monthly", "quarterly", "yearly"]);
  });

  test("bears gaps, and is irregular with many of them", () => {
    expect(stepOf(every(3600).filter((_, i) => i !== 20))).toBe("hourly");
    expect(stepOf(every(86_400).filter((_, i) => i % 7 < 5))).toBe("daily, with gaps");
    expect(stepOf([0, 1, 5, 17, 18, 40])).toBe("at irregular times");
  });

  test("is none where times do not ascend", () => {
    expect(stepOf([1, 2, 2, 3])).toBeNull();
    expect(stepOf([1, Number.NaN, 2])).toBeNull();
    expect(stepOf([1])).toBeNull();
  });
});
