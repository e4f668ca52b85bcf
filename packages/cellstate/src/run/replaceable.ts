/** A model is never written over something that is none: a slip like `--out corpus.txt` costs no text. */
import { closeSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { UsageError } from "../usageError.ts";

/**
 * @param inputs What the run reads: their files must not be its target.
 * @throws UsageError where the path is an input, or a file that does not begin as our models do.
 */
export function assertReplaceable(path: string, inputs: readonly string[]): void {
  const target = realPath(path);
  if (target === null || !statSync(target).isFile()) return;
  if (inputs.some((input) => realPath(input) === target)) {
    throw new UsageError(`--out ${path}: that is a text to learn from; choose another name`);
  }
  if (!beginsAsModel(target)) {
    throw new UsageError(`--out ${path}: there is a file that is no model; choose another name`);
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** A safetensors file begins with its header's length, 8 bytes, and the header's `{`. An empty file is nobody's loss. */
function beginsAsModel(path: string): boolean {
  const start = new Uint8Array(9);
  try {
    const file = openSync(path, "r");
    try {
      const count = readSync(file, start);
      return count === 0 || (count === 9 && start[8] === 0x7b);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
