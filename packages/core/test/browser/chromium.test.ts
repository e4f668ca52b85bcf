import { expect, test } from "vitest";
import { describeInChromium } from "./chromium.ts";
import samples from "./samples.ts";

await describeInChromium("in Chromium", ({ run, page }) => {
  test("the page is cross-origin isolated, so that it may share memory between threads", async () => {
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    expect(await page.evaluate("new SharedArrayBuffer(8).byteLength")).toBe(8);
  });

  test("random streams give the same numbers as in Node", async () => {
    expect(await run(new URL("./samples.ts", import.meta.url))).toEqual(samples());
  });
});
