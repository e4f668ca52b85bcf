/** Reads what a model is to learn from: files, or folders of files, as documents. */
import { readdirSync, type Stats, statSync } from "node:fs";
import { basename, join } from "node:path";
import { CellstateError } from "@cellstate/core";
import { accessError, fileError, shownPath } from "./fileError.ts";
import { readFileLimited } from "./readFile.ts";
import { findNotText } from "./utf8.ts";

export interface TextFile {
  /** Without its folders. */
  readonly name: string;
  readonly text: string;
  /** Size of the file, in bytes. */
  readonly size: number;
}

export interface BytesFile {
  /** Without its folders. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly size: number;
}

/** A string in V8 has at most 2²⁹ − 24 units, and all of it stands in memory several times over. */
const LARGEST_TEXT = 500 * 2 ** 20;

/**
 * The files in the order given; of a folder, its files in the order of their names (not those of folders within it, nor
 * hidden ones, nor models: `cellstate train .` leaves one beside the texts). A byte order mark at the start of a file is left out.
 *
 * @throws CellstateError `file-access` where a file cannot be read or is empty, a folder holds no files, or all are too large;
 *   `data` where a file is not text in UTF-8: the message says at which byte.
 */
export function readTexts(paths: readonly string[]): TextFile[] {
  return readDocuments(paths).map(({ path, name, bytes, size }) => {
    const at = findNotText(bytes);
    if (at >= 0) throw notText(path, bytes, at);
    const text = new TextDecoder().decode(bytes);
    if (text.length === 0) throw accessError(path, "is empty; name a file with something in it");
    return { name, text, size };
  });
}

/** The same of any files, as bytes: for `--tokens bytes`. */
export function readBytes(paths: readonly string[]): BytesFile[] {
  return readDocuments(paths).map(({ name, bytes, size }) => ({ name, bytes, size }));
}

interface Document extends BytesFile {
  readonly path: string;
}

function readDocuments(paths: readonly string[]): Document[] {
  let left = LARGEST_TEXT;
  return paths.flatMap(listFiles).map((path) => {
    const bytes = readFileLimited(path, { limit: LARGEST_TEXT });
    left -= bytes.length;
    if (left < 0) {
      throw accessError(path, `with this file the texts are over ${LARGEST_TEXT / 2 ** 20} MiB`);
    }
    return { path, name: basename(path), bytes, size: bytes.length };
  });
}

/** The path itself, or the files of a folder. */
function listFiles(path: string): string[] {
  if (!stat(path).isDirectory()) return [path];
  const files = listFolder(path)
    .filter((name) => !name.startsWith(".") && !name.endsWith(".safetensors"))
    .map((name) => join(path, name))
    .filter((file) => stat(file).isFile())
    .sort((a, b) => (a < b ? -1 : 1));
  if (files.length > 0) return files;
  throw accessError(path, "a folder without files; folders within it are not looked into");
}

function stat(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw fileError(path, "cannot read", error);
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    throw fileError(path, "cannot read", error);
  }
}

function notText(path: string, bytes: Uint8Array, at: number): CellstateError {
  const mark = bytes[0] * 256 + bytes[1];
  const what =
    mark === 0xfffe || mark === 0xfeff
      ? "is UTF-16; save it as UTF-8"
      : `is not text in UTF-8: byte ${at} is ${bytes[at]}; save it as UTF-8, or use --tokens bytes`;
  return new CellstateError("data", `${shownPath(path)}: ${what}`);
}
