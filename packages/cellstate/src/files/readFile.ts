/** Reads a file of a person's choosing: whatever it is, the answer is its bytes or one line that says what is wrong. */
import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { accessError, fileError } from "./fileError.ts";

export interface ReadOptions {
  /** In bytes. @default 2 GiB: more than a model of ours can have. */
  readonly limit?: number;
  /** @default false: an empty file is an error. */
  readonly allowEmpty?: boolean;
}

const DEFAULT_LIMIT = 2 ** 31;
/** Files that do not know their size (in /proc, or still growing) are read in pieces. */
const PIECE = 1 << 16;

/**
 * @returns Bytes of their own buffer, aligned for any typed array.
 * @throws CellstateError `file-access`: missing, a folder or a device, no permission, empty, larger than the limit.
 */
export function readFileLimited(path: string, options: ReadOptions = {}): Uint8Array<ArrayBuffer> {
  const { limit = DEFAULT_LIMIT, allowEmpty = false } = options;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    // Asked before it is opened: to open a pipe waits until somebody writes into it.
    mustBeFile(path, statSync(path));
    const file = openSync(path, "r");
    try {
      const stats = fstatSync(file);
      mustBeFile(path, stats);
      if (stats.size > limit) throw tooLarge(path, stats.size, limit);
      bytes = readAll(file, stats.size, limit);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileError(path, "cannot read", error);
  }
  if (bytes.length > limit) throw tooLarge(path, bytes.length, limit);
  if (bytes.length === 0 && !allowEmpty) {
    throw accessError(path, "is empty; name a file with something in it");
  }
  return bytes;
}

/** @throws CellstateError `file-access` for a folder, a device or a pipe. */
export function mustBeFile(path: string, stats: Stats): void {
  if (stats.isDirectory()) throw accessError(path, "cannot read: it is a folder; name a file");
  if (!stats.isFile()) throw accessError(path, "cannot read: it is a device or pipe; name a file");
}

/** Up to one byte more than `limit`, so that the caller can see that there is more. */
function readAll(file: number, expected: number, limit: number): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(Math.min(expected + 1, limit + 1));
  let length = 0;
  while (length <= limit) {
    if (length === bytes.length) {
      const larger = new Uint8Array(Math.min(2 * length + PIECE, limit + 1));
      larger.set(bytes);
      bytes = larger;
    }
    const count = readSync(file, bytes, length, bytes.length - length, null);
    if (count === 0) break;
    length += count;
  }
  return bytes.subarray(0, length);
}

function tooLarge(path: string, size: number, limit: number): Error {
  const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  return accessError(
    path,
    `is ${mebibytes(size)}, the limit is ${mebibytes(limit)}; name a smaller one`,
  );
}
