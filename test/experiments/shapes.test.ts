import { describe, expect, it } from "vitest";
import { missingData, type ShapeResult } from "../../experiments/shapes/common.ts";
import { SHAPES } from "../../experiments/shapes/index.ts";
import { figure, shapesTable } from "../../experiments/shapes/table.ts";
import { looksAhead, tagsOf } from "../../experiments/shapes/tagging.ts";
import { createWasmEngine } from "../../packages/core/src/index.ts";

describe("each experiment of the table runs through, quickly", () => {
  for (const experiment of SHAPES) {
    const absent = missingData(experiment.data).map((name) => `../shared/data/${name}`);
    const reason = absent.length > 0 ? ` (left out: no ${absent.join(", ")})` : "";
    it.skipIf(absent.length > 0)(`${experiment.name}${reason}`, async () => {
      const told: string[] = [];
      const { rows } = await experiment.run({
        engine: createWasmEngine(),
        quick: true,
        tell: (line) => told.push(line),
      });
      expect(rows.length).toBeGreaterThan(0);
      for (const { ours, beside, parameters } of rows) {
        for (const { value } of [ours, ...beside]) expect(value).toBeGreaterThanOrEqual(0);
        expect(parameters).toBeGreaterThan(0);
      }
      expect(told.length).toBeGreaterThan(0);
    });
  }
});

describe("the tags of letters", () => {
  it("compare the last vowel before a letter with the last of the name after it", () => {
    //                        i s a b e l l a
    expect(tagsOf("isabella")).toBe("-//==//-");
    expect(tagsOf("anna")).toBe("-==-");
    expect(tagsOf("kim")).toBe("---");
  });

  it("wait for what comes wherever a vowel stands before", () => {
    expect(looksAhead("isabella")).toEqual([false, true, true, true, true, true, true, true]);
    expect(looksAhead("kim")).toEqual([false, false, true]);
    expect(looksAhead("lynn")).toEqual([false, false, false, false]);
  });
});

describe("the table", () => {
  const ROW: ShapeResult["rows"][number] = {
    shape: "seq2vec",
    task: "who speaks",
    data: "10 recordings",
    measure: "accuracy",
    ours: { value: 0.9512, low: 0.94, high: 0.96, unit: "share" },
    beside: [{ name: "nearest mean", value: 0.932, unit: "share", source: "a paper" }],
    limit: { text: "95 %", met: true },
    seeds: [1, 2, 3],
    seconds: 12.3,
    parameters: 12345,
    settings: "an LSTM",
  };

  it("has a line for each row, its limit and its seeds, and names what has not been run", () => {
    const text = shapesTable(
      [
        {
          experiment: "vowels",
          about: "Who speaks",
          command: "npm run experiments",
          engine: "wasm, one thread",
          date: "2026-01-01",
          machine: "a machine",
          node: "v24",
          loadBefore: 0,
          rows: [ROW],
          choice: "by cross-validation",
          details: {},
        },
      ],
      ["mnist"],
    );
    expect(text).toContain(
      "| seq2vec | who speaks | 10 recordings | accuracy | **95.12 % [94.00, 96.00]** | nearest mean 93.20 % (a paper) | 95 % | yes | 1–3 | 12 |",
    );
    expect(text).toContain("1 of 1 limits are met.");
    expect(text).toContain("- who speaks: an LSTM; 12,345 parameters");
    expect(text).toContain("Not run yet: mnist.");
  });

  it("says what an interval is of where it is not the bootstrap's", () => {
    expect(figure({ value: 0.5142, low: 0.5, high: 0.53, range: "seeds" })).toBe(
      "0.514 [0.500, 0.530; seeds]",
    );
    expect(figure({ value: 21.4567 })).toBe("21.46");
  });
});
