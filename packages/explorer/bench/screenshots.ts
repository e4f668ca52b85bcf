/**
 * Pictures of every view, light, dark and narrow, to be looked at and for the documentation.
 *
 *     npm run shots:page [-- FOLDER]      writes FOLDER/VIEW-light.jpeg … and FOLDER/README.md; docs/page by default
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions } from "playwright-core";
import { build, preview } from "vite";
import { launchChromium } from "../../core/test/browser/chromium.ts";
import { VIEWS } from "../src/views/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = process.argv[2] ?? join(root, "../../docs/page");

const MANNERS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { viewport: { width: 1120, height: 1000 }, colorScheme: "light", deviceScaleFactor: 0.6 },
  dark: { viewport: { width: 1120, height: 1000 }, colorScheme: "dark", deviceScaleFactor: 0.6 },
  narrow: { viewport: { width: 360, height: 720 }, colorScheme: "light", hasTouch: true },
};

/** Small enough to be kept in the repository, good enough to read. */
const QUALITY = 45;

const SHOW_FIGURE = `(() => {
  scrollTo(0, 0);
  const figure = document.querySelector("main figure") ?? document.querySelector("main");
  scrollTo(0, Math.max(0, figure.getBoundingClientRect().top - 130));
})()`;

/** Computing and drawing have come to rest. */
const SETTLED_MS = 1_500;

const outDir = mkdtempSync(join(tmpdir(), "cellstate-shots-"));
await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
const server = await preview({ root, logLevel: "error", build: { outDir }, preview: { port: 0 } });
const browser = await launchChromium();
try {
  mkdirSync(folder, { recursive: true });
  const [origin] = server.resolvedUrls?.local ?? [];
  for (const [manner, options] of Object.entries(MANNERS)) {
    const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(origin);
    await page.waitForSelector("[data-ready]");
    for (const { id: view } of VIEWS) {
      const button = page.locator(`[data-view="${view}"]`);
      if ((await button.count()) === 0) continue;
      await button.evaluate((element) => (element as unknown as { click(): void }).click());
      await page.waitForSelector("[data-ready]");
      await page.waitForTimeout(SETTLED_MS);
      // On a narrow screen the picture is below what leads to it.
      if (manner === "narrow") await page.evaluate(SHOW_FIGURE);
      const path = join(folder, `${view}-${manner}.jpeg`);
      await page.screenshot({ path, type: "jpeg", quality: QUALITY });
    }
    await context.close();
  }
  const rows = VIEWS.map(({ id, title, question }) => {
    const pictures = Object.keys(MANNERS).map(
      (manner) => `![${title}, ${manner}](${id}-${manner}.jpeg)`,
    );
    return `| **${title}**<br>${question} | ${pictures.join(" | ")} |`;
  });
  const columns = Object.keys(MANNERS);
  writeFileSync(
    join(folder, "README.md"),
    `# The page, view by view\n\nWritten by \`npm run shots:page\`, on the model that the page opens on.\n\n| | ${columns.join(" | ")} |\n|${" --- |".repeat(columns.length + 1)}\n${rows.join("\n")}\n`,
  );
} finally {
  await browser.close();
  await server.close();
  rmSync(outDir, { recursive: true });
}
