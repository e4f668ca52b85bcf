import { describe, expect, it } from "vitest";
import { CellstateError } from "../../src/errors.ts";
import { isJsonObject, type Json, parseJson } from "../../src/files/json.ts";
import { TASK_KINDS, taskFromJson } from "../../src/tasks/index.ts";
import { fitRowRegressionTask } from "../../src/tasks/rowRegression.ts";
import { fitTextClassificationTask } from "../../src/tasks/textClassification.ts";
import { fitTransductionTask } from "../../src/tasks/transduction.ts";

const text = fitTextClassificationTask(
  { name: "t", inputs: ["ab", "b"], targets: ["x", "y"] },
  { classWeights: "sqrt" },
).toJson();
const number = fitRowRegressionTask({ name: "t", inputs: [{ x: 1 }, { x: 2 }], targets: [1, 2] });
const pairs = fitTransductionTask(
  { name: "t", inputs: ["a"], targets: ["b"] },
  { source: { tokens: "bytes" } },
);

/** A copy with one value set, by its path. */
function damaged(json: Json, path: readonly (string | number)[], value: Json): Json {
  if (path.length === 0) return value;
  const [key, ...rest] = path;
  if (Array.isArray(json)) {
    return json.map((item: Json, at) => (at === key ? damaged(item, rest, value) : item));
  }
  if (!isJsonObject(json)) throw new TypeError(`nothing at ${key}`);
  return { ...json, [key]: damaged(json[key] ?? null, rest, value) };
}

describe("taskFromJson", () => {
  it("knows nine kinds", () => {
    expect(TASK_KINDS).toEqual([
      "text-classification",
      "sequence-classification",
      "sequence-regression",
      "row-classification",
      "row-regression",
      "transduction",
      "tagging",
      "generation",
      "forecasting",
    ]);
  });

  it.each<[Json, string]>([
    [null, "task: expected an object, got null"],
    [{ kind: "toString" }, 'task.kind: expected "text-classification" or'],
    [{ kind: "tagging" }, "task.input: expected an object, got nothing"],
    [
      damaged(text, ["output", "labels"], ["x"]),
      "task.output.labels: expected 2 to 10000 items, got 1",
    ],
    [
      damaged(text, ["output", "labels", 1], "x"),
      'task.output.labels[1]: "x" stands twice; each must stand once',
    ],
    [
      damaged(text, ["output", "weights"], [1, 1, 1]),
      "task.output.weights: expected 2 items, one a label, got 3",
    ],
    [
      damaged(text, ["output", "weights", 0], -1),
      "task.output.weights[0]: expected a number above 0, got -1",
    ],
    [
      damaged(text, ["input", "vocabulary", "items"], []),
      "task.input.vocabulary.items: expected 1 to 1000000 items, got 0",
    ],
    [
      damaged(text, ["input", "mostSteps"], 0),
      "task.input.mostSteps: expected a whole number from 1 to 16777216, got 0",
    ],
    [
      damaged(pairs.toJson(), ["input", "vocabulary", "items", 0], "ab"),
      "task.input.vocabulary.items: expected the 256 bytes in order",
    ],
    [
      damaged(number.toJson(), ["output", "mean"], parseJson("1e999")),
      "task.output.mean: expected a number, got Infinity",
    ],
    [
      damaged(number.toJson(), ["output", "quantiles"], [0.9, 0.1]),
      "task.output.quantiles: expected ascending levels above 0 and below 1",
    ],
    [
      damaged(number.toJson(), ["input", "columns", 0, "deviation"], 0),
      "task.input.columns[0].deviation: expected a number above 0, got 0",
    ],
  ])("refuses damage: %#", (json, message) => {
    const refusal = (): unknown => taskFromJson(json, "model.safetensors");
    expect(refusal).toThrow(CellstateError);
    expect(refusal).toThrow(`model.safetensors: ${message}`);
  });
});
