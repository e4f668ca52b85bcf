import { describe, expect, it } from "vitest";
import type { Table } from "../../src/data/table.ts";
import { ForecastingTask } from "../../src/tasks/forecasting.ts";
import { fitForecasting } from "../../src/tasks/forecastingFit.ts";
import { HOUR, hourly, inputOf, PLAIN } from "./forecastingTables.ts";

const NONE = Number.NaN;

it("a number that float32 cannot hold beside those of training is refused in its row, where it is read", () => {
  const { task } = fitForecasting(hourly({ y: [1, 3, 2, 5, 1, 3, 2, 4] }), PLAIN);
  const read = (...y: number[]): number[][] => inputOf(task.encode([hourly({ y })], null, "x"), 0);
  const refused =
    "x.csv: row 2: column `y`: 1e+300 is too far from the values of training to compute with; correct it";
  expect(() => read(1, 1e300, 5, 2)).toThrow(refused);
  // Carried forward, it is still row 2's; further back than the history, nobody reads it.
  expect(() => read(1, 1e300, NONE, NONE, NONE)).toThrow(refused);
  expect(read(1, 1e300, 2, 5, 1)).toEqual(read(1, 1, 2, 5, 1));
});

describe("a forecaster's file", () => {
  const table = hourly({ y: [1, 3, 2, 5, 1, 3, NONE, 4], word: [..."abcabcab"] });
  const { task, series } = fitForecasting(table, PLAIN);
  const json = JSON.stringify(
    task
      .calibrated({
        offsets: [
          [0.5, 0, -0.5],
          [1, 2, 3],
        ],
        smearing: [1, 1],
      })
      .toJson(),
  );

  it("holds all that a prediction needs", () => {
    const read = ForecastingTask.fromJson(JSON.parse(json));
    expect(JSON.stringify(read.toJson())).toBe(json);
    const [mine, theirs] = [task, read].map((each) => inputOf(each.encode([table], null, "x"), 0));
    expect(theirs).toEqual(mine);
  });

  it("is not trusted", () => {
    const config = JSON.parse(json);
    const { deviation } = config.scale;
    const wrong: [object, string][] = [
      [{ horizon: 0 }, "forecasting.horizon: expected a whole number from 1 to 10000, got 0"],
      [{ horizon: 3 }, "forecasting.scale.mean: expected 3 numbers, one a step"],
      [
        { quantiles: [0.5, 0.1, 0.9] },
        "forecasting.quantiles: expected ascending numbers between 0 and 1",
      ],
      [
        { scale: { mean: [0, 0], deviation: [deviation[0], 0] } },
        "forecasting.scale.deviation[1]: expected a number above 0, got 0",
      ],
      [{ target: "word" }, "forecasting.inputs[0]: expected the numbers of the target"],
      [{ step: { unit: "months", count: 1.5 } }, "forecasting.step.count: expected whole months"],
      [
        { calibration: { offsets: [[0], [0]], smearing: [1, 1] } },
        "forecasting.calibration.offsets: expected 2 lists of 3 numbers",
      ],
      [{ inputs: [] }, "forecasting.inputs: expected 1 to 10000 items, got 0"],
      [{ log: "yes" }, 'forecasting.log: expected true or false, got "yes"'],
    ];
    for (const [change, message] of wrong) {
      expect(() => ForecastingTask.fromJson({ ...config, ...change })).toThrow(message);
    }
  });

  it("does not make windows of other series fit", () => {
    const other = ForecastingTask.fromJson(JSON.parse(json));
    const window = { series, origin: 8 };
    expect(() => inputOf(other.encode([window], null, "x"), 0)).toThrow(
      new TypeError("a window of another forecaster's series; cut it from this one's"),
    );
  });
});

describe("a table that cannot be forecast", () => {
  const y = [1, 3, 2, 5, 1, 3, 2, 4, 1, 5];
  const refused: [string, Table, object, string][] = [
    [
      "has no such column",
      hourly({ y }),
      { target: "pm25" },
      'x.csv: no column "pm25"; there are "when", "y"',
    ],
    [
      "has words for a target",
      hourly({ y, word: [..."abababcdef"] }),
      { target: "word" },
      'x.csv: target column "word" holds words; a forecast is of numbers',
    ],
    [
      "is too short",
      hourly({ y }),
      { history: 9 },
      "x.csv: 10 rows are too few for a history of 9 and a horizon of 2; give a longer series, or a shorter history",
    ],
    [
      "is too short in its training part",
      hourly({ y }),
      { history: 5, test: 0.4 },
      "x.csv: 6 rows of 10 to train on are too few for a history of 5 and a horizon of 2; give a longer series, or a shorter history",
    ],
    [
      "is too short for a horizon that is longer than the history",
      hourly({ y }),
      { history: 1, horizon: 10_000 },
      "x.csv: 10 rows are too few for a history of 1 and a horizon of 10,000; give a longer series, or a shorter horizon",
    ],
    [
      "has a part shorter than the horizon",
      hourly({ y }),
      { test: 0.1 },
      "x.csv: 1 of 10 rows are too few for test over a horizon of 2; give a longer series, a shorter horizon, or a larger share to test",
    ],
    [
      "has no value of the target",
      hourly({ y: [...y.slice(0, 8).map(() => NONE), 1, 2] }),
      { test: 0.2 },
      'x.csv: target column "y" has no value in the 8 rows to train on; choose another target or give a longer series',
    ],
    [
      "has values below 0 where logarithms are wanted",
      hourly({ y: [1, 3, -2, 5, 1, 3] }),
      { log: true },
      'x.csv: row 3 has "y" -2; logarithms need 0 or more, train without them',
    ],
    [
      "has no times",
      { name: "x.csv", rows: 2, columns: [{ kind: "number", name: "y", values: [1, 2] }] },
      {},
      "x.csv: no column of times; a series needs one, such as 2024-05-01 13:00",
    ],
  ];
  it.each(refused)("%s", (_, table, options, message) => {
    expect(() => fitForecasting(table, { ...PLAIN, ...options })).toThrow(
      expect.objectContaining({ message, code: "data" }),
    );
  });
});

describe("a table that a forecaster was not made for", () => {
  const y = [1, 3, 2, 5, 1, 3, 2, 4];
  const word = [..."abababab"];
  const { task } = fitForecasting(hourly({ y, word }), PLAIN);
  const refused: [string, Table, string][] = [
    [
      "has another time step",
      hourly({ y, word }, 24 * HOUR),
      "x.csv: the time step is daily, but the model was trained on hourly; give rows that come hourly",
    ],
    ["lacks a column", hourly({ y }), 'x.csv: no column "word"; there are "when", "y"'],
    [
      "has words for numbers",
      hourly({ y: word, word }),
      'x.csv: column "y" holds words, the model was trained on numbers; give numbers there',
    ],
    [
      "has numbers for words",
      hourly({ y, word: y }),
      'x.csv: column "word" holds numbers, the model was trained on words; give words there',
    ],
    [
      "is shorter than the history",
      hourly({ y: [1, 2], word: ["a", "b"] }),
      "x.csv: 2 rows, but the model looks back 3; give the last 3 rows at least",
    ],
  ];
  it.each(refused)("%s", (_, table, message) => {
    expect(() => inputOf(task.encode([table], null, "x"), 0)).toThrow(
      expect.objectContaining({ message, code: "data" }),
    );
  });
});

describe("options out of range", () => {
  const table = hourly({ y: [1, 3, 2, 5, 1, 3, 2, 4] });
  it.each([
    [{ horizon: 0 }, "horizon 0; expected a whole number from 1 to 10000"],
    [{ history: 1.5 }, "history 1.5; expected a whole number from 1 to 1000000"],
    [
      { quantiles: [0.9, 0.1] },
      "quantiles 0.9, 0.1; expected ascending numbers between 0 and 1, 99 at most",
    ],
  ])("are refused: %o", (options, message) => {
    expect(() => fitForecasting(table, { ...PLAIN, ...options })).toThrow(new RangeError(message));
  });
});
