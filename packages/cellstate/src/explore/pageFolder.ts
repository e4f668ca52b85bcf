/**
 * Where the built page is: within the package where it was packed; in the repository in packages/explorer/dist, where it is built first if it is not there.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CellstateError } from "@cellstate/core";

const PACKED = fileURLToPath(new URL("../../page", import.meta.url));
const EXPLORER = fileURLToPath(new URL("../../../explorer", import.meta.url));

/** What is used of Vite. */
interface Builder {
  build(options: { readonly root: string; readonly logLevel: "error" }): Promise<unknown>;
}

/**
 * @param say Told that the page is being built, which takes some seconds.
 * @throws CellstateError `file-access` where there is neither a page nor what builds it.
 */
export async function pageFolder(say: (note: string) => void): Promise<string> {
  if (existsSync(join(PACKED, "index.html"))) return PACKED;
  const built = join(EXPLORER, "dist");
  if (existsSync(join(built, "index.html"))) return built;
  const description = join(EXPLORER, "package.json");
  let vite: string;
  try {
    vite = createRequire(description).resolve("vite");
  } catch {
    throw new CellstateError(
      "file-access",
      `${PACKED}: the page is not there; install the package again, or in the repository run npm ci`,
    );
  }
  say("building the page, once …");
  const { build }: Builder = await import(pathToFileURL(vite).href);
  await build({ root: EXPLORER, logLevel: "error" });
  return built;
}
