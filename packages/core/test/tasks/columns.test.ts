import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ColumnReader,
  type FittedColumn,
  fitColumns,
  fittedColumns,
  Moments,
  type Row,
  rowsOf,
  widthOf,
} from "../../src/data/columns.ts";
import type { Table } from "../../src/data/table.ts";
import { CellstateError } from "../../src/errors.ts";
import { SchemaError } from "../../src/files/schema.ts";

const refused = (message: string) => new CellstateError("data", `rows.csv: ${message}`);
const fit = (rows: readonly Row[], names = Object.keys(rows[0])) =>
  fitColumns(rows, names, "rows.csv");

function read(columns: readonly FittedColumn[], row: Row): number[] {
  const reader = new ColumnReader(columns);
  const into = new Float64Array(reader.width + 2).fill(9);
  reader.write(row, into, 1, { file: "rows.csv", row: 6 });
  expect([into[0], into[reader.width + 1]]).toEqual([9, 9]);
  return [...into.subarray(1, reader.width + 1)];
}

it("numbers whose deviation overflows are refused by their column's name", () => {
  const rows = [1e200, -1e200, 3e200].map((wide) => ({ plain: 1, wide }));
  expect(() => fit(rows)).toThrow(
    refused(
      "column `wide`: its numbers are too far apart to compute with; correct them or leave the column out",
    ),
  );
});

it("a value that is neither number nor word is refused: null is not 0", () => {
  const rows: readonly Row[] = JSON.parse('[{"x": 1}, {"x": null}]');
  expect(() => fit(rows)).toThrow(
    refused(
      'row 2: column `x`: expected a number or a word, got null; give NaN or "" where a value is missing',
    ),
  );
});

describe("fitColumns", () => {
  it("fits a column of numbers by mean and deviation, and one of words by what there is", () => {
    expect(
      fit([
        { age: 1, colour: "red" },
        { age: 5, colour: "blue" },
      ]),
    ).toEqual([
      { kind: "number", name: "age", mean: 3, deviation: 2, missing: false },
      { kind: "category", name: "colour", categories: ["blue", "red"] },
    ]);
  });

  it("leaves missing numbers out of the mean and remembers that there were some", () => {
    expect(fit([{ x: 1 }, { x: Number.NaN }, { x: 5 }, { x: "" }])).toEqual([
      { kind: "number", name: "x", mean: 3, deviation: 2, missing: true },
    ]);
  });

  it("takes a missing word for a category of its own", () => {
    expect(fit([{ x: "" }, { x: "b" }, { x: "a" }])).toEqual([
      { kind: "category", name: "x", categories: ["", "a", "b"] },
    ]);
  });

  it("divides a column of one value by 1", () => {
    expect(fit([{ x: 0.1 }, { x: 0.1 }, { x: 0.1 }])).toMatchObject([{ mean: 0.1, deviation: 1 }]);
  });

  it("names the row with a word among numbers", () => {
    expect(() => fit([{ age: 1 }, { age: "old" }])).toThrow(
      refused(
        'row 2: column `age`: expected a number as in other rows, got "old"; correct it or leave it empty',
      ),
    );
  });

  it("names the row with a number among words", () => {
    expect(() => fit([{ colour: "red" }, { colour: 7 }])).toThrow(
      refused(
        "row 2: column `colour`: expected a word as in other rows, got 7; correct it or leave it empty",
      ),
    );
  });

  it("names the row with an infinite number", () => {
    expect(() => fit([{ x: 1 }, { x: -Infinity }])).toThrow(
      refused("row 2: column `x`: expected a number, got -Infinity; correct it or leave it empty"),
    );
  });

  it("refuses a column of texts", () => {
    const rows = Array.from({ length: 1500 }, (_, index) => ({ comment: `words ${index % 1201}` }));
    expect(() => fit(rows)).toThrow(
      refused(
        "column `comment` has 1,201 different words in 1,500 rows, too many for categories; leave the column out or group its words",
      ),
    );
  });

  it("names a column that a row lacks", () => {
    expect(() => fit([{ a: 1, b: 2 }, { b: 3 }])).toThrow(
      refused("row 2: column `a` is missing, there is `b`; the model reads `a`, `b`"),
    );
  });

  it("refuses a column that is named twice", () => {
    expect(() => fit([{ a: 1 }], ["a", "a"])).toThrow(
      refused("column `a` stands twice; give each column its own name, once"),
    );
  });

  it("refuses to read no column", () => {
    expect(() => fit([{}])).toThrow(refused("no column to read; name one at least"));
  });
});

describe("ColumnReader", () => {
  const columns: readonly FittedColumn[] = [
    { kind: "number", name: "x", mean: 3, deviation: 2, missing: true },
    { kind: "category", name: "c", categories: ["a", "b"] },
    { kind: "number", name: "y", mean: 1, deviation: 4, missing: false },
  ];

  it("writes numbers in deviations, whether they are missing, and a 1 for a word", () => {
    expect(widthOf(columns)).toBe(5);
    expect(read(columns, { x: 7, c: "b", y: 3 })).toEqual([2, 0, 0, 1, 0.5]);
    expect(read(columns, { x: Number.NaN, c: "a", y: Number.NaN })).toEqual([0, 1, 1, 0, 0]);
  });

  it("reads a word of no known category as none, and says which columns it could not read", () => {
    expect(read(columns, { x: 3, c: "new", y: 1 })).toEqual([0, 0, 0, 0, 0]);
    const reader = new ColumnReader(columns);
    const place = { file: "rows.csv", row: 0 };
    expect(reader.unread({ x: "", c: "new", y: 1 }, place)).toEqual(["x", "c"]);
    expect(reader.unread({ x: 1, c: "b", y: 1 }, place)).toEqual([]);
  });

  it("does not take what objects inherit for columns", () => {
    const inherited: FittedColumn = { kind: "category", name: "constructor", categories: ["a"] };
    expect(() => read([inherited], { a: 1 })).toThrow(
      refused(
        "row 7: column `constructor` is missing, there is `a`; the model reads `constructor`",
      ),
    );
  });

  it("refuses a number that single precision cannot hold after scaling", () => {
    expect(() => read(columns, { x: 1e300, c: "a", y: 1 })).toThrow(
      refused(
        "row 7: column `x`: 1e+300 is too far from the values of training to compute with; correct it",
      ),
    );
  });

  it("keeps a column's name from breaking the line", () => {
    const name = "a\nb";
    expect(() => read([{ kind: "category", name, categories: ["a"] }], { [name]: 1 })).toThrow(
      "column `a\\u{a}b`: expected a word",
    );
  });
});

describe("fittedColumns", () => {
  it("takes back what was fitted", () => {
    const columns = fit([
      { x: 1, c: "a" },
      { x: Number.NaN, c: "" },
    ]);
    expect(fittedColumns(JSON.parse(JSON.stringify(columns)), "columns")).toEqual(columns);
  });

  it.each([
    [[], "columns: expected 1 to 65536 items, got 0"],
    [[{ kind: "date" }], 'columns[0].kind: expected "number" or "category", got "date"'],
    [
      [{ kind: "number", name: "x", mean: 0, deviation: 0, missing: false }],
      "columns[0].deviation: expected a number above 0, got 0",
    ],
    [
      [{ kind: "number", name: "x", mean: Infinity, deviation: 1, missing: false }],
      "columns[0].mean: expected a number, got Infinity",
    ],
    [
      [{ kind: "category", name: "x", categories: ["a", "a"] }],
      'columns[0].categories[1]: "a" stands twice; each must stand once',
    ],
    [
      [
        { kind: "category", name: "x", categories: ["a"] },
        { kind: "number", name: "x", mean: 0, deviation: 1, missing: false },
      ],
      'columns[1]: "x" stands twice; each must stand once',
    ],
  ])("refuses %j", (json, message) => {
    expect(() => fittedColumns(json, "columns")).toThrow(new SchemaError(message));
  });
});

it("Moments gives what two passes give", () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(values, (sample) => {
      const moments = new Moments();
      for (const value of sample) moments.add(value);
      const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length;
      const squares = sample.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
      // Values up to 1e6, a hundred of them: sums are exact to about 1e-8.
      expect(moments.mean).toBeCloseTo(mean, 7);
      const deviation = Math.sqrt(squares / sample.length);
      if (deviation > 1e-3) expect(moments.deviation / deviation).toBeCloseTo(1, 5);
    }),
    { seed: 4, numRuns: 200 },
  );
});

describe("rowsOf", () => {
  const table: Table = {
    name: "table.csv",
    rows: 2,
    columns: [
      { kind: "number", name: "x", values: [1, Number.NaN] },
      { kind: "text", name: "__proto__", values: ["a", ""] },
      { kind: "time", name: "when", values: [60, 120] },
    ],
  };

  it("gives the rows of some columns", () => {
    const rows = rowsOf(table, ["__proto__", "x"]);
    expect(rows.length).toBe(2);
    expect(Object.entries(rows.at(0) ?? {})).toEqual([
      ["__proto__", "a"],
      ["x", 1],
    ]);
    expect(rows.at(2)).toBeUndefined();
    expect(rowsOf(table, ["when"]).at(1)).toEqual({ when: 120 });
  });

  it("names a column that the table lacks", () => {
    expect(() => rowsOf(table, ["y"])).toThrow(
      new CellstateError(
        "data",
        "table.csv: column `y` is missing, there are `x`, `__proto__`, `when`; name one of them",
      ),
    );
  });
});
