/** The project's own source files, and what they import: enough of a reader for tests about how the code hangs together. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface SourceFile {
  /** From the repository's root: `packages/core/src/index.ts`. */
  readonly path: string;
  readonly lines: number;
  /** The text with its comments blanked out, line breaks kept. */
  readonly code: string;
  /** Relative ones as paths from the root, the others as they are written. */
  readonly imports: readonly string[];
}

/** All .ts, .tsx and .js files in a folder and below, in the order of their paths. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name).replaceAll("\\", "/"))
    .filter((path) => /\.(tsx?|js)$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))
    .sort()
    .map(readSource);
}

export function readText(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function readSource(path: string): SourceFile {
  const text = readText(path);
  const code = withoutComments(text);
  const imports = importsOf(code).map((name) =>
    name.startsWith(".") ? normalize(join(dirname(path), name)).replaceAll("\\", "/") : name,
  );
  return { path, lines: text.split("\n").length - 1, code, imports };
}

/** Strings, templates and regular expressions are matched so that a `//` within them is not taken for a comment. */
const TOKENS =
  /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`|(?<=[=(,:!&|?{};[]\s*)\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

export function withoutComments(text: string): string {
  return text.replace(TOKENS, (token) =>
    /^\/[/*]/.test(token) ? token.replace(/[^\n]/g, " ") : token,
  );
}

/** What `import … from`, `export … from`, a bare `import` and `import()` name. */
export function importsOf(code: string): string[] {
  const found = code.matchAll(
    /(?:^|[;}\s])(?:import|export)\s*(?:[\w*{][^;"'`]*?\sfrom\s*)?["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']/g,
  );
  return Array.from(found, (match) => match[1] ?? match[2]);
}
