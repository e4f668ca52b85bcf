/**
 * A real browser for tests: headless Chromium, on a page that is cross-origin isolated (so that it may have threads
 * and shared memory), with core's sources served to it as they are, their types stripped on the way.
 *
 * The browser comes through npm (`@sparticuz/chromium`) with the libraries it needs beyond C's own, so a machine with
 * nothing but Node runs it. Its package's default arguments are for another kind of place and undo the isolation; they
 * are not used.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire, stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, describe } from "vitest";

const root = new URL("../../../../", import.meta.url);

/** What a test can do with the browser. */
export interface InChromium {
  /**
   * Imports a module of this repository in the page, calls its default export, and gives back what that returns or
   * resolves to, through JSON. The module may import files of `packages/core` by relative paths, and `@cellstate/core`.
   * @throws what the page throws, with its message.
   */
  run(module: URL): Promise<unknown>;
  page: Page;
}

/**
 * `describe` with a browser. Where Chromium cannot start, its tests are skipped and the title says why; in CI, where
 * a skipped test would go unseen, that is an error. To be awaited at the top level of a test file.
 */
export async function describeInChromium(
  title: string,
  tests: (browser: InChromium) => void,
): Promise<void> {
  let opened: Opened;
  try {
    opened = await open();
  } catch (error) {
    if (process.env.CI) throw error;
    const reason = String(error).split("\n")[0];
    describe.skip(`${title} (skipped: Chromium does not start here: ${reason})`, () =>
      tests({ run: () => Promise.reject(error), page: undefined as never }));
    return;
  }
  const { browser, server, page, origin } = opened;
  describe(title, () => {
    afterAll(async () => {
      await browser.close();
      server.close();
    });
    tests({ run: (module) => runModule(page, origin, module), page });
  });
}

interface Opened {
  browser: Browser;
  server: Server;
  page: Page;
  origin: string;
}

/** @param args For the browser, besides what it always needs. */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const home = await unpackChromium();
  const always = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
  ];
  return chromium.launch({
    executablePath: join(home, "chromium"),
    args: [...always, ...args],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(home, "al2023/lib"),
      FONTCONFIG_PATH: join(home, "fonts"),
    },
  });
}

async function open(): Promise<Opened> {
  const browser = await launchChromium();
  const server = createServer(answer);
  try {
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const origin = `http://127.0.0.1:${port}/`;
    const page = await browser.newPage();
    await page.goto(origin);
    return { browser, server, page, origin };
  } catch (error) {
    await browser.close();
    server.close();
    throw error;
  }
}

async function runModule(page: Page, origin: string, module: URL): Promise<unknown> {
  if (!module.href.startsWith(root.href)) {
    throw new RangeError(
      `${module.href} is not a file of this repository, which is all the page can import`,
    );
  }
  const url = origin + module.href.slice(root.href.length);
  const json: string = await page.evaluate(
    `import(${JSON.stringify(url)}).then(async (module) => JSON.stringify(await module.default()) ?? "null")`,
  );
  return JSON.parse(json);
}

/**
 * Unpacks the browser beside the installed packages, once a version. Whole or not at all: unpacked elsewhere first, so
 * that an interrupted run leaves nothing that looks finished.
 */
async function unpackChromium(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const packageFolder = join(dirname(entry), "..");
  const description: { version: string } = JSON.parse(
    await readFile(join(packageFolder, "package.json"), "utf8"),
  );
  const home = fileURLToPath(new URL(`node_modules/.cache/chromium-${description.version}`, root));
  if (existsSync(home)) return home;

  const partial = `${home}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  const { inflate } = await import(pathToFileURL(entry).href);
  // The package unpacks into the folder for temporary files, wherever that is at the time.
  const tmpdirBefore = process.env.TMPDIR;
  process.env.TMPDIR = partial;
  try {
    const archives = ["chromium.br", "fonts.tar.br", "al2023.tar.br"];
    await Promise.all(archives.map((archive) => inflate(join(packageFolder, "bin", archive))));
    renameSync(partial, home);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(home)) throw error; // Else another process was faster.
  } finally {
    if (tmpdirBefore === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = tmpdirBefore;
  }
  return home;
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>cellstate</title>
<script type="importmap">{"imports": {"@cellstate/core": "/packages/core/src/index.ts"}}</script>`;

/** Serves the page, and of the repository nothing but core's TypeScript. */
const answer: Parameters<typeof createServer>[1] = async (request, response) => {
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  try {
    if (path === "/") {
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(PAGE);
    } else if (/^\/packages\/core\/(src|test)\/[\w./-]+\.ts$/.test(path)) {
      const source = await readFile(new URL(path.slice(1), root), "utf8");
      response.setHeader("Content-Type", "text/javascript; charset=utf-8");
      response.end(stripTypeScriptTypes(source));
    } else {
      response.writeHead(404).end();
    }
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
};
