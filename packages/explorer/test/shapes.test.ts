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
      await page.waitForFunction(
        `document.querySelector("[data-figure=shapes-${name}] h3")?.textContent.includes("${answer}")`,
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
    await page.waitForFunction(
      `document.querySelector(".shapes-words").textContent !== ${JSON.stringify(before)}`,
    );
    await shot(page, "narrow");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    await page.context().close();
  });
});
