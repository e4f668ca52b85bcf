/**
 * What all of our files have in common, on top of safetensors: in the header's metadata the format's version and the
 * equation language's, what kind of file it is, named parts in JSON, and a checksum over the whole file.
 *
 *     {"__metadata__": {"checksum": "crc32:1a2b3c4d", "config": "{…}", "format": "cellstate", "formatVersion": "1",
 *                       "kind": "language-model", "languageVersion": "1", …}, …}
 *
 * The checksum is that of the file with eight zeros in the checksum's place. A file without one is taken: other programs that
 * write safetensors keep no such thing, and what they have written is nevertheless valid.
 */
import { CellstateError } from "../errors.ts";
import { crc32 } from "./crc32.ts";
import { JSON_LIMITS, type Json, JsonError, parseJson } from "./json.ts";
import {
  type ReadTensor,
  readSafetensors,
  type StoredTensor,
  writeSafetensors,
} from "./safetensors.ts";
import { shown, shownValue } from "./shown.ts";

/** Rises when an older reader would misread what a newer writer says. */
export const FORMAT_VERSION = 1;
/** The same for the equations: an older reader cannot parse, or would read differently, what a newer writer says. */
export const LANGUAGE_VERSION = 1;

const FORMAT = "cellstate";
const RESERVED = ["checksum", "format", "formatVersion", "kind", "languageVersion"];
const CHECKSUM_FIELD = '"checksum":"crc32:';
const DIGITS = 8;

export interface Container {
  readonly kind: string;
  /** By name, plain JSON each. */
  readonly parts: Readonly<Record<string, Json>>;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

export interface ReadContainer extends Container {
  readonly formatVersion: number;
  readonly languageVersion: number;
  readonly tensors: ReadonlyMap<string, ReadTensor>;
}

/** @throws TypeError where a part is not plain JSON or has a reserved name. */
export function encodeContainer({ kind, parts, tensors }: Container): Uint8Array<ArrayBuffer> {
  const metadata: Record<string, string> = {
    checksum: `crc32:${"0".repeat(DIGITS)}`,
    format: FORMAT,
    formatVersion: String(FORMAT_VERSION),
    kind,
    languageVersion: String(LANGUAGE_VERSION),
  };
  for (const [name, part] of Object.entries(parts)) {
    if (RESERVED.includes(name)) throw new TypeError(`the metadata's "${name}" is reserved`);
    checkJson(part, name);
    metadata[name] = JSON.stringify(part);
  }
  const bytes = writeSafetensors(tensors, metadata);
  const at = checksumDigits(bytes);
  bytes.set(new TextEncoder().encode(hex(crc32(bytes))), at);
  return bytes;
}

/** @throws CellstateError `file-format`: damaged, not ours, or of a later version. */
export function decodeContainer(bytes: Uint8Array, name: string): ReadContainer {
  const file = shown(name);
  const { tensors, metadata } = readSafetensors(bytes, name);
  const { checksum, format, formatVersion, kind, languageVersion, ...rest } = metadata;
  if (format !== FORMAT || kind === undefined) {
    throw new CellstateError(
      "file-format",
      `${file}: a safetensors file, but not one of cellstate's; its metadata lack the equations`,
    );
  }
  // Before the checksum: a later format may compute it otherwise.
  const versions = {
    formatVersion: readVersion(formatVersion, FORMAT_VERSION, "file format", file),
    languageVersion: readVersion(languageVersion, LANGUAGE_VERSION, "equation language", file),
  };
  if (checksum !== undefined) verify(bytes, checksum, file);
  const parts: [string, Json][] = Object.entries(rest).map(([part, text]) => {
    try {
      return [part, parseJson(text)];
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new CellstateError("file-format", `${file}: metadata.${shown(part)}: ${error.message}`);
    }
  });
  return { kind, ...versions, parts: Object.fromEntries(parts), tensors };
}

function readVersion(text: string | undefined, newest: number, what: string, file: string): number {
  if (text === undefined || !/^[1-9]\d{0,8}$/.test(text)) {
    const came = text === undefined ? "nothing" : `"${shown(text)}"`;
    throw new CellstateError(
      "file-format",
      `${file}: expected a version of the ${what}, got ${came}`,
    );
  }
  const version = Number(text);
  if (version <= newest) return version;
  throw new CellstateError(
    "file-format",
    `${file}: version ${version} of the ${what}, newer than the ${newest} known here; update cellstate`,
  );
}

function verify(bytes: Uint8Array, checksum: string, file: string): void {
  const at = checksumDigits(bytes);
  // The zeros stand in for the digits without touching the caller's bytes.
  const zeros = new Uint8Array(DIGITS).fill(0x30);
  const before = crc32(zeros, crc32(bytes.subarray(0, at)));
  const actual = `crc32:${hex(crc32(bytes.subarray(at + DIGITS), before))}`;
  if (actual === checksum) return;
  throw new CellstateError(
    "file-format",
    `${file}: the checksum is ${actual}, the file says ${shown(checksum)}; it is damaged, take another copy`,
  );
}

/**
 * Where the checksum's digits begin. The sought text cannot stand within a string of the header, where each quote
 * has a backslash before it; if the header was written otherwise, the answer is any place, and the checksum is wrong.
 */
function checksumDigits(bytes: Uint8Array): number {
  const header = 8;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const field = new TextEncoder().encode(CHECKSUM_FIELD);
  const last = Math.min(bytes.length, header + length) - field.length - DIGITS;
  for (let at = header; at <= last; at++) {
    let same = 0;
    while (same < field.length && bytes[at + same] === field[same]) same++;
    if (same === field.length) return at + field.length;
  }
  return header;
}

function hex(sum: number): string {
  return sum.toString(16).padStart(DIGITS, "0");
}

/**
 * JSON.stringify drops undefined and writes NaN as null, both without a word: what is written would not be what is read.
 */
function checkJson(value: unknown, path: string, depth = 1): void {
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number" && Number.isFinite(value)) return;
  if (depth > JSON_LIMITS.depth) throw new TypeError(`metadata.${path}: nested too deep`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) checkJson(value[i], `${path}[${i}]`, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(Object(value));
  if (typeof value === "object" && (prototype === Object.prototype || prototype === null)) {
    for (const [key, member] of Object.entries(value)) {
      checkJson(member, `${path}.${key}`, depth + 1);
    }
    return;
  }
  throw new TypeError(`metadata.${path}: expected plain JSON, got ${shownValue(value)}`);
}
