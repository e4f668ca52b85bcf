/**
 * Packs the packages as they are published: built .js and .d.ts in place of the .ts that the repository runs from.
 *
 *     npm run pack [-- FOLDER]      leaves cellstate-core-X.tgz and cellstate-X.tgz in FOLDER (dist/ by default)
 *
 * Everything is staged in a folder of its own, and the working tree is never touched: an interrupted run leaves nothing to
 * repair, and whatever else runs from the sources at the same time is not disturbed.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build as buildPage } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Description {
  name: string;
  version: string;
  exports: Record<string, string>;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  scripts?: Record<string, string>;
  files?: string[];
}

/** What the command serves, built into its package. */
const PAGE = "page";

/** @returns the paths of the tarballs in `folder`: core's, then the command's. */
export async function pack(folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const stage = mkdtempSync(join(tmpdir(), "cellstate-pack-"));
  try {
    const outDir = join(stage, "cellstate", PAGE);
    await buildPage({
      root: join(root, "packages/explorer"),
      logLevel: "error",
      build: { outDir },
    });
    return ["core", "cellstate"].map((name) => {
      build(name, stage);
      describe(name, stage);
      for (const file of ["README.md", "LICENSE"]) {
        if (existsSync(join(root, file))) cpSync(join(root, file), join(stage, name, file));
      }
      const printed = execFileSync(
        "npm",
        ["pack", "--json", "--pack-destination", resolve(folder)],
        {
          cwd: join(stage, name),
          encoding: "utf8",
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      return join(resolve(folder), tarballName(printed));
    });
  } finally {
    rmSync(stage, { recursive: true });
  }
}

/** npm 10 and 11 print a list of packed packages, npm 12 an object by name. */
function tarballName(printed: string): string {
  const [{ filename }] = Object.values<{ filename: string }>(JSON.parse(printed));
  return filename;
}

/** Compiles src/ to dist/ in the stage, against core's declarations there and not its sources. */
function build(name: string, stage: string): void {
  const config = join(stage, `${name}.json`);
  const source = join(root, "packages", name);
  const options = {
    noEmit: false,
    rootDir: join(source, "src"),
    outDir: join(stage, name, "dist"),
    typeRoots: [join(root, "node_modules/@types")],
    paths: { "@cellstate/core": [join(stage, "core/dist/index.d.ts")] },
  };
  const include = [join(source, "src")];
  if (name !== "core") include.push(join(root, "packages/core/src/webassembly.d.ts"));
  writeFileSync(
    config,
    JSON.stringify({ extends: join(source, "tsconfig.json"), compilerOptions: options, include }),
  );
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", config], { stdio: ["ignore", 2, 2] });
}

/** The package's description with its entries in dist/, and its commands calling that. */
function describe(name: string, stage: string): void {
  const source = join(root, "packages", name);
  const description: Description = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const built = (path: string) => path.replace(/^\.\/src\/(.*)\.ts$/, "./dist/$1");
  const exports = Object.fromEntries(
    Object.entries(description.exports).map(([entry, path]) => [
      entry,
      { types: `${built(path)}.d.ts`, default: `${built(path)}.js` },
    ]),
  );
  const { scripts: _, ...rest } = description;
  const files = ["dist", ...(description.bin ? ["bin", PAGE] : [])];
  const target = join(stage, name);
  writeFileSync(join(target, "package.json"), JSON.stringify({ ...rest, exports, files }, null, 2));
  for (const path of Object.values(description.bin ?? {})) {
    const text = readFileSync(join(source, path), "utf8");
    mkdirSync(join(target, "bin"), { recursive: true });
    writeFileSync(
      join(target, path),
      text.replace(/(["'])\.\.\/src\/([\w./-]+)\.ts\1/g, "$1../dist/$2.js$1"),
      { mode: 0o755 },
    );
  }
}

if (import.meta.main) {
  for (const tarball of await pack(process.argv[2] ?? join(root, "dist"))) console.log(tarball);
}
