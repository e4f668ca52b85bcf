/**
 * Does the page train as fast as the command? The same text, settings, seed and number of threads, on the same engine: by turns, and the medians compared.
 * The page's time is all from Play to the end, with its checkpoints, measures and pictures; the command's is that of its updates.
 *
 *     node packages/explorer/bench/train.ts [--rounds 3]      writes bench/results/page-train.json
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { storyText, writeStoryBook } from "cellstate/stories";
import type { Page } from "playwright-core";
import { machine, median, openTraining, setNumber, withBuiltPage } from "./builtPage.ts";

const BIN = fileURLToPath(new URL("../../cellstate/bin/cellstate.js", import.meta.url));
const RESULTS = fileURLToPath(new URL("../../../bench/results/page-train.json", import.meta.url));
const UNITS = 128;
const STEPS = 600;
/** Tokens an update: fifty windows of fifty. */
const TOKENS = 2500;
const WANTED = 0.8;

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const rounds = Number(values.rounds);
const text = writeStoryBook(1, { short: 0, long: 2000, unseen: 0 }).long.map(storyText).join("");
const folder = mkdtempSync(join(tmpdir(), "cellstate-bench-"));
writeFileSync(join(folder, "stories.txt"), text);
try {
  const result = await withBuiltPage(async (page, browser) => {
    await openTraining(page);
    await page.selectOption("label:has-text('speed') select", "fast");
    await page.selectOption(".train-form label:has-text('task') select", "text");
    await page.setInputFiles(".train-text input[type=file]", join(folder, "stories.txt"));
    await page.getByText("stories.txt,").waitFor();
    await setNumber(page, "units", UNITS);
    await setNumber(page, "updates", STEPS);
    const compared = [];
    for (const threads of [1, 2]) {
      await setNumber(page, "threads", threads);
      const inPage: number[] = [];
      const inNode: number[] = [];
      await trainInPage(page);
      for (let round = 0; round < rounds; round++) {
        inNode.push(trainInNode(threads));
        inPage.push(await trainInPage(page));
      }
      const share = median(inNode) / median(inPage);
      compared.push({ threads, inPageSeconds: inPage, inNodeSeconds: inNode, share });
      console.log(
        `${threads} ${threads === 1 ? "thread" : "threads"}: page ${median(inPage).toFixed(2)} s, command ${median(inNode).toFixed(2)} s: ${(100 * share).toFixed(0)} % of the command's speed (wanted: ${100 * WANTED} %)`,
      );
    }
    const settings = { units: UNITS, layers: 1, steps: STEPS, tokensAnUpdate: TOKENS };
    return { machine: machine(browser), settings, rounds, wantedShare: WANTED, compared };
  });
  writeFileSync(RESULTS, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

/** @returns seconds from Play to the end. */
async function trainInPage(page: Page): Promise<number> {
  await page.click("text=Begin anew");
  await page.waitForSelector('[data-training="paused"]');
  const start = performance.now();
  await page.click(".train-play");
  await page.waitForSelector('[data-training="done"]', { timeout: 300_000 });
  return (performance.now() - start) / 1000;
}

/** @returns seconds of the training itself. */
function trainInNode(threads: number): number {
  const options = [
    ...["train", "stories.txt", "--hidden-size", UNITS, "--layers", 1, "--steps", STEPS],
    ...["--learning-rate", 0.01, "--seed", 1, "--engine", "wasm", "--threads", threads, "--json"],
  ].map(String);
  const printed = execFileSync(process.execPath, [BIN, ...options], {
    ...{ cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  });
  const { seconds }: { readonly seconds: number } = JSON.parse(printed);
  rmSync(join(folder, "stories.safetensors"), { force: true });
  return seconds;
}
