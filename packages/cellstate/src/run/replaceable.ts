/** Nothing is written over or into what it is not: a slip like `--out corpus.txt` or `--log corpus.txt` costs no text. */
import { closeSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../usageError.ts";

/**
 * @param inputs What the run reads: their files must not be its target.
 * @param option What the path was given as.
 * @throws UsageError where the path names no file, is an input, or a file that does not begin as our models do.
 */
export function assertReplaceable(path: string, inputs: readonly string[], option = "--out"): void {
  assertTarget(option, path, inputs, { what: "model", begins: beginsAsModel });
}

/**
 * @param outputs What the run writes: the log goes into none of them.
 * @throws UsageError where lines of a log would be added to something else.
 */
export function assertLoggable(
  path: string,
  inputs: readonly string[],
  outputs: readonly string[],
): void {
  if (outputs.some((output) => futurePath(output) === futurePath(path))) {
    throw new UsageError(`--log ${path}: the run writes its model there; choose another name`);
  }
  assertTarget("--log", path, inputs, { what: "log", begins: beginsAsLog });
}

function assertTarget(
  option: string,
  path: string,
  inputs: readonly string[],
  { what, begins }: { what: string; begins: (start: Uint8Array) => boolean },
): void {
  if (path === "" || /[\\/]$/.test(path)) {
    throw new UsageError(`${option} ${path || '""'}: expected a file's name`);
  }
  const target = realPath(path);
  if (target === null || !statSync(target).isFile()) return;
  if (inputs.some((input) => realPath(input) === target)) {
    throw new UsageError(`${option} ${path}: that is a text to learn from; choose another name`);
  }
  const start = startOf(target);
  // An empty file is nobody's loss.
  if (start === null || (start.length > 0 && !begins(start))) {
    throw new UsageError(
      `${option} ${path}: there is a file that is no ${what}; choose another name`,
    );
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** The real path that a file has or, where there is none yet, would have. */
function futurePath(path: string): string {
  return realPath(path) ?? join(realPath(dirname(path)) ?? dirname(path), basename(path));
}

const BRACE = 0x7b;

/** A safetensors file begins with its header's length, 8 bytes, and the header's `{`. */
function beginsAsModel(start: Uint8Array): boolean {
  return start[8] === BRACE;
}

/** Each line of a log is an object. */
function beginsAsLog(start: Uint8Array): boolean {
  return start[0] === BRACE;
}

/** The first nine bytes, or all that there are; null where it cannot be read. */
function startOf(path: string): Uint8Array | null {
  const start = new Uint8Array(9);
  try {
    const file = openSync(path, "r");
    try {
      return start.subarray(0, readSync(file, start));
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
