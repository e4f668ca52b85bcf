/**
 * How soon is the first picture there? From the navigation until the view's figure is drawn, in a new profile each time, with the processor as it is and made four
 * times as slow; and what is fetched for it.
 *
 *     npm run bench:page        → bench/results/page-first.json
 */
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { circumstances, keep, median, round } from "../../../bench/results.ts";
import { withBuiltPage } from "./builtPage.ts";

const ROUNDS = 7;
const SLOWER = 4;
const LIMIT_MS = 1000;
/** The view with a picture that needs a whole reading. */
const VIEW = "#1.states";

/** In the page, before anything else: notes when a canvas or an SVG within a figure has been painted. */
const WATCH = `
  const look = () => {
    const ready = document.querySelector("main[data-ready]");
    const drawn = ready && [...ready.querySelectorAll("figure canvas")].some(({ width, height }) => width > 1 && height > 1);
    if (drawn) requestAnimationFrame(() => setTimeout(() => { globalThis.firstPicture = performance.now(); }));
    else requestAnimationFrame(look);
  };
  addEventListener("DOMContentLoaded", look);
`;

const before = circumstances();
await withBuiltPage(async (page, browser) => {
  const origin = page.url().split("#")[0];
  const plain = await rounds(browser, origin, 1);
  const slowed = await rounds(browser, origin, SLOWER);
  const main = plain.files.find(({ url }) => /assets\/index-[^/]*.js$/.test(url));
  if (!main) throw new Error("the main script was not among what was fetched");
  const results = {
    question: "milliseconds from the navigation to the first picture, in a new profile",
    command: "npm run bench:page",
    ...before,
    browser: `Chromium ${browser.version()}`,
    rounds: ROUNDS,
    ms: { median: round(median(plain.ms)), worst: round(Math.max(...plain.ms)) },
    throttled: {
      times: SLOWER,
      ms: { median: round(median(slowed.ms)), worst: round(Math.max(...slowed.ms)) },
    },
    requests: plain.files.length,
    bytes: plain.files.reduce((sum, { body }) => sum + body.length, 0),
    mainScriptGzipBytes: gzipSync(main.body).length,
    limit: LIMIT_MS,
    within: median(plain.ms) <= LIMIT_MS,
  };
  console.log(JSON.stringify(results, null, 2));
  keep(new URL("../../../bench/results/page-first.json", import.meta.url), results);
  if (!results.within) process.exitCode = 1;
});

interface Fetched {
  readonly url: string;
  readonly body: Buffer;
}

async function rounds(
  browser: Browser,
  origin: string,
  slower: number,
): Promise<{ readonly ms: readonly number[]; readonly files: readonly Fetched[] }> {
  const ms: number[] = [];
  let files: readonly Fetched[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const bodies: Promise<Fetched>[] = [];
    page.on("response", (response) => {
      bodies.push(response.body().then((body) => ({ url: response.url(), body })));
    });
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: slower });
    await page.addInitScript(WATCH);
    await page.goto(`${origin}${VIEW}`);
    for (;;) {
      const at = await page.evaluate("globalThis.firstPicture ?? null");
      if (typeof at === "number") {
        ms.push(at);
        break;
      }
      await page.waitForTimeout(20);
    }
    files = await Promise.all(bodies);
    await context.close();
  }
  return { ms, files };
}
