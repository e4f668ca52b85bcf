/**
 * How long does script run for a frame while a person looks around in a heatmap of 512 units × 2,000 steps?
 *
 *     npm run bench:page        → bench/results/page-scrub.json
 *
 * The built page in headless Chromium; an LSTM of 512 units with random weights is opened as a person's own file and reads 2,000 characters. The pointer is moved
 * as a mouse moves it, a frame is waited for after each move, and the browser says what it spent in between: in script, and on the main thread as a whole
 * (script, styles, layout, painting). Waiting for a frame from outside is itself script, which idle frames show.
 */
import { createLanguageModel, encodeLanguageModel, findCell, Vocabulary } from "@cellstate/core";
import type { CDPSession, Page } from "playwright-core";
import { circumstances, keep, median, round, sorted } from "../../../bench/results.ts";
import { withBuiltPage } from "./builtPage.ts";

const UNITS = 512;
const STEPS = 2000;
const FRAMES = 400;
/** Script time of a frame while scrubbing, median. */
const LIMIT_MS = 4;

interface Frame {
  readonly script: number;
  readonly task: number;
}

const before = circumstances();
const letters = "abcdefghijklmnopqrstuvwxyz .";
const text = Array.from(
  { length: STEPS },
  (_, step) => letters[(step * step + 7 * step) % letters.length],
).join("");

await withBuiltPage(async (page, browser) => {
  await openModel(page);
  const { readMs, sortMs } = await readAndSort(page);
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable");
  const box = await page.locator("canvas.heatmap").first().boundingBox();
  if (!box) throw new Error("the heatmap is not there");
  const at = (x: number, y: number) =>
    page.mouse.move(box.x + x * box.width, box.y + y * box.height);
  const frames = (act: (n: number) => Promise<void>) => measured(page, client, act);
  const idle = await frames(async () => {});
  await at(0.01, 0.5);
  await page.mouse.down();
  const scrub = await frames((n) => at(0.01 + (0.98 * n) / FRAMES, 0.5 + 0.45 * Math.sin(n / 20)));
  await page.mouse.up();
  await at(0.4, 0.4);
  await page.keyboard.down("Control");
  const zoom = await frames((n) => page.mouse.wheel(0, n % 40 < 20 ? -20 : 20));
  for (let n = 0; n < 8; n++) await page.mouse.wheel(0, -50);
  await page.keyboard.up("Control");
  const pan = await frames((n) =>
    page.mouse.wheel(n % 200 < 100 ? 12 : -12, n % 100 < 50 ? 5 : -5),
  );
  const results = {
    question: `script time of a frame, ms, while scrubbing a heatmap of ${UNITS} × ${STEPS}`,
    command: "npm run bench:page",
    ...before,
    browser: `Chromium ${browser.version()}`,
    frames: FRAMES,
    ms: { idle: figures(idle), scrub: figures(scrub), zoom: figures(zoom), pan: figures(pan) },
    readMs,
    sortMs,
    limit: LIMIT_MS,
    within: figures(scrub).script.median <= LIMIT_MS,
  };
  console.log(JSON.stringify(results, null, 2));
  keep(new URL("../../../bench/results/page-scrub.json", import.meta.url), results);
  if (!results.within) process.exitCode = 1;
});

async function openModel(page: Page): Promise<void> {
  const model = createLanguageModel(
    {
      ...{ cell: findCell("lstm"), vocabulary: Vocabulary.of([letters], "characters") },
      ...{ hiddenSize: UNITS, layers: 1, embeddingSize: 32, projectionSize: null },
      ...{ dropout: 0, tieWeights: false },
    },
    { init: "default", forgetBias: null, chronoSteps: 8, seed: 1 },
  );
  const buffer = Buffer.from(encodeLanguageModel(model));
  const file = { name: "random.safetensors", mimeType: "application/octet-stream", buffer };
  await page.locator("nav").getByRole("button", { name: "States" }).click();
  await page.getByLabel("sorted by").selectOption("number");
  await page.locator('input[type="file"]').first().setInputFiles(file);
  await page.getByText(`${UNITS} units`).first().waitFor();
}

/** @returns how long it takes from a new text, or a new order, until it is on the page. */
async function readAndSort(page: Page): Promise<{ readMs: number; sortMs: number }> {
  let start = performance.now();
  await page.locator(".input textarea").fill(text);
  await page.locator(`canvas.heatmap[aria-label*="over ${STEPS} steps"]`).waitFor();
  const readMs = Math.round(performance.now() - start);
  start = performance.now();
  await page.getByLabel("sorted by").selectOption("likeness");
  await page.getByRole("status").filter({ hasText: "Sorting" }).waitFor();
  await page.getByRole("status").filter({ hasText: "Sorting" }).waitFor({ state: "detached" });
  return { readMs, sortMs: Math.round(performance.now() - start) };
}

async function measured(
  page: Page,
  client: CDPSession,
  act: (n: number) => Promise<void>,
): Promise<Frame[]> {
  const frames: Frame[] = [];
  let last = await spent(client);
  for (let n = 0; n < FRAMES; n++) {
    await act(n);
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))");
    const now = await spent(client);
    frames.push({ script: now.script - last.script, task: now.task - last.task });
    last = now;
  }
  return frames;
}

/** In milliseconds, since the page was opened. */
async function spent(client: CDPSession): Promise<Frame> {
  const { metrics } = await client.send("Performance.getMetrics");
  const of = (name: string) => 1000 * (metrics.find((each) => each.name === name)?.value ?? 0);
  return { script: of("ScriptDuration"), task: of("TaskDuration") };
}

function figures(frames: readonly Frame[]) {
  const of = (values: readonly number[]) => ({
    median: round(median(values), 2),
    p99: round(sorted(values)[Math.floor(0.99 * values.length)], 2),
    worst: round(Math.max(...values), 2),
  });
  return {
    script: of(frames.map(({ script }) => script)),
    task: of(frames.map(({ task }) => task)),
  };
}
