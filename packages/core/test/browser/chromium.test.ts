import { expect, test } from "vitest";
import { describeInChromium } from "./chromium.ts";
import names from "./library.ts";
import samples from "./samples.ts";

await describeInChromium("in Chromium", ({ run, page }) => {
  test("the page is cross-origin isolated, so that it may share memory between threads", async () => {
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    expect(await page.evaluate("new SharedArrayBuffer(8).byteLength")).toBe(8);
  });

  test("the whole library can be imported, with no build", async () => {
    expect(await run(new URL("./library.ts", import.meta.url))).toEqual(names());
  });

  test("random streams and portable functions give the same bits as in Node", async () => {
    const { portableBits, ...streams } = samples();
    const { portableBits: inPage, ...streamsInPage } = Object(
      await run(new URL("./samples.ts", import.meta.url)),
    );
    expect(streamsInPage).toEqual(streams);
    expect(Object.keys(inPage).length).toBeGreaterThan(5);
    expect(inPage).toEqual(portableBits);
  });
});
