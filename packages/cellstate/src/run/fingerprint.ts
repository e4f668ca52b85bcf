/** By what a resumed run knows its data again: the bytes of files, in the order of their names. */
import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileError } from "../files/fileError.ts";

export interface Fingerprint {
  readonly files: readonly { readonly name: string; readonly size: number }[];
  readonly sha256: string;
}

/** What our own runs leave beside data is none. */
const OURS = /\.safetensors$/;
const CHUNK = 1 << 20;

/** @param paths Files or folders; of a folder all that is in it, hidden files apart. */
export function fingerprint(paths: readonly string[]): Fingerprint {
  const hash = createHash("sha256");
  const files: { name: string; size: number }[] = [];
  for (const path of paths) add(path, basename(path), hash, files);
  return { files, sha256: hash.digest("hex") };
}

function add(
  path: string,
  name: string,
  hash: Hash,
  files: { name: string; size: number }[],
): void {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) {
      const inside = readdirSync(path)
        .filter((each) => !each.startsWith(".") && !OURS.test(each))
        .sort();
      for (const each of inside) add(join(path, each), `${name}/${each}`, hash, files);
      return;
    }
    if (!stats.isFile()) return;
    hash.update(`${name}\n${stats.size}\n`);
    addBytes(path, hash);
    files.push({ name, size: stats.size });
  } catch (error) {
    throw fileError(path, "cannot read", error);
  }
}

function addBytes(path: string, hash: Hash): void {
  const file = openSync(path, "r");
  try {
    const chunk = new Uint8Array(CHUNK);
    for (;;) {
      const count = readSync(file, chunk);
      if (count === 0) return;
      hash.update(chunk.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}
