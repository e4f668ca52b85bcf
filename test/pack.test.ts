/** What a user gets from the registry: the packed packages, installed in an empty folder outside the repository. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pack } from "../scripts/pack.ts";
import { extractPackage } from "./support/tarball.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "cellstate-packed-"));
const files: Record<string, string[]> = {};

beforeAll(async () => {
  const [core, command] = await pack(join(folder, "tarballs"));
  files.core = extractPackage(core, join(folder, "node_modules/@cellstate/core"));
  files.cellstate = extractPackage(command, join(folder, "node_modules/cellstate"));
  const { dependencies } = describe("cellstate");
  for (const name of Object.keys(dependencies)) {
    if (name.startsWith("@cellstate/")) continue;
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link, "dir");
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

function describe(name: string) {
  return JSON.parse(readFileSync(join(folder, `node_modules/${name}/package.json`), "utf8"));
}

function node(...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 100_000 });
}

const command = (...args: string[]) => node("node_modules/cellstate/bin/cellstate.js", ...args);

test("the tarballs hold built files, the page, the licence and the readme, and nothing else", () => {
  for (const names of Object.values(files)) {
    expect(names).toContain("dist/index.js");
    expect(names).toContain("dist/index.d.ts");
    expect(names).toContain("LICENSE");
    expect(names).toContain("README.md");
    const expected =
      /^(dist\/.*(\.js|\.d\.ts)|bin\/cellstate\.js|page\/.*\.(html|js|css|svg|json|safetensors)|package\.json|LICENSE|README\.md)$/;
    expect(names.filter((name) => !expected.test(name))).toEqual([]);
  }
  expect(files.cellstate).toContain("page/index.html");
});

test("core has no dependencies, and the command needs the very core it was built with", () => {
  const core = describe("@cellstate/core");
  expect(core.dependencies).toBeUndefined();
  expect(describe("cellstate").dependencies["@cellstate/core"]).toBe(core.version);
});

test("the command says its version", () => {
  expect(command("--version").trim()).toBe(describe("cellstate").version);
});

test("the command lists the cells", () => {
  expect(command("cells")).toContain("lstm");
});

test("the command serves the page", async () => {
  const all = ["node_modules/cellstate/bin/cellstate.js", "explore"];
  const child = spawn(process.execPath, all, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  const [address] = await once(child.stdout, "data");
  const response = await fetch(String(address).trim());
  expect(await response.text()).toContain("<title>cellstate");
  child.kill("SIGINT");
  expect(await once(child, "close")).toEqual([0, null]);
});

test("without koffi it trains by its own kernels, on threads, and says in one line what would be faster", () => {
  writeFileSync(join(folder, "x.txt"), "Who likes chess? Wish likes chess.\n".repeat(40));
  const run = (...args: string[]) => {
    const all = ["node_modules/cellstate/bin/cellstate.js", "train", "x.txt", ...args];
    return spawnSync(process.execPath, all, { cwd: folder, encoding: "utf8", timeout: 100_000 });
  };
  const { status, stdout, stderr } = run("--steps", "3", "--threads", "2", "--json");
  const missing = "koffi, which calls the machine's libraries, is not installed";
  expect(stderr).toContain(`wasm, 2 threads: ${missing}; to make it faster: npm install koffi\n`);
  expect([status, JSON.parse(stdout).threads]).toEqual([0, 2]);
  const blas = run("--engine", "blas");
  expect(blas.stderr).toBe(`cellstate: engine blas: ${missing}: npm install koffi\n`);
  expect(blas.status).toBe(1);
}, 30_000);

test("the library runs: every export can be imported, from both packages", () => {
  writeFileSync(
    join(folder, "use.js"),
    `import * as core from "@cellstate/core";
import * as cellstate from "cellstate";
const missing = Object.keys(core).filter((name) => !(name in cellstate));
console.log(JSON.stringify({ exports: Object.keys(core).length, missing }));`,
  );
  const { exports, missing } = JSON.parse(node("use.js"));
  expect(exports).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});

test("the declarations stand the strictest compiler, in Node and in a browser", () => {
  writeFileSync(
    join(folder, "use.ts"),
    `import * as core from "@cellstate/core";
export const names: string[] = Object.keys(core);`,
  );
  writeFileSync(
    join(folder, "command.ts"),
    `import * as cellstate from "cellstate";
export const names: string[] = Object.keys(cellstate);`,
  );
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const check = (...args: string[]) => {
    const strict = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "false",
      "--module",
      "nodenext",
    ];
    node(compiler, ...strict, "--target", "es2024", ...args);
  };
  const types = join(root, "node_modules/@types");
  check("--lib", "es2024", "--typeRoots", types, "--types", "node", "use.ts", "command.ts");
  check("--lib", "es2024,dom", "--types", "", "use.ts");
}, 60_000);
