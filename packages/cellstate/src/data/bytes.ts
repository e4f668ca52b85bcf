/** A file of data as a stream of bytes: unpacked where it is gzip, and held to be text where it has to be. */
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CellstateError } from "@cellstate/core";
import { accessError, fileError, shownPath, systemCode } from "../files/fileError.ts";
import { mustBeFile } from "../files/readFile.ts";
import { findNotText } from "../files/utf8.ts";

const CHUNK = 1 << 16;
/** Enough to tell what a file is. */
const BEGINNING = 1 << 16;

/** An error about what a file holds. */
export function dataError(path: string, what: string): CellstateError {
  return new CellstateError("data", `${shownPath(path)}: ${what}`);
}

/** The first bytes as they lie on the disk. */
export function readMagic(path: string, count: number): Uint8Array {
  try {
    mustBeFile(path, statSync(path));
    const file = openSync(path, "r");
    try {
      const bytes = new Uint8Array(count);
      return bytes.subarray(0, readSync(file, bytes, 0, count, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileError(path, "cannot read", error);
  }
}

export function isGzip(magic: Uint8Array): boolean {
  return magic[0] === 0x1f && magic[1] === 0x8b;
}

/** The name without `.gz`: what the file holds. */
export function nameWithin(path: string): string {
  return path.replace(/\.gz$/i, "");
}

/**
 * The file's bytes, unpacked.
 *
 * @throws CellstateError `file-access` where it cannot be read or is empty, `data` where what is named .gz or begins as gzip is not, or not all.
 */
export async function* readBytesOf(path: string): AsyncGenerator<Buffer, void, void> {
  const magic = readMagic(path, 2);
  if (magic.length === 0) throw accessError(path, "is empty; name a file with something in it");
  const gzip = isGzip(magic);
  if (!gzip && /\.gz$/i.test(path)) {
    throw dataError(path, "is named .gz, but is not gzip; take .gz off its name or pack it");
  }
  const file = createReadStream(path, { highWaterMark: CHUNK });
  const stream = gzip ? unpack(file) : file;
  let length = 0;
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      length += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (systemCode(error).startsWith("Z_")) {
      throw dataError(path, "is damaged gzip or cut short; get or pack it again");
    }
    throw fileError(path, "cannot read", error);
  } finally {
    stream.destroy();
    file.destroy();
  }
  if (length === 0) throw accessError(path, "is empty; name a file with something in it");
}

function unpack(file: Readable): Readable {
  const unpacked = createGunzip({ chunkSize: CHUNK });
  file.on("error", (error) => unpacked.destroy(error));
  return file.pipe(unpacked);
}

/**
 * The bytes of a text in UTF-8, without a byte order mark; a character may lie across two chunks.
 *
 * @throws CellstateError as `readBytesOf` does; `data` where it is not text, with the first byte that is none.
 */
export async function* readTextBytes(path: string): AsyncGenerator<Buffer, void, void> {
  let position = 0;
  /** The beginning of a character whose end comes with the next chunk. */
  let cut: Buffer = Buffer.alloc(0);
  for await (const piece of readBytesOf(path)) {
    const chunk = cut.length > 0 ? Buffer.concat([cut, piece]) : piece;
    if (position === 0) mustNotBeOther(path, chunk);
    const whole = chunk.subarray(0, chunk.length - unfinished(chunk));
    const at = findNotText(whole);
    if (at >= 0) throw notText(path, position + at, whole[at]);
    cut = Buffer.from(chunk.subarray(whole.length));
    const mark = position === 0 && whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf;
    position += whole.length;
    if (whole.length > 0) yield mark ? whole.subarray(3) : whole;
  }
  if (cut.length > 0) throw notText(path, position, cut[0]);
}

/** The first 64 KiB of a text. */
export async function readBeginning(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of readTextBytes(path)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= BEGINNING) break;
  }
  return Buffer.concat(chunks).toString();
}

function mustNotBeOther(path: string, bytes: Uint8Array): void {
  const mark = bytes[0] * 256 + bytes[1];
  if (mark === 0xfffe || mark === 0xfeff) throw dataError(path, "is UTF-16; save it as UTF-8");
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4) {
    throw dataError(path, "is a zip file or a spreadsheet; unpack it, or save the sheet as CSV");
  }
}

/** Bytes at the end that begin a character and do not end it: 0 to 3. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? back : 0;
  }
  return 0;
}

function notText(path: string, at: number, byte: number): CellstateError {
  return dataError(path, `is not text in UTF-8: byte ${at} is ${byte}; save it as UTF-8`);
}
