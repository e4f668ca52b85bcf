/**
 * Does the page keep its memory, and the main thread its breath, while it trains for long? A million updates as fast as they go, and begun anew when they are
 * done; for the last fifth of the time short trainings, each in a new worker. Heaps are measured after a collection of garbage.
 *
 *     npm run soak:page [-- --seconds 600]      writes bench/results/page-soak.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Browser, CDPSession, Page } from "playwright-core";
import { machine, openTraining, setNumber, withBuiltPage } from "./builtPage.ts";

const RESULTS = fileURLToPath(new URL("../../../bench/results/page-soak.json", import.meta.url));
const LONG = 1_000_000;
const SHORT = 4_000;
const SAMPLES = 12;
/** A frame that takes longer is felt. */
const LONGEST_TASK_MS = 50;
/** Of each sample, looked at task by task. */
const TRACED_MS = 3_000;

/** In the page: every task of the main thread that takes 50 ms or more. */
const WATCH = `
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) globalThis.longTasks.push({ startTime, duration });
  }).observe({ type: "longtask" });
`;

const { values } = parseArgs({ options: { seconds: { type: "string", default: "600" } } });
const seconds = Number(values.seconds);

const args = ["--js-flags=--expose-gc"];
const result = await withBuiltPage(async (page, browser) => {
  await openTraining(page);
  const devtools = await page.context().newCDPSession(page);
  const system = await browser.newBrowserCDPSession();
  await devtools.send("HeapProfiler.enable");
  await page.selectOption("label:has-text('speed') select", "fast");
  await setNumber(page, "updates", LONG);
  await page.evaluate(WATCH);
  await play(page);
  // What is loaded at first use belongs to the beginning, and so does the first hundred checkpoints' growth of the curves.
  await page.waitForTimeout(Math.min(20_000, seconds * 100));
  const start = performance.now();
  const samples: Sample[] = [];
  const tasks: number[] = [];
  let updates = 0;
  let trainings = 0;
  let isShort = false;
  for (let sample = 0; sample <= SAMPLES; sample++) {
    const until = (sample / SAMPLES) * seconds * 1000;
    tasks.push(await longestTaskOf(page, browser));
    while (performance.now() - start < until) {
      await page.waitForTimeout(Math.min(250, until - (performance.now() - start)));
      if (!isShort && performance.now() - start > 0.8 * seconds * 1000) {
        updates += await stepOf(page);
        isShort = true;
        await pause(page);
        await setNumber(page, "updates", SHORT);
        await play(page);
      }
      if ((await page.locator('[data-training="done"]').count()) === 0) continue;
      updates += await stepOf(page);
      trainings++;
      await page.click("text=Begin anew");
      await page.waitForSelector('[data-training="paused"]');
      await play(page);
    }
    samples.push(
      await sampleOf(page, devtools, await rendererOf(system), performance.now() - start),
    );
    console.log(JSON.stringify(samples.at(-1)));
  }
  updates += await stepOf(page);
  await page.waitForTimeout(500);
  const allTasks: readonly LongTask[] = await page.evaluate("longTasks");
  const longTasks = allTasks.filter(
    ({ startTime, duration }) =>
      !samples.some(
        ({ measured }) => startTime < measured.to && startTime + duration > measured.from,
      ),
  );
  const [first, last] = [samples[0], samples[samples.length - 1]];
  return {
    machine: machine(browser),
    seconds,
    updates,
    trainings: trainings + 1,
    heapGrowthBytes: last.heapBytes - first.heapBytes,
    residentGrowthBytes: last.residentBytes - first.residentBytes,
    longestTaskOwnMs: Math.max(...tasks),
    wantedLongestTaskMs: LONGEST_TASK_MS,
    longTasksByTheClock: longTasks,
    samples,
  };
}, args);
writeFileSync(RESULTS, `${JSON.stringify(result, null, 2)}\n`);
console.log(
  `${result.updates} updates: the page's heap grew by ${(result.heapGrowthBytes / 1e6).toFixed(2)} MB, its process by ${(result.residentGrowthBytes / 1e6).toFixed(1)} MB; longest task ${result.longestTaskOwnMs.toFixed(1)} ms of its own time, ${result.longTasksByTheClock.length} over 50 ms by the clock`,
);

/**
 * The longest task of the page's own thread over a few seconds of play, in milliseconds of that thread's own time: on a machine that has other work too, the
 * clock would count that as well.
 */
async function longestTaskOf(page: Page, browser: Browser): Promise<number> {
  await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline"] });
  await page.waitForTimeout(TRACED_MS);
  const trace: { readonly traceEvents: readonly TraceEvent[] } = JSON.parse(
    (await browser.stopTracing()).toString("utf8"),
  );
  const { traceEvents } = trace;
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, pid, tid }) => name === "RunTask" && mains.has(`${pid} ${tid}`),
  );
  return Math.max(0, ...tasks.map(({ tdur }) => (tdur ?? 0) / 1000));
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the thread's own time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

interface LongTask {
  /** Milliseconds by the page's clock. */
  readonly startTime: number;
  readonly duration: number;
}

interface Sample {
  /** When, by the page's clock in milliseconds: tasks of this time are those of measuring. */
  readonly measured: { readonly from: number; readonly to: number };
  readonly atSeconds: number;
  readonly step: number;
  /** Of the page's own thread, after a collection. */
  readonly heapBytes: number;
  /** Array buffers and the like, of the page's own thread. */
  readonly backingBytes: number;
  readonly nodes: number;
  /** Of the process in which page and workers run. */
  readonly residentBytes: number;
}

async function sampleOf(
  page: Page,
  devtools: CDPSession,
  renderer: number | null,
  elapsedMs: number,
): Promise<Sample> {
  const from: number = await page.evaluate("performance.now()");
  await collectInWorkers(page);
  await devtools.send("HeapProfiler.collectGarbage");
  const usage = await devtools.send("Runtime.getHeapUsage");
  const { nodes } = await devtools.send("Memory.getDOMCounters");
  const to: number = await page.evaluate("performance.now()");
  return {
    measured: { from, to },
    atSeconds: Math.round(elapsedMs / 1000),
    step: await stepOf(page),
    heapBytes: usage.usedSize,
    backingBytes: "backingStorageSize" in usage ? Number(usage.backingStorageSize) : 0,
    nodes,
    residentBytes: renderer === null ? 0 : residentOf(renderer),
  };
}

/** Of workers the browser does not say how much they hold; their garbage is collected, and the process's memory shows the rest. */
async function collectInWorkers(page: Page): Promise<void> {
  await Promise.all(page.workers().map((worker) => worker.evaluate("gc()").catch(() => {})));
}

/** The largest of the browser's renderers. */
async function rendererOf(system: CDPSession): Promise<number | null> {
  const { processInfo } = await system.send("SystemInfo.getProcessInfo");
  const renderers = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  return renderers.sort((a, b) => residentOf(b) - residentOf(a)).at(0) ?? null;
}

/** As Linux tells it; 0 elsewhere. */
function residentOf(pid: number): number {
  try {
    const [, kilobytes] =
      /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return 1024 * Number(kilobytes ?? 0);
  } catch {
    return 0;
  }
}

async function stepOf(page: Page): Promise<number> {
  return Number(await page.getAttribute("[data-training]", "data-step"));
}

async function play(page: Page): Promise<void> {
  await page.click(".train-play");
  await page.waitForSelector('[data-training="playing"], [data-training="done"]');
}

async function pause(page: Page): Promise<void> {
  if ((await page.locator('[data-training="playing"]').count()) === 0) return;
  await page.click(".train-play");
  await page.waitForSelector('[data-training="paused"], [data-training="done"]');
}
