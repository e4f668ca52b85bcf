import { expect, it } from "vitest";
import { describeInChromium } from "./chromium.ts";
import trainSome from "./trainingSample.ts";

await describeInChromium("Chromium and Node", ({ run }) => {
  it("train the same models, byte for byte, and write the same text with them", async () => {
    const there = await run(new URL("trainingSample.ts", import.meta.url));
    expect(there).toEqual(await trainSome());
  });

  it("train the same models on two and three threads of a page as on one of Node", async () => {
    const here = await trainSome();
    const there = await run(new URL("threadsSample.ts", import.meta.url));
    expect(there).toEqual([2, 3].map((count) => ({ count, trained: here })));
  });
});
