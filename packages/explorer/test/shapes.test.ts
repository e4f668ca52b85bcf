import { readFileSync } from "node:fs";
import {
  clamp,
  createReferenceEngine,
  createWasmEngine,
  decodeLanguageModel,
  findUnits,
  trace,
} from "@cellstate/core";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describePage } from "./support/page.ts";

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))",
  );
}

/** Asked from outside: the page itself evaluates no strings. */
async function holds(page: Page, expression: string): Promise<void> {
  await expect.poll(() => page.evaluate(expression)).toBe(true);
}

async function shot(page: Page, name: string): Promise<void> {
  if (process.env.SHOT)
    await page.screenshot({ path: `${process.env.SHOT}-${name}.png`, fullPage: true });
}

await describePage("the four shapes", ({ open }) => {
  test("each opens its model, and answers its first example rightly", async () => {
    const page = await open("1.shapes?m=stories");
    await page.waitForSelector("[data-figure=shapes-attention]");
    const answers = [
      ["tea", "right"],
      ["digits", "four"],
      ["waves", "sine"],
      ["dates", "1974-04-14"],
    ];
    for (const [index, [name, answer]] of answers.entries()) {
      await page.click(`.shapes-choice button:nth-of-type(${index + 1})`);
      await page.waitForSelector(`[data-figure=shapes-${name}]`);
      await holds(
        page,
        `document.querySelector("[data-figure=shapes-${name}] h3")?.textContent.includes("${answer}") === true`,
      );
      await shot(page, name);
    }
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });

  test("within 360 pixels nothing scrolls sideways, and a tap says where the decoder looked", async () => {
    const phone = { viewport: { width: 360, height: 740 }, hasTouch: true };
    const page = await open("1.shapes?m=dates", { ...phone, colorScheme: "dark" });
    const map = page.locator("[data-figure=shapes-attention] canvas.heatmap");
    await map.waitFor();
    const before = await page.textContent(".shapes-words");
    await map.tap({ position: { x: 150, y: 100 } });
    await holds(
      page,
      `document.querySelector(".shapes-words").textContent !== ${JSON.stringify(before)}`,
    );
    await shot(page, "narrow");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    await page.context().close();
  });
});

await describePage("holding", ({ open }) => {
  test("the loss is the reference engine's within 1e-5, and is restored by the link", async () => {
    const bytes = readFileSync(new URL("../public/models/names-lstm.safetensors", import.meta.url));
    const model = decodeLanguageModel(bytes, "names-lstm.safetensors");
    const about = new URL("../public/models/names-lstm.json", import.meta.url);
    const [text]: string[] = JSON.parse(readFileSync(about, "utf8")).samples;
    const clamps = [{ layer: 0, signal: "i", value: 0.5 }];
    const { held } = clamp(model, createReferenceEngine(), text, clamps);

    const page = await open("1.clamp?m=names-lstm");
    await page.waitForSelector("[data-loss=held]");
    await page.selectOption("fieldset select", "i");
    await page.fill(".clamp-value", "0.5");
    await holds(
      page,
      "document.querySelector('[data-figure=clamp-i] h3')?.textContent.includes('0.5') === true",
    );
    const shown = () =>
      page.getAttribute("[data-loss=held]", "data-value").then((value) => Number(value));
    await expect.poll(shown).toBeCloseTo(held.loss ?? Number.NaN, 5);
    await holds(page, "location.hash.includes('own=')");
    await shot(page, "clamp");
    expect(await violations(page)).toEqual([]);
    const again = await open((await page.evaluate<string>("location.hash")).slice(1));
    await again.waitForSelector("[data-figure=clamp-i]");
    expect(Number(await again.getAttribute("[data-loss=held]", "data-value"))).toBe(await shown());
    await page.context().close();
    await again.context().close();
  });
});

await describePage("finding units", ({ open }) => {
  const bytes = readFileSync(new URL("../public/models/names-lstm.safetensors", import.meta.url));
  const model = decodeLanguageModel(bytes, "names-lstm.safetensors");
  const about = new URL("../public/models/names-lstm.json", import.meta.url);
  const [text]: string[] = JSON.parse(readFileSync(about, "utf8")).samples;

  test("ranks a brushed span's units as core does, and moves the cursor to the one that is chosen", async () => {
    const page = await open("1.find?m=names-lstm");
    const token = (step: number) => page.locator(`.find-tokens [data-step="${step}"]`);
    await token(18).hover();
    await page.mouse.down();
    await token(21).hover();
    await page.mouse.up();
    const labels = trace(model, createWasmEngine(), text).labels.map(
      (_, step) => step >= 18 && step <= 21,
    );
    const options = { layers: [0], count: 12 };
    const found = findUnits(model, createWasmEngine(), [text, text], [labels, labels], options);
    const wanted = found.units.map(({ signal, unit }) => `${signal} ${unit}`);
    const ranked = async () => {
      const texts = await page.locator(".find-units button").allTextContents();
      return texts.map((each) => each.replace(" (below the level)", ""));
    };
    await expect.poll(ranked).toEqual(wanted);
    await page.click(".find-units button:nth-of-type(2)");
    await holds(page, `location.hash.includes("c=0.${found.units[1].unit}.")`);
    await shot(page, "find");
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });

  test("says in words why a rule cannot be looked for in a text that has none of it", async () => {
    const page = await open("1.find?m=names-lstm");
    await page.selectOption("main select", "quotes");
    await page.waitForSelector("main [role=alert]");
    expect(await page.textContent("main [role=alert]")).toContain("give longer inputs, or others");
    await page.context().close();
  });
});
