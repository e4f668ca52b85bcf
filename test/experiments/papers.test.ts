import { describe, expect, it } from "vitest";
import { PAPERS } from "../../experiments/papers/index.ts";
import { PUBLISHED, published } from "../../experiments/published.ts";
import { find, resultsMarkdown } from "../../experiments/report.ts";
import { doInProcess } from "../../experiments/runner.ts";
import { missingData } from "../../experiments/shapes/common.ts";
import type { Report } from "../../experiments/task.ts";

describe("each experiment runs through in its quick form, and reports", () => {
  for (const task of PAPERS) {
    const absent = missingData(task.data ?? []).map((name) => `../shared/data/${name}`);
    const reason = absent.length > 0 ? ` (left out: no ${absent.join(", ")})` : "";
    it.skipIf(absent.length > 0)(`${task.name}${reason}`, async () => {
      const done = await doInProcess(task, { seeds: 1, quick: true });
      expect(done.length).toBeGreaterThan(0);
      const kept = JSON.parse(JSON.stringify(done));
      expect(kept).toEqual(done.map(({ seconds, ...run }) => ({ ...run, seconds })));
      const report = await task.report(kept);
      expect(report.tables.length + report.figures.length).toBeGreaterThan(0);
      expect(wordsOf(report)).not.toMatch(/\bNaN\b|undefined|Infinity|\[object/);
      expect(await task.report(kept)).toEqual(report);
    });
  }
});

function wordsOf({ verdicts, tables, figures, notes }: Report): string {
  const svg = figures.map((figure) => figure.svg);
  return JSON.stringify([verdicts, tables, notes, svg]);
}

describe("the experiments of the papers", () => {
  it("have names and runs of their own, in every form", () => {
    const names = PAPERS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const task of PAPERS) {
      for (const seeds of [null, 1, 40]) {
        const keys = task.runs({ seeds, quick: false }).map(({ key }) => key);
        expect(new Set(keys).size, task.name).toBe(keys.length);
      }
    }
  });

  it("do more of the same where more seeds are asked for", () => {
    for (const task of PAPERS) {
      const few = task.runs({ seeds: 1, quick: false });
      const many = task.runs({ seeds: 2, quick: false });
      for (const run of few) expect(many, task.name).toContainEqual(run);
    }
  });

  it("name published figures that there are", () => {
    for (const task of PAPERS) for (const id of task.published) published(id);
  });

  it("can be reported before anything was run", async () => {
    const found = await Promise.all(PAPERS.map((task) => find(task, null)));
    const text = resultsMarkdown(found);
    for (const { title } of PAPERS) expect(text).toContain(`## ${title}\n`);
    expect(text).toContain("not run yet");
  });
});

it("each published figure has one id, a source and a mark", () => {
  const ids = PUBLISHED.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, source, certainty, value, what } of PUBLISHED) {
    expect(["verified", "quoted", "recalled", "computed"], id).toContain(certainty);
    for (const text of [source, value, what]) expect(text, id).not.toBe("");
  }
});
