/** What the page measures: gradients, saturation, a change of context, two readings beside each other. Numbers are held to core's, on the reference engine. */
import { readFileSync } from "node:fs";
import {
  compare,
  contextChange,
  createReferenceEngine,
  decodeAnyModel,
  gradientFlow,
  type LanguageModel,
  memoryLedger,
  saturation,
  trace,
} from "@cellstate/core";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describePage } from "./support/page.ts";

const engine = createReferenceEngine();
const stories = modelOf("stories");
/** A folder for pictures to look at. */
const { SHOTS } = process.env;
const VIEWS = ["Gradient flow", "Saturation", "Context change", "Compare"];
const PREDICTIONS = { top: 5 };
const TEXT = sampleOf("stories");

await describePage("the page's measures", ({ open }) => {
  test("gradient norms are core's, and the verdict says what they come to", async () => {
    const page = await show(await open(), "Gradient flow");
    await page.getByRole("slider", { name: /step/ }).fill("10");
    await page.getByRole("radio", { name: /under the cursor/ }).check();
    await page.getByRole("heading", { name: /the loss at step 10/ }).waitFor();
    const rows = await recordsOf(page, "gradients");
    // At step 10 nobody can know what comes. Where a guess is nearly sure, its p − 1 itself has few digits in float32, and so have norms.
    const { layers } = gradientFlow(stories, engine, TEXT, { at: 10 });
    expect(rows).toHaveLength(layers[0].states[0].norms.length);
    for (const { name, norms } of layers[0].states) {
      // Relative: norms span decades.
      for (const [d, norm] of norms.entries()) {
        expect(apart(Number(rows[d][name]), norm)).toBeLessThan(1e-4);
      }
    }
    const said = await page.locator('[data-verdicts="own"] li').allTextContents();
    expect(said).toEqual(
      layers[0].states.map(({ name, verdict }) => expect.stringContaining(`${name} is ${verdict}`)),
    );
    await page.context().close();
  });

  test("before training the simple network's gradient vanishes fastest; trained, the three have core's verdicts", async () => {
    const page = await show(await open(), "Gradient flow");
    const said = page.locator('[data-verdicts="alike"] li');
    await said.nth(3).waitFor();
    const text = await page.getByLabel("What the three read").inputValue();
    const states = ["names-rnn", "names-gru", "names-lstm"].flatMap(
      (name) => gradientFlow(modelOf(name), engine, text).layers[0].states,
    );
    expect(await said.allTextContents()).toEqual(
      states.map(({ name, verdict }) => expect.stringContaining(`${name} is ${verdict}`)),
    );
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/gradients.png`, fullPage: true });
    await page.getByLabel("before training").check();
    await page.getByRole("heading", { name: /before training/ }).waitFor();
    const rates = async () =>
      (await said.allTextContents()).map((each) => Number(/× ([\d.e-]+)/.exec(each)?.[1]));
    await expect.poll(async () => Math.min(...(await rates()))).toBeLessThan(0.7);
    const [rnn, ...others] = await rates();
    expect(rnn).toBeLessThan(Math.min(...others));
    await page.context().close();
  });

  test("shares near the ends are core's, and sliders alone select units by them", async () => {
    const page = await show(await open(), "Saturation");
    const rows = await recordsOf(page, "saturation");
    const { f } = saturation(trace(stories, engine, TEXT))[0];
    if (f.kind !== "bounded") throw new Error("a forget gate has ends");
    // Counts of steps: no value lies so near a bound that float32 would count it otherwise.
    expect(rows.map((row) => row["f above 0.9"])).toEqual([...f.above]);
    expect(rows.map((row) => row["f below 0.1"])).toEqual([...f.below]);
    await page.getByLabel(/^above 0.9 in at least/).focus();
    for (let press = 0; press < 30; press++) await page.keyboard.press("ArrowRight");
    const wanted = [...f.above.keys()].filter((unit) => f.above[unit] >= 0.3);
    const status = page.locator("main [role=status]");
    await status.getByText(`${wanted.length} of 96 units are selected: ${wanted[0]},`).waitFor();
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/saturation.png`, fullPage: true });
    await show(page, "States");
    await page.locator("main").getByText(`${wanted.length} selected units`).waitFor();
    await show(page, "Saturation");
    await page.getByRole("button", { name: "Show all units" }).press("Enter");
    await status.getByText("All units are shown").waitFor();
    await page.context().close();
  });

  test("a rectangle dragged over dots selects those units", async () => {
    const page = await show(await open(), "Saturation");
    const square = await page.locator('[data-panel="f"]').boundingBox();
    if (!square) throw new Error("there is a square");
    const { x, y, width, height } = square;
    // Between 14 and 15 of the 30 steps.
    await page.mouse.move(x + 2, y + (1 - 14.5 / 30) * height);
    await page.mouse.down();
    await page.mouse.move(x + width - 2, y + 2);
    await page.mouse.up();
    const { f } = saturation(trace(stories, engine, TEXT))[0];
    if (f.kind !== "bounded") throw new Error("a forget gate has ends");
    const most = f.above.filter((share) => share > 14.5 / 30).length;
    expect(await page.locator("main [role=status]").textContent()).toContain(
      `${most} of 96 units are selected`,
    );
    await page.context().close();
  });

  test("a change of context has core's numbers, and says not forgotten where that is so", async () => {
    const page = await show(await open(), "Context change");
    const [shared, first, second] = await Promise.all(
      [/^Both have read/, /^The first/, /^The second/].map((name) =>
        page.getByRole("textbox", { name }).inputValue(),
      ),
    );
    const change = contextChange(stories, engine, { shared, first, second });
    expect(change.forgetting.after).toBe("neither");
    expect(await page.textContent("[data-verdict]")).toBe("Not forgotten.");
    const owed = await recordsOf(page, "context-owed");
    expectSame(owed, "first", change.forgetting.owedByStep[0]);
    expectSame(owed, "second", change.forgetting.owedByStep[1]);
    const { states } = change.layers[0];
    const distances = await recordsOf(page, "context-memory");
    for (const { name, distance } of states) expectSame(distances, name, distance);
    const { memory } = states[0];
    const units = await recordsOf(page, "context-c");
    const byUnit = new Map(units.map((row) => [row.unit, row]));
    for (const { unit, before, kept } of memory?.units ?? []) {
      expect(Math.abs(Number(byUnit.get(unit)?.before) - before)).toBeLessThan(1e-5);
      expect(Math.abs(Number(byUnit.get(unit)?.["kept second"]) - kept[1])).toBeLessThan(1e-5);
    }
    const gates = memoryLedger(stories, engine, shared + second).layers[0].states[0];
    if ("reason" in gates) throw new Error("an LSTM keeps its memory by a gate");
    for (const [step, token] of change.tokens.second.entries()) {
      const column = `keep second ${step + 1} ${token.trim()}`;
      const there = gates.keep.at(change.tokens.shared.length + step, 17);
      expect(Math.abs(Number(byUnit.get(17)?.[column]) - there)).toBeLessThan(1e-5);
    }
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/context.png`, fullPage: true });
    await page.context().close();
  });

  test("a beginning and continuations of one's own are measured; an unknown word is named and the last picture stands", async () => {
    const page = await show(await open(), "Context change");
    const fields = {
      shared: "My name is Krish.",
      first: " I live in Pune. I like tea. Where do I live? Pune.",
      second: " My brother's name is Wish. He lives in Oslo. He likes chess.",
    };
    await page.getByRole("textbox", { name: /^Both have read/ }).fill(fields.shared);
    await page.getByRole("textbox", { name: /^The first/ }).fill(fields.first);
    await page.getByRole("textbox", { name: /^The second/ }).fill(fields.second);
    expect(contextChange(stories, engine, fields).forgetting.after).toBe("second");
    await page.getByText("Forgotten after the second continuation.").waitFor();
    await page.getByRole("textbox", { name: /^The second/ }).fill(" My brother's name is Zaphod.");
    await page.locator("main [role=alert]", { hasText: "Zaphod" }).waitFor();
    expect(await page.locator("[data-verdict]").count()).toBe(1);
    await page.context().close();
  });

  test("two texts are as far apart as core says, with one cursor for both", async () => {
    const page = await show(await open("1.compare?m=stories&c=0.0.0&s=f"), "Compare");
    const text = await page.getByLabel("The second reads").inputValue();
    const [first, second] = [TEXT, text].map((each) => trace(stories, engine, each, PREDICTIONS));
    const { layers, parting } = compare(first, second);
    await page.getByText(`They read the same for ${parting} steps`).waitFor();
    const { f } = layers[0].signals;
    expectSame(await recordsOf(page, "compare-distance"), "distance", f.byStep);
    const cells = await recordsOf(page, "compare-f");
    for (const [step, row] of cells.entries()) {
      expect(Math.abs(Number(row["first 5"]) - first.layers[0].f.at(step, 5))).toBeLessThan(1e-5);
      expect(Math.abs(Number(row["second 5"]) - second.layers[0].f.at(step, 5))).toBeLessThan(1e-5);
    }
    await page
      .locator("canvas")
      .nth(1)
      .click({ position: { x: 200, y: 100 } });
    const words = page.locator("main [data-cursor-words]");
    await expect.poll(() => words.textContent()).not.toContain("Step 0, unit 0");
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/compare.png`, fullPage: true });
    await page.context().close();
  });

  test("a model that reads the same twice is nowhere apart", async () => {
    const page = await show(await open(), "Compare");
    await page.getByLabel("The second reads").fill(TEXT);
    await page.getByText(/^Both read the same at all/).waitFor();
    const rows = await recordsOf(page, "compare-distance");
    expect(rows.map(({ distance }) => distance)).toEqual(rows.map(() => 0));
    const said = await page.locator("[data-distances] li").allTextContents();
    expect(said).toHaveLength(6);
    for (const each of said) expect(each).toContain("is the same at every step");
    const predictions = await recordsOf(page, "compare-predictions");
    expect(predictions.every(({ divergence }) => divergence === 0)).toBe(true);
    await page.context().close();
  });

  test("two models of other sizes are shown beside each other, and why they have no distance is said", async () => {
    const page = await show(await open(), "Compare");
    await page
      .locator("main")
      .getByLabel(/^model/)
      .selectOption("names-lstm");
    await page.locator("main [role=alert]", { hasText: "96 units" }).waitFor();
    await page.getByText("The second: Names, an LSTM").waitFor();
    expect(await page.locator("main canvas[role=img]").count()).toBe(2);
    await page.context().close();
  });

  test("a link brings back what was typed, chosen and brushed", async () => {
    const page = await show(await open(), "Compare");
    await page.getByLabel("The second reads").fill("My name is Omar.");
    await show(page, "Saturation");
    await page.getByLabel(/^above 0.9 in at least/).fill("50");
    const status = page.locator("main [role=status]");
    const selected = await status.getByText(/units are selected/).textContent();
    const hash = () => new URL(page.url()).hash.slice(1);
    await expect.poll(hash).toMatch(/saturation.*u=.*own=/);
    const again = await open(hash());
    await again.locator("main figure").waitFor();
    expect(await again.locator("main [role=status]").textContent()).toContain(selected);
    expect(await again.getByLabel(/^above 0.9 in at least/).inputValue()).toBe("50");
    await show(again, "Compare");
    expect(await again.getByLabel("The second reads").inputValue()).toBe("My name is Omar.");
    await page.context().close();
    await again.context().close();
  });

  test.each(VIEWS)("%s fits a page of 360 pixels", async (title) => {
    const page = await open("", { viewport: { width: 360, height: 800 }, hasTouch: true });
    await show(page, title);
    await page.locator("main figure").first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    await page.context().close();
  });

  test.each(VIEWS)("axe finds nothing in %s", async (title) => {
    const page = await show(await open(), title);
    await page.locator("figure").first().waitFor();
    await page.evaluate(axe.source);
    const found = (await page.evaluate("axe.run(document.querySelector('main'))")) as {
      readonly violations: readonly {
        readonly id: string;
        readonly nodes: readonly { readonly html: string }[];
      }[];
    };
    expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
    await page.context().close();
  });
});

async function show(page: Page, title: string): Promise<Page> {
  await page.getByRole("navigation").getByText(title, { exact: true }).click();
  await page.locator("h2", { hasText: title }).waitFor();
  return page;
}

/** A figure's numbers, all digits, as a person takes them away. */
async function recordsOf(page: Page, figure: string): Promise<Record<string, number | string>[]> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(`[data-figure="${figure}"]`).getByRole("button", { name: "JSON" }).click(),
  ]);
  return JSON.parse(readFileSync(await download.path(), "utf8"));
}

/** Within 1e-5: the page computes in float32. */
function expectSame(
  rows: readonly Record<string, number | string>[],
  column: string,
  values: Float64Array,
): void {
  for (const [n, value] of values.entries()) {
    expect(Math.abs(Number(rows[n][column]) - value), `${column} ${n}`).toBeLessThan(1e-5);
  }
}

function apart(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), Number.MIN_VALUE);
}

function modelOf(name: string): LanguageModel {
  const { language } = decodeAnyModel(readFileSync(fileOf(`${name}.safetensors`)), name);
  if (language === null) throw new Error(`${name} is no language model`);
  return language;
}

function sampleOf(name: string): string {
  return JSON.parse(readFileSync(fileOf(`${name}.json`), "utf8")).samples[0];
}

function fileOf(name: string): URL {
  return new URL(`../public/models/${name}`, import.meta.url);
}
