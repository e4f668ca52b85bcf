/**
 * The machine's own matrix products: oneDNN, Accelerate, MKL or OpenBLAS, found by trying, checked, and lent to the wasm engine
 * over its own memory. Nothing of it is loaded before a function here is called.
 */
import { resolve } from "node:path";
import type { GemmLender } from "@cellstate/core";
import { adviceForThisSystem } from "./advice.ts";
import { checkGemm } from "./check.ts";
import { FAMILIES, type Family, familiesFor, OTHER } from "./families.ts";
import { firstLine, type Koffi, loadKoffi } from "./koffi.ts";
import { bindMemory } from "./lender.ts";
import { type LoadedBlas, loadBlas } from "./load.ts";

/** A library that is on this machine. */
export interface BlasFound {
  /** `onednn`, `accelerate`, `mkl`, `openblas`, or `other` for one that was named by its path. */
  readonly kind: string;
  /** `oneDNN 2.6.3`; the file's name where it could not be loaded. */
  readonly name: string;
  /** `2.6.3`; empty where it is not known. */
  readonly version: string;
  /** The file, or what was asked for where the system does not tell. */
  readonly path: string;
  /** Null where every product of the check was right, else one clause that says what was wrong. */
  readonly fault: string | null;
}

export interface BlasOpened {
  readonly lender: GemmLender;
  readonly library: BlasFound;
  /** One line for each library that was there but of no use. */
  readonly passedOver: readonly string[];
}

export interface NoBlas {
  readonly lender: null;
  /** Why there is none, a clause for `REASON: ADVICE`: `no BLAS is installed`. */
  readonly reason: string;
  /** What to do about it: `apt install libdnnl2`. */
  readonly advice: string;
  readonly passedOver: readonly string[];
}

const AUTO = "auto";
const NONE = "none";

/** What a worker thread needs to make the same lender; plain data. */
interface Source {
  readonly library: string;
}

/**
 * @returns all that are there, in the order in which they are tried, the one that CELLSTATE_BLAS names first; each loaded and
 *   checked. Empty without koffi.
 */
export function findBlas(): readonly BlasFound[] {
  const ffi = loadKoffi();
  if ("missing" in ffi) return [];
  const found = [...candidates(process.env.CELLSTATE_BLAS || AUTO), ...candidates(AUTO)].flatMap(
    (candidate) => examine(ffi.koffi, candidate)?.found ?? [],
  );
  // One file often has several names.
  return found.filter(({ path }, i) => found.findIndex((other) => other.path === path) === i);
}

/**
 * The first library that is there and passes the check. To be called in the main thread, before any worker asks for the
 * library: some read their environment once.
 *
 * @param library `auto`; `onednn`, `accelerate`, `mkl` or `openblas`; a library's path, or its file's name for the system's
 *   loader to find; `none`. By default what the environment variable CELLSTATE_BLAS says, else `auto`.
 */
export function openBlas(library?: string): BlasOpened | NoBlas {
  const inEnvironment = library === undefined ? process.env.CELLSTATE_BLAS : undefined;
  const wanted = library ?? (inEnvironment || AUTO);
  const passedOver: string[] = [];
  const none = (reason: string, advice: string): NoBlas => ({
    lender: null,
    reason,
    advice,
    passedOver,
  });
  // What is in the environment may have been set long ago, and elsewhere.
  const orUnset = (advice: string): string =>
    inEnvironment ? `${advice}, or unset CELLSTATE_BLAS` : advice;
  if (wanted === NONE) return none("BLAS is switched off", "unset CELLSTATE_BLAS");
  const tried = candidates(wanted);
  if (tried.length === 0) {
    return none(`there is no BLAS "${wanted}" for this system`, orUnset(`name ${knownNames()}`));
  }
  const ffi = loadKoffi();
  if ("missing" in ffi) return none(ffi.missing, "npm install koffi");
  for (const candidate of tried) {
    const examined = examine(ffi.koffi, candidate);
    if (examined === null) continue;
    const { found, loaded } = examined;
    if (loaded !== null && found.fault === null) {
      return { lender: lend(ffi.koffi, loaded, candidate.asked), library: found, passedOver };
    }
    const line = `${title(found)} is passed over: ${found.fault}`;
    if (!passedOver.includes(line)) passedOver.push(line);
  }
  const [first] = passedOver;
  const isPath = tried.some(({ family }) => family === OTHER);
  const advice = orUnset(isPath ? `name ${knownNames()}` : adviceForThisSystem(wanted));
  if (first !== undefined) return none(first, advice);
  if (wanted === AUTO) return none("no BLAS is installed", advice);
  return none(`there is no ${tried.map(({ asked }) => asked).join(" or ")}`, advice);
}

function title({ name, path }: BlasFound): string {
  return path.endsWith(name) ? path : `${name} (${path})`;
}

function knownNames(): string {
  return `${FAMILIES.map(({ kind }) => kind).join(", ")} or the path of a library with cblas_sgemm`;
}

/**
 * The lender that another thread has opened, in this thread.
 *
 * @param source A lender's `source`.
 * @throws TypeError if it is something else; Error if the library is gone, or koffi.
 */
export function lendFrom(source: unknown): GemmLender {
  if (!isSource(source)) throw new TypeError("blas: expected the source of a lender of openBlas");
  const ffi = loadKoffi();
  if ("missing" in ffi) throw new Error(`blas: ${ffi.missing}; npm install koffi`);
  const loading = loadBlas(ffi.koffi, source.library);
  if (loading.state === "loaded") return lend(ffi.koffi, loading, source.library);
  const fault = loading.state === "absent" ? "is gone" : loading.fault;
  throw new Error(`blas: ${source.library}: ${fault}`);
}

function lend(koffi: Koffi, { name, sgemm }: LoadedBlas, library: string): GemmLender {
  const source: Source = { library };
  return { name, source, bind: (memory) => bindMemory(koffi, sgemm, memory) };
}

function isSource(source: unknown): source is Source {
  return (
    typeof source === "object" &&
    source !== null &&
    "library" in source &&
    typeof source.library === "string"
  );
}

interface Candidate {
  readonly asked: string;
  readonly family: Family;
}

/** Empty where the name is nobody's, or of a library that this system cannot have. */
function candidates(wanted: string): readonly Candidate[] {
  // A path is taken from the folder the command runs in; a bare file's name is the system's loader's to find.
  const isPath = /[/\\]/.test(wanted);
  if (isPath || /\.(so|dylib|dll)\b/i.test(wanted)) {
    return [{ asked: isPath ? resolve(wanted) : wanted, family: OTHER }];
  }
  return familiesFor(process.arch)
    .filter(({ kind }) => wanted === AUTO || wanted === kind)
    .flatMap((family) => family.names(process.platform).map((asked) => ({ asked, family })));
}

interface Examined {
  readonly found: BlasFound;
  readonly loaded: LoadedBlas | null;
}

const examinations = new Map<string, Examined | null>();

/** Loads and checks, once in a thread; null where there is no such library. */
function examine(koffi: Koffi, { asked, family }: Candidate): Examined | null {
  let examined = examinations.get(asked);
  if (examined === undefined) {
    examined = load(koffi, asked, family);
    examinations.set(asked, examined);
  }
  return examined;
}

function load(koffi: Koffi, asked: string, family: Family): Examined | null {
  const loading = loadBlas(koffi, asked, family);
  if (loading.state === "absent") return null;
  if (loading.state === "faulty") {
    const { name, fault } = loading;
    return {
      found: { kind: family.kind, name, version: "", path: asked, fault },
      loaded: null,
    };
  }
  const { kind, name, version, path } = loading;
  const fault = check(koffi, loading);
  return { found: { kind, name, version, path, fault }, loaded: loading };
}

function check(koffi: Koffi, { sgemm }: LoadedBlas): string | null {
  try {
    return checkGemm((memory) => bindMemory(koffi, sgemm, memory));
  } catch (error) {
    return firstLine(error);
  }
}
