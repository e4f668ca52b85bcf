/** The built page in headless Chromium, cross-origin isolated, for measurements. */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build, preview } from "vite";
import { launchChromium } from "../../core/test/browser/chromium.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @param measure Is given the page at its beginning. @param args For the browser. */
export async function withBuiltPage<T>(
  measure: (page: Page, browser: Browser) => Promise<T>,
  args: readonly string[] = [],
): Promise<T> {
  const outDir = mkdtempSync(join(tmpdir(), "cellstate-bench-"));
  await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
  const server = await preview({
    ...{ root, logLevel: "error", build: { outDir }, preview: { port: 0 } },
  });
  const browser = await launchChromium(args);
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await page.goto(server.resolvedUrls?.local[0] ?? "");
    await page.waitForSelector("[data-ready]");
    return await measure(page, browser);
  } finally {
    await browser.close();
    await server.close();
    rmSync(outDir, { recursive: true });
  }
}

export function machine(browser: Browser) {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    node: process.version,
    chromium: browser.version(),
  };
}

/** Opens the view and waits until its training is prepared. */
export async function openTraining(page: Page): Promise<void> {
  await page.click('nav >> text="Train"');
  await page.waitForSelector('[data-training="paused"]');
}

export async function setNumber(page: Page, title: string, value: number): Promise<void> {
  const field = page.locator(`.train-form label:has-text('${title}') input`);
  await field.fill(String(value));
  await field.blur();
  await page.waitForSelector('[data-training="paused"]');
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
