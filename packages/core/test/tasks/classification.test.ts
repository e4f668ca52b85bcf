import { describe, expect, it } from "vitest";
import { CellstateError } from "../../src/errors.ts";
import { fitRowClassificationTask } from "../../src/tasks/rowClassification.ts";
import { fitRowRegressionTask } from "../../src/tasks/rowRegression.ts";
import { fitSequenceClassificationTask } from "../../src/tasks/sequenceClassification.ts";
import { fitSequenceRegressionTask } from "../../src/tasks/sequenceRegression.ts";
import type { SeriesInput } from "../../src/tasks/series.ts";
import { fitTextClassificationTask } from "../../src/tasks/textClassification.ts";
import { stepsOf, throughJson, tokensOf } from "./support.ts";

const refused = (message: string) => new CellstateError("data", message);

describe("text classification", () => {
  const inputs = ["ab", "b", "ba", "a"];
  const targets = ["x", "y", "x", "x"];
  const examples = { name: "names.tsv", inputs, targets, target: "country" };
  const task = fitTextClassificationTask(examples, { classWeights: "balanced" });

  it("says what goes in and comes out: two characters and three marks, two labels", () => {
    expect(task.ports).toEqual({
      input: { kind: "tokens", size: 5 },
      output: { kind: "classes", size: 2, each: "sequence" },
    });
    expect(task.labels).toEqual(["x", "y"]);
  });

  it("encodes characters between start and end, unknown ones as such", () => {
    const { count, input, known, target, weight } = task.encode(inputs, targets, "names.tsv");
    expect(count).toBe(4);
    expect(known).toBeNull();
    expect(tokensOf(input, 0)).toEqual([1, 3, 4, 2]);
    expect(tokensOf(task.encode(["a?"], null, "more.tsv").input, 0)).toEqual([1, 3, 0, 2]);
    expect([0, 1, 2, 3].flatMap((example) => tokensOf(target, example))).toEqual([0, 1, 0, 0]);
    expect(weight?.(0)).toBeCloseTo(2 / 3, 15);
    expect(weight?.(1)).toBe(2);
  });

  it("has neither target nor weight where there is nothing to learn", () => {
    const encoded = task.encode(inputs, null, "names.tsv");
    expect([encoded.target, encoded.weight]).toEqual([null, undefined]);
  });

  it("leaves the marks out on request, and reads an empty text", () => {
    const bare = fitTextClassificationTask(examples, { boundaries: false });
    const { input, weight } = bare.encode(["ab", ""], ["x", "y"], "names.tsv");
    expect(tokensOf(input, 0)).toEqual([3, 4]);
    expect(tokensOf(input, 1)).toEqual([]);
    expect(weight).toBeUndefined();
  });

  it("cuts long texts at their end, and counts them and what is unknown", () => {
    const short = fitTextClassificationTask(examples, { mostSteps: 2 });
    const texts = ["abab", "a?", "??"];
    expect(tokensOf(short.encode(texts, null, "more.tsv").input, 0)).toEqual([1, 3, 4, 2]);
    expect(short.survey(texts, "more.tsv")).toEqual({
      examples: 3,
      cut: 1,
      unknown: new Map([["?", 3]]),
      missing: new Map(),
    });
  });

  it("answers labels, the most probable first", () => {
    const output = { steps: 1, heads: [Float32Array.of(0.25, 0.75)] };
    const prediction = task.decode(output, "ab");
    expect(prediction.label).toBe("y");
    expect(prediction.probability).toBe(0.75);
    expect([...prediction.probabilities]).toEqual([
      ["y", 0.75],
      ["x", 0.25],
    ]);
  });

  it("is the same task out of a file", () => {
    const restored = throughJson(task);
    if (restored.kind !== "text-classification") throw new Error(restored.kind);
    expect(restored.toJson()).toEqual(task.toJson());
    expect(restored.ports).toEqual(task.ports);
    const encoded = restored.encode(inputs, targets, "names.tsv");
    expect(tokensOf(encoded.input, 2)).toEqual([1, 4, 3, 2]);
    expect(encoded.weight?.(1)).toBe(2);
  });

  it("knows words, and those that come once in many as unknown", () => {
    const many = Array.from({ length: 1001 }, (_, index) => `same w${index}`);
    const of = many.map((_, index) => (index % 2 === 0 ? "x" : "y"));
    const words = fitTextClassificationTask(
      { name: "a", inputs: many, targets: of },
      { tokens: "words" },
    );
    expect(words.ports.input).toEqual({ kind: "tokens", size: 4 });
    expect(tokensOf(words.encode(["same w7"], null, "a").input, 0)).toEqual([1, 3, 0, 2]);
  });

  it("names the row and the label that it does not know", () => {
    expect(() => task.encode(["a", "b"], ["x", "Elvish"], "test.tsv")).toThrow(
      refused(
        'test.tsv: row 2: `country` is "Elvish", which the model was not trained on; it knows "x", "y"',
      ),
    );
  });

  it.each([
    [[], [], "no rows to learn from"],
    [["", ""], ["x", "y"], "every text is empty; give texts to learn from"],
    [
      ["a", "b"],
      ["x", "x"],
      'column `label` holds "x" in every row; give examples of another label too',
    ],
  ])("refuses %j with labels %j", (texts, labels, message) => {
    expect(() => fitTextClassificationTask({ name: "t", inputs: texts, targets: labels })).toThrow(
      refused(`t: ${message}`),
    );
  });

  it("refuses fewer targets than inputs", () => {
    expect(() => task.encode(["a", "b"], ["x"], "t")).toThrow(
      new RangeError("targets: expected one for each of 2 inputs, got 1"),
    );
  });
});

describe("sequence classification", () => {
  const series = (...values: readonly number[]): SeriesInput => ({
    steps: values.length / 2,
    values: Float32Array.from(values),
  });
  const inputs = [series(1, 10, 3, 10), series(5, Number.NaN), series()];
  const targets = ["u", "v", "u"];
  const task = fitSequenceClassificationTask(
    { name: "vowels.ts", inputs, targets },
    { columns: ["c1", "c2"] },
  );

  it("standardises by column, and says what was missing where training had it", () => {
    expect(task.ports.input).toEqual({ kind: "vectors", width: 3 });
    const { input } = task.encode(inputs, targets, "vowels.ts");
    const deviation = Math.sqrt(8 / 3);
    expect(stepsOf(input, 0)).toEqual([
      [-2 / deviation, 0, 0],
      [0, 0, 0],
    ]);
    expect(stepsOf(input, 1)).toEqual([[2 / deviation, 0, 1]]);
    expect(stepsOf(input, 2)).toEqual([]);
    expect(task.survey(inputs, "vowels.ts").missing).toEqual(new Map([["c2", 1]]));
  });

  it("is the same task out of a file", () => {
    const restored = throughJson(task);
    if (restored.kind !== "sequence-classification") throw new Error(restored.kind);
    expect(stepsOf(restored.encode(inputs, null, "v").input, 0)).toEqual(
      stepsOf(task.encode(inputs, null, "v").input, 0),
    );
    expect(restored.labels).toEqual(["u", "v"]);
  });

  it("numbers columns without names", () => {
    const { columns } = JSON.parse(
      JSON.stringify(fitSequenceClassificationTask({ name: "v", inputs, targets }).toJson()),
    ).input;
    expect(columns.map(({ name }: { name: string }) => name)).toEqual(["1", "2"]);
  });

  it("names the example of another width", () => {
    const wrong = { steps: 2, values: Float32Array.of(1, 2, 3) };
    const { input } = task.encode([inputs[0], wrong], null, "test.ts");
    expect(() => stepsOf(input, 1)).toThrow(
      refused(
        "test.ts: example 2: expected 2 numbers in each of 2 steps, as in training, got 3 numbers in all; give every step the same columns",
      ),
    );
  });

  it("names example, step and column of an infinite number, in training and after", () => {
    const wrong = [series(1, 2), series(1, 2, 3, Infinity)];
    const message =
      "test.ts: example 2, step 2: column `c2`: expected a number, got Infinity; correct it or leave it empty";
    expect(() => stepsOf(task.encode(wrong, null, "test.ts").input, 1)).toThrow(refused(message));
    expect(() =>
      fitSequenceClassificationTask(
        { name: "test.ts", inputs: wrong, targets: ["u", "v"] },
        { columns: ["c1", "c2"] },
      ),
    ).toThrow(refused(message));
  });

  it("refuses only empty series", () => {
    const empty = { name: "v.ts", inputs: [series(), series()], targets: ["u", "v"] };
    expect(() => fitSequenceClassificationTask(empty)).toThrow(
      refused("v.ts: every series is empty; give series of a step or more"),
    );
  });

  it("gives a number for a series where that is asked for", () => {
    const regression = fitSequenceRegressionTask({ name: "s", inputs, targets: [1, 2, 3] });
    expect(regression.ports.input).toEqual({ kind: "vectors", width: 3 });
    const restored = throughJson(regression);
    if (restored.kind !== "sequence-regression") throw new Error(restored.kind);
    expect(stepsOf(restored.encode(inputs, [1, 2, 3], "s").target, 1)).toEqual([[0]]);
  });
});

describe("row classification", () => {
  const inputs = [
    { size: 1, colour: "red" },
    { size: 3, colour: "blue" },
  ];
  const task = fitRowClassificationTask({ name: "r.csv", inputs, targets: ["a", "b"] });

  it("reads a row as a vector of one step", () => {
    expect(task.ports.input).toEqual({ kind: "vector", width: 3 });
    const { input } = task.encode(inputs, null, "r.csv");
    expect(stepsOf(input, 0)).toEqual([[-1, 0, 1]]);
    expect(stepsOf(input, 1)).toEqual([[1, 1, 0]]);
  });

  it("reads the columns that are asked for, in their order", () => {
    const some = fitRowClassificationTask(
      { name: "r.csv", inputs, targets: ["a", "b"] },
      { columns: ["colour"] },
    );
    expect(stepsOf(some.encode([{ colour: "blue" }], null, "r.csv").input, 0)).toEqual([[1, 0]]);
  });

  it("does not read the target that stands among its columns", () => {
    const rows = [
      { size: 1, kind: "a" },
      { size: 3, kind: "b" },
    ];
    const examples = { name: "r.csv", inputs: rows, targets: ["a", "b"], target: "kind" };
    expect(fitRowClassificationTask(examples).ports.input).toEqual({ kind: "vector", width: 1 });
    expect(() => fitRowClassificationTask(examples, { columns: ["size", "kind"] })).toThrow(
      new RangeError('columns: "kind" is the target; leave it out'),
    );
  });

  it("names a column that is missing when it is asked to predict", () => {
    const { input } = task.encode([{ colour: "red" }], null, "new.csv");
    expect(() => stepsOf(input, 0)).toThrow(
      refused(
        "new.csv: row 1: column `size` is missing, there is `colour`; the model reads `size`, `colour`",
      ),
    );
  });

  it("is the same task out of a file", () => {
    const restored = throughJson(task);
    expect(restored.toJson()).toEqual(task.toJson());
    expect(restored.ports).toEqual(task.ports);
  });
});

describe("row regression", () => {
  const inputs = [{ x: 1 }, { x: 2 }];
  const examples = { name: "r.csv", inputs, targets: [10, 30], target: "price" };
  const task = fitRowRegressionTask(examples, { unit: "EUR", quantiles: [0.1, 0.9] });

  it("learns the target in deviations from its mean", () => {
    const { target } = task.encode(inputs, [10, 40], "r.csv");
    expect([stepsOf(target, 0), stepsOf(target, 1)]).toEqual([[[-1]], [[2]]]);
    expect(task.ports.output).toEqual({
      kind: "numbers",
      width: 1,
      heads: [
        { name: "value", loss: "squared" },
        { name: "quantiles", loss: "quantile", levels: [0.1, 0.9] },
      ],
      each: "sequence",
      known: 0,
    });
  });

  it("answers in the target's unit, quantiles in order even where the network crossed them", () => {
    const output = { steps: 1, heads: [Float32Array.of(0.5), Float32Array.of(2, -1)] };
    expect(task.decode(output, inputs[0])).toEqual({
      value: 25,
      unit: "EUR",
      quantiles: [
        { level: 0.1, value: 10 },
        { level: 0.9, value: 40 },
      ],
    });
  });

  it("is the same task out of a file", () => {
    const restored = throughJson(task);
    expect(restored.toJson()).toEqual(task.toJson());
    expect(restored.ports).toEqual(task.ports);
  });

  it("names the row without a target, and one that is infinite", () => {
    expect(() => fitRowRegressionTask({ ...examples, targets: [10, Number.NaN] })).toThrow(
      refused("r.csv: row 2: no `price`; give a number or take the row out"),
    );
    expect(() => task.encode(inputs, [Infinity, 1], "t.csv")).toThrow(
      refused(
        "t.csv: row 1: column `price`: expected a number, got Infinity; correct it or take the row out",
      ),
    );
  });

  it("refuses a target that is the same everywhere", () => {
    expect(() => fitRowRegressionTask({ ...examples, targets: [7, 7] })).toThrow(
      refused("r.csv: column `price` is 7 in every row; there is nothing to learn"),
    );
  });

  it.each([[[0]], [[1]], [[0.9, 0.1]], [[0.5, 0.5]]])("refuses the quantiles %j", (quantiles) => {
    expect(() => fitRowRegressionTask(examples, { quantiles })).toThrow(
      new RangeError(
        `quantiles: expected ascending levels above 0 and below 1, got ${quantiles.join(", ")}`,
      ),
    );
  });
});
