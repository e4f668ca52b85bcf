import { expect, test } from "vitest";
import { describePage } from "./support/page.ts";

await describePage("the page", ({ open }) => {
  test("opens on the stories, and is cross-origin isolated", async () => {
    const page = await open();
    expect(await page.title()).toContain("cellstate");
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    expect(await page.textContent("h2")).toBe("Tour");
    if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
    await page.context().close();
  });
});
