/**
 * The built page in a real browser, cross-origin isolated, for tests: built once a test file, served on loopback.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, describe } from "vitest";
import { launchChromium } from "../../../core/test/browser/chromium.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface OpenOptions extends BrowserContextOptions {
  /** Told the address of every request. */
  request?(url: string): void;
}

export interface PageTests {
  /**
   * Opens the page anew, in a context of its own, and waits until its first reading is there.
   * @param hash The address behind `#`, with which the page is opened.
   */
  open(hash?: string, options?: OpenOptions): Promise<Page>;
  /** Ends in a slash. */
  origin(): string;
  /** Where the built page is. */
  folder(): string;
}

/** `describe` with the page. Where Chromium cannot start, its tests fail in CI and are skipped elsewhere, saying why. */
export async function describePage(title: string, tests: (page: PageTests) => void): Promise<void> {
  let browser: Browser;
  try {
    browser = await launchChromium();
  } catch (error) {
    if (process.env.CI) throw error;
    const reason = String(error).split("\n")[0];
    describe.skip(`${title} (skipped: Chromium does not start here: ${reason})`, () =>
      tests({ open: () => Promise.reject(error), origin: () => "", folder: () => "" }));
    return;
  }
  describe(title, () => {
    let server: PreviewServer | undefined;
    let outDir: string;
    let origin = "";
    beforeAll(async () => {
      outDir = mkdtempSync(join(tmpdir(), "cellstate-page-"));
      await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
      server = await preview({ root, logLevel: "error", build: { outDir }, preview: { port: 0 } });
      origin = server.resolvedUrls?.local[0] ?? "";
    }, 60_000);
    afterAll(async () => {
      await browser.close();
      await server?.close();
      rmSync(outDir, { recursive: true });
    });
    tests({
      origin: () => origin,
      folder: () => outDir,
      async open(hash = "", { request, ...options } = {}) {
        const context = await browser.newContext({
          viewport: { width: 1280, height: 900 },
          ...options,
        });
        const page = await context.newPage();
        // Below a test's own limit, so that what was waited for is named.
        page.setDefaultTimeout(20_000);
        if (request) page.on("request", (each) => request(each.url()));
        await page.goto(`${origin}${hash === "" ? "" : `#${hash}`}`);
        await page.waitForSelector("[data-ready]");
        return page;
      },
    });
  });
}
