import { readFileSync } from "node:fs";
import {
  createReferenceEngine,
  decodeLanguageModel,
  memoryLedger,
  walk,
  walkCell,
  ZOO,
} from "@cellstate/core";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { layOut } from "../src/views/walk/layout.ts";
import { describePage } from "./support/page.ts";

const file = new URL("../public/models/stories.safetensors", import.meta.url);
const about = new URL("../public/models/stories.json", import.meta.url);
const model = decodeLanguageModel(readFileSync(file), "stories.safetensors");
const [text]: string[] = JSON.parse(readFileSync(about, "utf8")).samples;

describe.each(ZOO.map((cell) => [cell.name, cell] as const))("the diagram of %s", (_, cell) => {
  const { program } = cell;
  const sizes = { in: 2, units: 2, out: 2 };
  const matrices = program.matrices.map(({ columns }) => new Float64Array(2 * 2 * columns.length));
  const vectors = program.vectors.map(() => new Float64Array(2));
  const { nodes } = walkCell(cell, sizes, { matrices, vectors }, { x: [1, 2] });
  const { placed, rows } = layOut(nodes);

  test("has each node once, none over another, all within", () => {
    const spots = new Set(placed.map(({ column, row }) => `${column} ${Math.floor(row)}`));
    expect(placed.map(({ id }) => id)).toEqual(nodes.map(({ id }) => id));
    expect(spots.size).toBe(placed.length);
    expect(placed.filter(({ row }) => row < 0 || row > rows - 1)).toEqual([]);
  });

  test("has each node after all that it is made of", () => {
    const columnOf = new Map(placed.map(({ id, column }) => [id, column]));
    const backward = nodes.flatMap(({ id, inputs }) =>
      inputs
        .filter((input) => (columnOf.get(input) ?? 99) >= (columnOf.get(id) ?? 0))
        .map((input) => `${input} → ${id}`),
    );
    expect(backward).toEqual([]);
  });
});

/** What the page has as the JSON of its figure: asked of the same question that the view asks. */
async function nodesIn(
  page: Page,
  step: number,
  edits: object = {},
): Promise<Map<string, number[]>> {
  const ask = JSON.stringify({
    model: "stories",
    input: { kind: "sample", sample: 0 },
    place: 0,
    step,
    edits,
  });
  const nodes = (await page.evaluate(
    `cellstate.ask("walk", ${ask}).then((nodes) => nodes.map(({ id, values }) => [id, Array.from(values)]))`,
  )) as [string, number[]][];
  return new Map(nodes);
}

function farthest(
  found: ReadonlyMap<string, number[]>,
  wanted: readonly { id: string; values: Float64Array }[],
): number {
  return Math.max(
    ...wanted.flatMap(({ id, values }) =>
      Array.from(values, (value, u) => Math.abs(value - (found.get(id)?.[u] ?? Number.NaN))),
    ),
  );
}

await describePage("the cell walk", ({ open }) => {
  const engine = createReferenceEngine();

  test("shows the reference engine's numbers", async () => {
    const page = await open("1.walk?m=stories&c=0.37.14");
    const wanted = walk(model, engine, text, { layer: 0, step: 14 });
    // What comes before the step was computed in float32.
    expect(farthest(await nodesIn(page, 14), wanted.nodes)).toBeLessThan(1e-5);
    const shown = await page.textContent('[data-node="f"] .node-value');
    expect(shown).toBe(String(Number(wanted.node("f").values[37].toPrecision(3))));
    await page.context().close();
  });

  test("computes again what follows from a number that was changed, and a link restores it", async () => {
    const page = await open("1.walk?m=stories&c=0.37.14");
    await page.click('[data-node="f"]');
    await page.fill('.editor input[type="number"]', "0.5");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => page.textContent('[data-node="f"] .node-value'))
      .toMatch(/^0\.5.*edited$/);
    const wanted = walk(model, engine, text, { layer: 0, step: 14 }).with({ f: { 37: 0.5 } });
    expect(farthest(await nodesIn(page, 14, { f: { 37: 0.5 } }), wanted.nodes)).toBeLessThan(1e-5);
    expect(await page.textContent('[data-node="c"] .node-value')).toContain("changed");
    expect(await page.textContent('[data-node="i"] .node-value')).not.toContain("changed");
    await expect.poll(() => page.evaluate("location.hash")).toContain("e=");
    const again = await open(String(await page.evaluate("location.hash")).slice(1));
    await expect
      .poll(() => again.textContent('[data-node="f"] .node-value'))
      .toMatch(/^0\.5.*edited$/);
    await page.context().close();
    await again.context().close();
  });

  test("opens with [1 2 3 4 5 6] ∘ [1 1 1 0 0 1], a gate that keys can move", async () => {
    const page = await open("1.walk?m=stories");
    const kept = () => page.locator(".pointwise tr:last-child td").allTextContents();
    expect(await kept()).toEqual(["1", "2", "3", "0", "0", "6"]);
    await page.focus('[aria-label="gate at place 4"]');
    await page.keyboard.press("End");
    await expect.poll(kept).toEqual(["1", "2", "3", "4", "0", "6"]);
    await page.context().close();
  });

  test("is a list on a narrow page, which does not scroll sideways", async () => {
    const page = await open("1.walk?m=stories", {
      viewport: { width: 360, height: 720 },
      hasTouch: true,
    });
    await page.tap('.walk-list [data-node="o"]');
    expect(await page.isVisible(".editor")).toBe(true);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    await page.context().close();
  });

  test("keeps the accounts that the reference engine keeps", async () => {
    const page = await open("1.ledger?m=stories&c=0.37.14");
    const ask = JSON.stringify({
      model: "stories",
      input: { kind: "sample", sample: 0 },
      place: 0,
    });
    const [kept, written, keep] = (await page.evaluate(
      `cellstate.ask("ledger", ${ask}).then(([c]) => [c.kept, c.written, c.keep].map((part) => Array.from(part)))`,
    )) as number[][];
    const [c] = memoryLedger(model, engine, text).layers[0].states;
    if ("reason" in c) throw new Error(c.reason);
    const { units, values } = c.memory;
    const off = (part: number[], wanted: ArrayLike<number>): number =>
      Math.max(...part.map((value, index) => Math.abs(value - wanted[index])));
    expect(off(kept, c.kept.values)).toBeLessThan(1e-5);
    expect(off(written, c.written.values)).toBeLessThan(1e-5);
    expect(off(keep, c.keep.values)).toBeLessThan(1e-5);
    // What is said under the picture: kept and written add up to the memory.
    expect(await page.textContent("main")).toContain(
      `its memory is ${values[14 * units + 37] < 0 ? "−" : ""}${Math.abs(values[14 * units + 37]).toFixed(2)}`,
    );
    const survival = (await page.evaluate(
      `cellstate.ask("survival", ${ask.slice(0, -1)}, "state": "c", "unit": 37}).then(({ values }) => Array.from(values))`,
    )) as number[];
    const { steps } = c.memory;
    for (const [s, t] of [
      [3, 14],
      [0, 29],
      [14, 14],
      [20, 3],
    ]) {
      expect(Math.abs(survival[t * steps + s] - c.surviving(s, t, 37))).toBeLessThan(1e-5);
    }
    await page.context().close();
  });
});
