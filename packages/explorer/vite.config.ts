import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

/**
 * The page as static files that any host can serve from any folder: relative addresses, no request to anywhere else. Threads need a
 * page that is cross-origin isolated, which is up to the host; `cellstate explore` and both servers here send the two headers.
 */
const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** A model that the page trains records what the command would: the version of cellstate. */
const { version } = JSON.parse(
  readFileSync(new URL("../cellstate/package.json", import.meta.url), "utf8"),
);

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  define: { __CELLSTATE_VERSION__: JSON.stringify(version) },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { target: "es2024", outDir: "dist", emptyOutDir: true, assetsInlineLimit: 0 },
  worker: { format: "es" },
  server: { host: "127.0.0.1", headers: isolated },
  preview: { host: "127.0.0.1", headers: isolated },
});
