/** Takes npm's tarballs apart, so that tests install packages with no network and no tool beside Node. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";

const BLOCK = 512;

/** Writes a package's files into `folder`, as npm does: without the leading `package/`. @returns their names. */
export function extractPackage(tarball: string, folder: string): string[] {
  const bytes = gunzipSync(readFileSync(tarball));
  const names: string[] = [];
  const text = (from: number, length: number) =>
    bytes.toString("utf8", from, from + length).split("\0")[0];
  // A header block a file: name at 0, size in octal at 124, and at 345 what stands before long names.
  for (let at = 0; bytes[at] !== undefined && bytes[at] !== 0; ) {
    const prefix = text(at + 345, 155);
    const name = (prefix ? `${prefix}/` : "") + text(at, 100);
    const size = Number.parseInt(text(at + 124, 12), 8);
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const path = join(folder, name.replace(/^package\//, ""));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    names.push(name.replace(/^package\//, ""));
  }
  return names.sort();
}
