import { readFileSync } from "node:fs";
import { createWasmEngine, decodeLanguageModel, memoryLedger, trace } from "@cellstate/core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { BEGINNER, DROPPER, KEEPER, STEPS, STOPS } from "../src/views/tour/stops.tsx";
import { describePage } from "./support/page.ts";

const model = decodeLanguageModel(
  readFileSync(new URL("../public/models/stories.safetensors", import.meta.url)),
  "stories.safetensors",
);
const about = new URL("../public/models/stories.json", import.meta.url);
const [text]: string[] = JSON.parse(readFileSync(about, "utf8")).samples;
const traced = trace(model, createWasmEngine(), text);
const [{ f, o }] = traced.layers;

test("the steps that the tour names are those words", () => {
  const words = Object.values(STEPS).map((step) => traced.labels[step].trim());
  expect(words).toEqual(["Krish", "My", "Wish", "?"]);
});

test("the unit that keeps the name writes it, keeps nine tenths of it to the question, and shows it only there", () => {
  const [c] = memoryLedger(model, createWasmEngine(), text).layers[0].states;
  if ("reason" in c) throw new Error(c.reason);
  const wrote = c.written.at(STEPS.krish, KEEPER);
  expect(Math.abs(wrote)).toBeGreaterThan(0.9);
  expect(c.surviving(STEPS.krish, STEPS.question, KEEPER) / wrote).toBeGreaterThan(0.9);
  expect(o.at(20, KEEPER)).toBeLessThan(0.1);
  expect(o.at(STEPS.question, KEEPER)).toBeGreaterThan(0.9);
});

test("the unit that drops what it holds keeps it until Wish", () => {
  for (let step = STEPS.krish + 1; step < STEPS.wish; step++) {
    expect(f.at(step, DROPPER)).toBeGreaterThan(0.95);
  }
  expect(f.at(STEPS.wish, DROPPER)).toBeLessThan(0.05);
  expect(f.at(STEPS.wish, KEEPER)).toBeGreaterThan(0.95);
  expect(f.at(STEPS.my, BEGINNER)).toBeLessThan(0.05);
});

test("the network expects Krish at the question", () => {
  expect(traced.predictions?.top(STEPS.question)[0].token.trim()).toBe("Krish");
});

/** Tab until it is there: as a person without a mouse. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  throw new Error(`${selector} cannot be reached by Tab`);
}

await describePage("the tour", ({ open }) => {
  test("is what the page opens on, and goes from its first stop to its last by keyboard alone", async () => {
    const page = await open();
    for (let stop = 1; stop <= STOPS.length; stop++) {
      await page.waitForSelector(`[data-stop="${stop}"] .figure`);
      expect(await page.textContent(".tour h3")).toBe(`${stop}. ${STOPS[stop - 1].title}`);
      if (stop === STOPS.length) break;
      await tabTo(page, ".tour-next");
      await page.keyboard.press("Enter");
    }
    expect(await page.isDisabled(".tour-next")).toBe(true);
    await page.context().close();
  });

  test("says what the model computes: no number of it is typed", async () => {
    const page = await open(`1.tour?own=${await packed({ tour: { stop: 6 } })}`);
    await expect
      .poll(() => page.textContent(".tour-text"))
      .toContain(
        `it is at ${f.at(STEPS.wish - 1, DROPPER).toFixed(2)} before Wish and at ${f.at(STEPS.wish, DROPPER).toFixed(2)} there`,
      );
    await page.context().close();
  });

  test("is gone through by touch on a narrow page, which does not scroll sideways", async () => {
    const page = await open("", { viewport: { width: 360, height: 720 }, hasTouch: true });
    for (let stop = 1; stop <= STOPS.length; stop++) {
      await page.waitForSelector(`[data-stop="${stop}"] .figure`);
      expect(await page.evaluate("document.documentElement.scrollWidth"), `stop ${stop}`).toBe(360);
      const go = page.locator(".go").first();
      if ((await go.count()) > 0) await go.tap();
      if (stop < STOPS.length) await page.locator(".tour-next").tap();
    }
    await page.context().close();
  });
});

/** As addresses have it. */
async function packed(value: unknown): Promise<string> {
  const stream = new Blob([JSON.stringify(value)]).stream();
  const deflated = stream.pipeThrough(new CompressionStream("deflate-raw"));
  return Buffer.from(await new Response(deflated).arrayBuffer()).toString("base64url");
}
