import { expect, test } from "vitest";
import { describeInChromium } from "./chromium.ts";
import portableSamples from "./portableSamples.ts";

await describeInChromium("portable functions in Chromium", ({ run }) => {
  test("give the same bits as in Node", async () => {
    const inPage = await run(new URL("./portableSamples.ts", import.meta.url));
    expect(inPage).toEqual(portableSamples());
  });
});
