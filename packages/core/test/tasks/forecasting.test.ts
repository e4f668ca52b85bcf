import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Table } from "../../src/data/table.ts";
import { fitForecasting } from "../../src/tasks/forecastingFit.ts";
import { ForecastSeries } from "../../src/tasks/forecastingSeries.ts";
import { HOUR, hourly, inputOf, PLAIN, targetOf } from "./forecastingTables.ts";

const NONE = Number.NaN;
/** float32 holds 24 bits, of numbers below 16. */
const FLOAT32 = 6;

describe("windows over a series", () => {
  // Mean 2, deviation 1.
  const table = hourly({ y: [1, 3, 1, 3, 1, 3, 1, 3], word: [..."abababab"] });

  it("are histories of scaled rows, with the difference from the last known value", () => {
    const { task, series, parts } = fitForecasting(table, PLAIN);
    const examples = task.examples(series.windows(parts.training));
    expect(task.ports.input).toEqual({ kind: "vectors", width: 4 });
    expect(examples.count).toBe(4);
    // y; a, b; y less the last y.
    expect(inputOf(examples, 0)).toEqual([
      [-1, 1, 0, 0],
      [1, 0, 1, 2],
      [-1, 1, 0, 0],
    ]);
    expect(examples.known).toBeNull();
  });

  it("have targets in units of each step's differences", () => {
    const { task, series, parts } = fitForecasting(table, PLAIN);
    const examples = task.examples(series.windows(parts.training));
    // One step ahead: four times 2, three times −2; two steps ahead: always 0, and 1 for a deviation of 0.
    const deviation = Math.sqrt(4 - (2 / 7) ** 2);
    expect(task.config.scale.mean[0]).toBeCloseTo(2 / 7, 14);
    expect(task.config.scale.deviation[0]).toBeCloseTo(deviation, 14);
    expect(task.config.scale.mean[1]).toBe(0);
    expect(task.config.scale.deviation[1]).toBe(1);
    const [near, far] = targetOf(examples, 0)[0];
    expect(near).toBeCloseTo((2 - 2 / 7) / deviation, 14);
    expect(far).toBe(0);
  });

  it("have targets in units of the target where they are not relative", () => {
    const { task, series, parts } = fitForecasting(table, { ...PLAIN, relative: false });
    const examples = task.examples(series.windows(parts.training));
    expect(task.ports.input).toEqual({ kind: "vectors", width: 3 });
    expect(targetOf(examples, 0)).toEqual([[1, -1]]);
  });

  it("lie with their targets wholly in a part, and reach back with their histories", () => {
    const options = { ...PLAIN, validation: 0.25, test: 0.25 };
    const { series, parts } = fitForecasting(
      hourly({ y: [1, 5, 2, 4, 3, 3, 9, 1, 7, 2, 8, 1] }),
      options,
    );
    const origins = Object.values(parts).map((part) => {
      const windows = series.windows(part);
      return Array.from({ length: windows.length }, (_, index) => windows.at(index)?.origin);
    });
    expect(origins).toEqual([
      [3, 4],
      [6, 7],
      [9, 10],
    ]);
    const strided = series.windows({ from: 0, to: 12 }, 4);
    expect([strided.length, strided.at(1)?.origin, strided.at(2)]).toEqual([2, 7, undefined]);
  });

  it("are left out where no target is known, or nothing before them", () => {
    const y = [NONE, NONE, NONE, NONE, 1, 2, NONE, NONE, 3, 2];
    const { series, parts } = fitForecasting(hourly({ y }), PLAIN);
    const windows = series.windows(parts.training);
    const origins = Array.from({ length: windows.length }, (_, index) => windows.at(index)?.origin);
    expect(origins).toEqual([5, 7, 8]);
  });

  it("carry the last known value forward, mark what is missing, and have no target there", () => {
    const y = [1, 3, NONE, NONE, 3, 1];
    const word = ["a", "", "b", "a", "b", "a"];
    const { task, series, parts } = fitForecasting(hourly({ y, word }), {
      ...PLAIN,
      relative: false,
    });
    const examples = task.examples(series.windows(parts.training));
    // y and its mark; a, b and their mark.
    expect(inputOf(examples, 0)).toEqual([
      [-1, 0, 1, 0, 0],
      [1, 0, 1, 0, 1],
      [1, 1, 0, 1, 0],
    ]);
    expect(targetOf(examples, 0)).toEqual([[NONE, 1]]);
    expect(Object.fromEntries(series.missing)).toEqual({ y: 2, word: 1 });
  });

  it("have rows in gaps, of which everything is missing", () => {
    const times = [0, 1, 2, 4, 5].map((row) => row * HOUR);
    const values = [1, 3, 1, 3, 2];
    const table: Table = {
      name: "x.csv",
      rows: 5,
      columns: [
        { kind: "time", name: "when", values: times },
        { kind: "number", name: "y", values },
      ],
    };
    const { task, series, parts } = fitForecasting(table, {
      ...PLAIN,
      horizon: 1,
      relative: false,
    });
    const examples = task.examples(series.windows(parts.training));
    expect(series.series.gapRows).toBe(1);
    expect(series.missing.get("y")).toBe(0);
    // Of the windows before rows 3, 4 and 5 the first has no target.
    expect(examples.count).toBe(2);
    expect(inputOf(examples, 0).map(([, mark]) => mark)).toEqual([0, 0, 1]);
    expect(inputOf(examples, 0)[2][0]).toBe(inputOf(examples, 0)[1][0]);
  });

  it("are the same whether a series is encoded at once or when it is read", () => {
    const value = fc.option(fc.double({ min: -100, max: 100, noNaN: true }), { nil: NONE });
    const rows = fc.array(fc.tuple(value, fc.constantFrom("a", "b", "c", "")), {
      minLength: 8,
      maxLength: 30,
    });
    fc.assert(
      fc.property(rows, (made) => {
        const y = made.map(([number]) => number);
        y[0] = 1;
        const table = hourly({ y, word: made.map(([, word]) => word) });
        const { task, series } = fitForecasting(table, { ...PLAIN, calendar: ["timeOfDay"] });
        const late = new ForecastSeries(task.config, table, 0);
        const at = (from: ForecastSeries): number[][] => {
          const window = { series: from, origin: made.length - 3 };
          return inputOf(task.encode([window], null, "x"), 0);
        };
        const [now, later] = [at(series).flat(), at(late).flat()];
        expect(later).toHaveLength(now.length);
        for (const [i, number] of later.entries()) expect(number).toBeCloseTo(now[i], FLOAT32 - 1);
      }),
    );
  });

  it("know nothing of a category that the training part did not have", () => {
    const word = [..."abababab", "c", "c"];
    const y = [1, 3, 1, 3, 1, 3, 1, 3, 1, 3];
    const { series } = fitForecasting(hourly({ y, word }), { ...PLAIN, test: 0.2 });
    expect(series.unknown.get("word")).toBe(2);
    const into = new Float64Array(3 * 4);
    series.copyHistory(10, into, 0, 4);
    expect([...into.slice(5, 7)]).toEqual([0, 0]);
  });
});

describe("no leak", () => {
  const anyValue = fc.double({ min: 0, max: 100, noNaN: true });
  const twenty = fc.array(anyValue, { minLength: 20, maxLength: 20 });
  const letters = fc.array(fc.constantFrom("a", "b", ""), { minLength: 20, maxLength: 20 });

  it("comes from later parts: changing any value there leaves the fitted task as it is", () => {
    const flags = fc.record({ log: fc.boolean(), relative: fc.boolean() });
    fc.assert(
      fc.property(twenty, twenty, letters, twenty, flags, (y, z, word, changed, flags) => {
        const options = { ...PLAIN, ...flags, validation: 0.2, test: 0.2 };
        const before = fitForecasting(hourly({ y, z, word }), options);
        const from = before.parts.validation.from;
        expect(from).toBe(12);
        const after = fitForecasting(
          hourly({
            y: [...y.slice(0, from), ...changed.slice(from)],
            z: [...z.slice(0, from), ...changed.slice(from).reverse()],
            word: [...word.slice(0, from), ...Array.from({ length: 20 - from }, () => "new")],
          }),
          options,
        );
        expect(after.task.toJson()).toEqual(before.task.toJson());
        expect(after.leftOut).toEqual(before.leftOut);
      }),
    );
  });

  it("comes from the future: changing values after a history leaves its input as it is", () => {
    const { task } = fitForecasting(
      hourly({ y: [1, 3, 2, 5, 4, 7], z: [1, 2, 1, 3, 1, 4] }),
      PLAIN,
    );
    fc.assert(
      fc.property(
        twenty,
        twenty,
        twenty,
        fc.integer({ min: 3, max: 20 }),
        (y, z, changed, origin) => {
          const inputs = [
            hourly({ y, z }),
            hourly({
              y: [...y.slice(0, origin), ...changed.slice(origin)],
              z: [...z.slice(0, origin), ...changed.slice(origin)],
            }),
            hourly({ y: y.slice(0, origin), z: z.slice(0, origin) }),
          ].map((table) =>
            inputOf(task.encode([{ series: task.series(table), origin }], null, "x"), 0),
          );
          expect(inputs[1]).toEqual(inputs[0]);
          expect(inputs[2]).toEqual(inputs[0]);
        },
      ),
    );
  });
});

describe("decoding", () => {
  it("undoes what encoding does to targets", () => {
    const value = fc.double({ min: 0, max: 1000, noNaN: true });
    const options = fc.record({
      log: fc.boolean(),
      relative: fc.boolean(),
      form: fc.constantFrom("seq2vec" as const, "seq2seq" as const),
    });
    fc.assert(
      fc.property(fc.array(value, { minLength: 12, maxLength: 12 }), options, (y, flags) => {
        const { task, series } = fitForecasting(hourly({ y }), {
          ...PLAIN,
          ...flags,
          quantiles: [],
        });
        const window = { series, origin: 9 };
        const written = targetOf(task.encode([window], [[y[9], y[10]]], "x"), 0).flat();
        const { values } = task.decode({ steps: 1, heads: [Float32Array.from(written)] }, window);
        // The network writes float32: 2⁻²⁴ of a scaled number, times its deviation; logarithms lose that share of the value.
        const { deviation } = task.config.scale;
        for (const h of [0, 1]) {
          const size = Math.abs(written[h]) * deviation[h] * (flags.log ? y[9 + h] + 1 : 1);
          expect(Math.abs(values[h] - y[9 + h])).toBeLessThanOrEqual(1e-7 * size + 1e-10);
        }
      }),
    );
  });

  it("answers a table with the steps after its last row, their times and bands that never cross", () => {
    const { task } = fitForecasting(hourly({ y: [1, 3, 1, 3, 1, 3, 1, 3] }), {
      ...PLAIN,
      relative: false,
      unit: "µg/m³",
    });
    const history = hourly({ y: [5, 7, 9, 11] });
    const heads = [Float32Array.of(1, 2), Float32Array.of(-1, 0, 2, 3, 1, 2)];
    expect(task.decode({ steps: 1, heads }, history)).toEqual({
      target: "y",
      unit: "µg/m³",
      times: [4 * HOUR, 5 * HOUR],
      values: [3, 4],
      bands: [
        { level: 0.1, values: [1, 3] },
        { level: 0.5, values: [2, 4] },
        { level: 0.9, values: [4, 5] },
      ],
    });
  });

  it("counts from the last known value, however long ago", () => {
    const { task } = fitForecasting(hourly({ y: [1, 2, 4, 1, 5, 3, 2, 4] }), {
      ...PLAIN,
      horizon: 1,
    });
    const [mean, deviation] = [task.config.scale.mean[0], task.config.scale.deviation[0]];
    const output = { steps: 1, heads: [Float32Array.of(2), Float32Array.of(0, 0, 0)] };
    const forecast = task.decode(output, hourly({ y: [1, 8, NONE, NONE] }));
    expect(forecast.values[0]).toBeCloseTo(8 + mean + 2 * deviation, 12);
  });

  it("refuses tokens", () => {
    const { task } = fitForecasting(hourly({ y: [1, 3, 1, 3, 1, 3] }), PLAIN);
    const written = { tokens: [1], ended: true, logProbability: 0, attention: null };
    expect(() => task.decode(written, hourly({ y: [1, 2, 3] }))).toThrow(
      new TypeError("a forecaster decodes numbers, got tokens"),
    );
  });
});

describe("columns that a forecaster reads", () => {
  const rows = 80;
  const y = Array.from({ length: rows }, (_, row) => (row * row) % 7);
  const table = hourly({
    y,
    No: y.map((_, row) => row),
    same: y.map(() => 4),
    z: y.map((value) => -value),
    empty: y.map(() => NONE),
    notes: y.map((_, row) => `note ${row}`),
    word: y.map((value) => (value > 2 ? "high" : "low")),
    one: y.map(() => "one"),
  });

  it("are those of use, and it is said why others are not", () => {
    const { task, leftOut } = fitForecasting(table, PLAIN);
    expect(task.config.inputs.map(({ name }) => name)).toEqual(["y", "z", "word"]);
    expect(leftOut).toEqual([
      { name: "No", why: "it only ever rises" },
      { name: "same", why: "it is constant" },
      { name: "empty", why: "it is empty" },
      { name: "notes", why: "it has more than 64 different words" },
      { name: "one", why: "it is constant" },
    ]);
  });

  it("are those that are asked for", () => {
    const { task, leftOut } = fitForecasting(table, { ...PLAIN, inputs: ["No", "same"] });
    expect(task.config.inputs.map(({ name }) => name)).toEqual(["y", "No", "same"]);
    expect(leftOut).toEqual([]);
  });

  it("cannot be those without anything to read", () => {
    expect(() => fitForecasting(table, { ...PLAIN, inputs: ["notes"] })).toThrow(
      'x.csv: column "notes" cannot be read as an input: it has more than 64 different words; leave it out',
    );
  });
});
