/**
 * Holds the code to the table and the invariants of ARCHITECTURE.md. Each test gives the list of violations, one line
 * each, and expects it to be empty.
 */
import { describe, expect, test } from "vitest";
import {
  importsOf,
  readText,
  type SourceFile,
  sourceFiles,
  withoutComments,
} from "./support/sources.ts";

const LONGEST_FILE = 400;
/** Files that may be longer, each with its reason. */
const LONG_FILES: Readonly<Record<string, string>> = {
  "packages/core/src/index.ts": "the public API, a name a line",
};

const core = sourceFiles("packages/core/src");
const command = [
  ...sourceFiles("packages/cellstate/src"),
  ...sourceFiles("packages/cellstate/bin"),
];
const page = sourceFiles("packages/explorer/src");
const all = [...core, ...command, ...page];
const commandDependencies = Object.keys(
  JSON.parse(readText("packages/cellstate/package.json")).dependencies,
);

/** ARCHITECTURE.md's rows `| folder | may import |`, paths in backquotes, without `packages/`. */
const table = new Map(
  Array.from(
    readText("ARCHITECTURE.md").matchAll(/^\| `(\w+\/[\w./]+)` \|(.*)\|$/gm),
    ([, folder, allowed]) => {
      const names = Array.from(allowed.matchAll(/`([^`]+)`/g), (match) => match[1]);
      if (allowed.includes("its dependencies")) names.push(...commandDependencies);
      return [folder, names] as const;
    },
  ),
);

/** The most closely named row that a path from the root falls under. */
function rowOf(path: string): string | undefined {
  const within = path.replace(/^packages\//, "");
  return [...table.keys()]
    .filter((row) => within === row || within.startsWith(`${row}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function mayImport(row: string, target: string): boolean {
  const allowed = table.get(row) ?? [];
  if (!target.startsWith("packages/")) {
    return allowed.some((name) => target === name || (name === "node:" && target.startsWith(name)));
  }
  const targetRow = rowOf(target);
  return (
    targetRow === row ||
    allowed.some(
      (name) => name === targetRow || (/\/src$/.test(name) && targetRow?.startsWith(name)),
    )
  );
}

/** A line for each match of `pattern` in the files: `path:line: text`. */
function matches(files: readonly SourceFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, code }) =>
    code
      .split("\n")
      .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
  );
}

describe("the table of who may import whom", () => {
  test("has a row for every source file", () => {
    const missing = all
      .map(({ path }) => path)
      .filter((path) => !path.endsWith(".d.ts") && !rowOf(path));
    expect(missing).toEqual([]);
  });

  test("allows every import", () => {
    const violations = all.flatMap(({ path, imports }) => {
      const row = rowOf(path);
      return imports
        .filter((target) => row && !mayImport(row, target))
        .map((target) => `${path} imports ${target}: ${row} may not`);
    });
    expect(violations).toEqual([]);
  });
});

test("no file imports itself through others", () => {
  const files = new Map(all.map((file) => [file.path, file]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push([...trail.slice(start), path].join(" → "));
    if (start >= 0 || done.has(path)) return;
    for (const target of files.get(path)?.imports ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of files.keys()) visit(path, []);
  expect(circles).toEqual([]);
});

describe("core", () => {
  test("imports nothing but its own files", () => {
    const violations = core.flatMap(({ path, imports }) =>
      imports
        .filter((target) => !target.startsWith("packages/core/src/"))
        .map((target) => `${path} imports ${target}`),
    );
    expect(violations).toEqual([]);
  });

  test("computes with exactly defined functions only, outside numbers/portable.ts", () => {
    const inexact =
      /\bMath\.(?!(?:abs|ceil|clz32|floor|fround|imul|max|min|PI|E|LN2|LN10|LOG2E|LOG10E|SQRT2|SQRT1_2|round|sign|sqrt|trunc)\b)\w+|[=,(]\s*Math\s*[;,)]/;
    // A power of literals or constants, `2 ** 31`, `2 ** LANES`, is exact; of variables as inexact as Math.pow.
    const power = /\*\*(?!\s*-?(?:\d|[A-Z][A-Z\d_]*\b))|(?<![\w.])(?!\d+\s*\*\*)[\w.)\]]+\s*\*\*/;
    const files = core.filter(({ path }) => !path.endsWith("/numbers/portable.ts"));
    expect([...matches(files, inexact), ...matches(files, power)]).toEqual([]);
  });
});

test("nothing outside cells/ asks for a cell's name", () => {
  const names = core
    .filter(({ path }) => path.includes("/cells/zoo/"))
    .flatMap(({ code }) => Array.from(code.matchAll(/\bname: "([^"]+)"/g), (match) => match[1]));
  const quoted = `["'\`](?:${names.join("|")})["'\`]`;
  const asks = new RegExp(
    `[!=]==?\\s*${quoted}|${quoted}\\s*[!=]==?|\\bcase\\s+${quoted}|\\.(?:startsWith|endsWith|includes)\\(${quoted}`,
  );
  const elsewhere = all.filter(({ path }) => !path.includes("/core/src/cells/"));
  expect(names.length > 0 ? matches(elsewhere, asks) : []).toEqual([]);
});

test(`no file is longer than ${LONGEST_FILE} lines without a reason`, () => {
  const folders = ["packages", "test", "bench", "experiments", "scripts"];
  const long = folders
    .flatMap((folder) => sourceFiles(folder))
    .filter(({ path, lines }) => lines > LONGEST_FILE && !(path in LONG_FILES))
    .map(({ path, lines }) => `${path}: ${lines} lines`);
  expect(long).toEqual([]);
});

describe("the reader of sources that these tests lean on", () => {
  test("finds every form of import", () => {
    const code = `import a from "./a.ts";\nimport { type B,\n  b } from './b.ts';\nimport "./c.ts";
export * from "./d.ts";\nexport type { E } from "./e.ts";\ntype F = import("./f.ts").F;
const text = "x from './no.ts'";`;
    expect(importsOf(code)).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts"]);
  });

  test("tells comments from strings and regular expressions", () => {
    const code = `a("//b") // c\nd = /["'/*]\\//.test(e) /* f\n */ + \`//\${g}\``;
    expect(withoutComments(code)).toBe(
      `a("//b")     \nd = /["'/*]\\//.test(e)     \n    + \`//\${g}\``,
    );
  });
});
