/** What a person has asked of the whole system holds in the page: high contrast, little motion, another text size. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describePage } from "./support/page.ts";

await describePage("the page's manner", ({ open }) => {
  test("with forced colours what is chosen and what has the focus stand out, and pictures keep their colours", async () => {
    const page = await open("1.states", { forcedColors: "active" });
    await page.locator("figure canvas.heatmap").first().waitFor();
    const outline = (selector: string) =>
      page.locator(selector).evaluate((element) => {
        const { outlineStyle, outlineWidth } = styleOf(element);
        return `${outlineStyle} ${outlineWidth}`;
        function styleOf(of: unknown) {
          return (globalThis as unknown as Dom).getComputedStyle(of);
        }
      });
    expect(await outline('nav [aria-current="page"]')).toBe("solid 2px");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    expect(await outline(":focus")).toBe("solid 3px");
    expect(await coloursIn(page)).toBeGreaterThan(10);
    await page.context().close();
  });

  test("with reduced motion nothing moves by itself, and play goes on in single steps", async () => {
    const page = await open("1.strip", { reducedMotion: "reduce" });
    const moving = await page.evaluate(
      `[...document.querySelectorAll("*")].filter((each) => {
        const { animationDuration, transitionDuration } = getComputedStyle(each);
        return [animationDuration, transitionDuration].some((time) => !/^0s/.test(time));
      }).length`,
    );
    expect(moving).toBe(0);
    await page.locator("main").focus();
    await page.keyboard.press(" ");
    await page.waitForTimeout(800);
    // At the usual pace of 300 ms there would have been two steps.
    expect(await page.evaluate("cellstate.state.cursor.value.step")).toBe(0);
    await expect.poll(() => page.evaluate("cellstate.state.cursor.value.step")).toBe(1);
    await page.context().close();
  });

  test("with text twice as large no view scrolls sideways", async () => {
    const page = await open("", { viewport: { width: 640, height: 800 } });
    await page.evaluate("document.documentElement.style.fontSize = '200%'");
    for (const view of ["walk", "states", "train", "shapes"]) {
      await page.locator(`[data-view="${view}"]`).click();
      await page.waitForSelector(`[data-ready="${view}"]`);
      expect(
        await page.evaluate("document.documentElement.scrollWidth - innerWidth"),
        view,
      ).toBeLessThanOrEqual(0);
    }
    await page.context().close();
  });
});

interface Dom {
  getComputedStyle(of: unknown): { readonly outlineStyle: string; readonly outlineWidth: string };
}

/** Different colours along the first heatmap's middle row. */
async function coloursIn(page: Page): Promise<number> {
  return (await page.evaluate(`(() => {
    const canvas = document.querySelector("figure canvas.heatmap");
    const { data } = canvas.getContext("2d").getImageData(0, canvas.height >> 1, canvas.width, 1);
    return new Set(new Uint32Array(data.buffer)).size;
  })()`)) as number;
}
