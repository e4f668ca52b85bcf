import { expect, it } from "vitest";
import { describeInChromium } from "./chromium.ts";
import trainShapes from "./shapesSample.ts";
import trainSome from "./trainingSample.ts";

await describeInChromium("Chromium and Node", ({ run }) => {
  it("train the same models, byte for byte, and write the same text with them", async () => {
    const there = await run(new URL("trainingSample.ts", import.meta.url));
    expect(there).toEqual(await trainSome());
  });

  it("train the same classifier, transducer and writer, and hear the same of them", async () => {
    const there = await run(new URL("shapesSample.ts", import.meta.url));
    expect(there).toEqual(await trainShapes());
  });

  it("train the same models on two and three threads of a page as on one of Node", async () => {
    const here = { trained: await trainSome(), shapes: await trainShapes() };
    const there = await run(new URL("threadsSample.ts", import.meta.url));
    expect(there).toEqual([2, 3].map((count) => ({ count, ...here })));
  });
});
