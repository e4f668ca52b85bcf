/** One library: from a name to functions that may be called, with where it came from, or the reason why not. */
import { existsSync, readFileSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import { FAMILIES, type Family, has, OTHER } from "./families.ts";
import { firstLine, type Koffi, type Library } from "./koffi.ts";
import { type Sgemm, sgemmOf } from "./lender.ts";

export interface LoadedBlas {
  readonly kind: string;
  /** With the version: `oneDNN 2.6.3`. */
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly sgemm: Sgemm;
}

export type Loading =
  | { readonly state: "absent" }
  /** There, but of no use: not a library, for another processor, without the functions. `fault` is said of the library. */
  | { readonly state: "faulty"; readonly name: string; readonly fault: string }
  | ({ readonly state: "loaded" } & LoadedBlas);

const loadings = new Map<string, Loading>();

/**
 * Loads the library and keeps it to one thread, in this thread of ours: libraries remember that by thread.
 *
 * @param asked A name for the system's loader, or a path.
 * @param expected What it should be, for its environment and for the words where it cannot be loaded.
 */
export function loadBlas(koffi: Koffi, asked: string, expected: Family = OTHER): Loading {
  const known = loadings.get(asked);
  if (known !== undefined) return known;
  const loading = tryLoad(koffi, asked, expected);
  loadings.set(asked, loading);
  return loading;
}

function tryLoad(koffi: Koffi, asked: string, expected: Family): Loading {
  let name = basename(asked);
  try {
    const families = expected === OTHER ? [...FAMILIES, OTHER] : [expected];
    const library = withEnvironment(
      Object.assign({}, ...families.map((family) => family.environment)),
      () => koffi.load(asked),
    );
    const family = [...FAMILIES, OTHER].find((known) => has(library, known.mark));
    if (family === undefined) {
      return { state: "faulty", name, fault: "it has neither dnnl_sgemm nor cblas_sgemm" };
    }
    const version = family.version(koffi, library);
    name = family === OTHER ? name : `${family.label} ${version}`;
    family.prepareThread(koffi, library);
    const sgemm = sgemmOf(library, family.convention);
    const path = pathOf(koffi, library, family.mark) ?? asked;
    return { state: "loaded", kind: family.kind, name, version, path, sgemm };
  } catch (error) {
    const words = firstLine(error);
    const loaderWords = words.replace(/^Failed to load shared library: /, "");
    if (loaderWords === words) return { state: "faulty", name, fault: words };
    if (isAbsent(loaderWords, asked)) return { state: "absent" };
    return { state: "faulty", name, fault: `it does not load: ${loaderWords}` };
  }
}

/** `process.env` is the process's own only in the main thread: whoever has workers opens the library before them. */
function withEnvironment<T>(variables: Readonly<Record<string, string>>, action: () => T): T {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return action();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/**
 * Loaders say in words of their own that there is no such file; another file that it needs and that is missing makes it a
 * faulty library, not an absent one.
 */
function isAbsent(words: string, asked: string): boolean {
  if (isAbsolute(asked)) return !existsSync(asked);
  return (
    // glibc; koffi has taken the name asked for off
    words.startsWith("cannot open shared object file: No such file") ||
    // musl, FreeBSD
    (/^(Error loading shared library|Shared object) /.test(words) &&
      !/needed by|required by/.test(words)) ||
    // macOS, which lists where it has looked
    (/ tried: /.test(words) && !/Library not loaded|mach-o|code signature/.test(words)) ||
    // Windows, which does not tell the two cases apart
    /module could not be found/.test(words)
  );
}

/** The file that holds the function, from Linux's list of what is mapped where. */
function pathOf(koffi: Koffi, library: Library, name: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  const address = BigInt(koffi.address(library.symbol(name)));
  for (const line of readFileSync("/proc/self/maps", "utf8").split("\n")) {
    const [, from, to, path] = /^(\w+)-(\w+) (?:\S+ +){4}(\/.*)$/.exec(line) ?? [];
    if (path !== undefined && BigInt(`0x${from}`) <= address && address < BigInt(`0x${to}`)) {
      return path;
    }
  }
  return undefined;
}
