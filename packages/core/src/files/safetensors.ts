/**
 * The safetensors container (github.com/huggingface/safetensors): 8 bytes of length, a JSON header, the tensors' bytes.
 *
 *     u64 n │ {"__metadata__":{…strings…},"name":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},…} │ data
 *
 * All little-endian. The reader trusts nothing: every length, shape and offset is checked against the bytes that are there
 * before a view is made, and the tensors must fill the data without hole or overlap. The writer is deterministic.
 */
import { CellstateError } from "../errors.ts";
import { isJsonObject, JsonError, type JsonObject, parseJson } from "./json.ts";
import { shown, shownValue } from "./shown.ts";

export type TensorData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

export type Dtype = "F64" | "F32" | "I64" | "I32" | "I16" | "I8" | "U8";

export interface StoredTensor {
  /** Row-major; an empty shape is a single number. */
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface ReadTensor extends StoredTensor {
  readonly dtype: Dtype;
}

export interface SafetensorsFile {
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, ReadTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Numbers {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset: number, length: number): TensorData;
}

const ARRAYS: Readonly<Record<Dtype, Numbers>> = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
};

/** Where the header begins. */
const PREFIX = 8;
/** A header is a name and a few numbers a tensor, and a vocabulary: more than this is not ours, nor anybody's. */
const LONGEST_HEADER = 32 * 1024 * 1024;
/** Header, tensor, shape; a metadata value is a string whatever it holds. */
const HEADER_LIMITS = { depth: 3, values: 1_000_000 };
const MOST_DIMENSIONS = 16;
const METADATA = "__metadata__";

function isDtype(value: unknown): value is Dtype {
  return typeof value === "string" && Object.hasOwn(ARRAYS, value);
}

/**
 * @param bytes The whole file. The tensors are views of it wherever alignment allows, so they live and change with it.
 * @param name The file's name, for messages.
 * @throws CellstateError `file-format`, one line that says what is wrong with the file.
 */
export function readSafetensors(bytes: Uint8Array, name: string): SafetensorsFile {
  const file = shown(name);
  const fail = (what: string): never => {
    throw new CellstateError("file-format", `${file}: ${what}`);
  };
  const { header, dataStart } = readHeader(bytes, fail);

  const metadata: [string, string][] = [];
  const entries: Entry[] = [];
  for (const [key, value] of Object.entries(header)) {
    if (key !== METADATA) {
      entries.push(readEntry(key, value, bytes.length - dataStart, fail));
      continue;
    }
    if (!isJsonObject(value))
      return fail(`${METADATA} must be an object, got ${shownValue(value)}`);
    for (const [field, text] of Object.entries(value)) {
      if (typeof text !== "string") {
        return fail(`${METADATA}.${shown(field)} must be a string, got ${shownValue(text)}`);
      }
      metadata.push([field, text]);
    }
  }

  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let filled = 0;
  for (const { label, begin, end } of entries) {
    if (begin !== filled) {
      const wrong = begin < filled ? "overlaps the one before it" : "leaves a hole before it";
      return fail(`${label} begins at byte ${begin} and ${wrong}; expected ${filled}`);
    }
    filled = end;
  }
  const left = bytes.length - dataStart - filled;
  if (left > 0) return fail(`${left} bytes after the last tensor; the file is damaged`);

  const tensors = new Map<string, ReadTensor>();
  for (const { key, dtype, shape, begin, end } of entries) {
    tensors.set(key, { dtype, shape, data: view(bytes, dataStart + begin, end - begin, dtype) });
  }
  return { tensors, metadata: Object.fromEntries(metadata) };
}

type Fail = (what: string) => never;

interface Entry {
  readonly key: string;
  /** ``tensor `name` `` */
  readonly label: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const OPENING_BRACE = 0x7b;

function readHeader(bytes: Uint8Array, fail: Fail): { header: JsonObject; dataStart: number } {
  const again = "the file is cut short, damaged or no safetensors file";
  if (bytes.length < PREFIX + 2) return fail(`${bytes.length} bytes are too few; ${again}`);
  const prefix = new DataView(bytes.buffer, bytes.byteOffset, PREFIX);
  const length = Number(prefix.getBigUint64(0, true));
  if (length > LONGEST_HEADER && bytes[PREFIX] !== OPENING_BRACE) {
    return fail("no safetensors file, which begins with the length of its header and {");
  }
  if (length > LONGEST_HEADER || length > bytes.length - PREFIX) {
    return fail(`a header of ${length} bytes in a file of ${bytes.length}; ${again}`);
  }
  const dataStart = PREFIX + length;
  // A copy, since TextDecoder takes no shared memory in browsers.
  const encoded = bytes.slice(PREFIX, dataStart);
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(encoded);
  } catch {
    return fail("the header is not UTF-8; the file is damaged or no safetensors file");
  }
  if (!text.startsWith("{")) return fail(`the header does not begin with {; ${again}`);
  try {
    const header = parseJson(text, HEADER_LIMITS);
    // It begins with {, so it is an object; the check is for the type.
    return isJsonObject(header) ? { header, dataStart } : fail("the header is no object");
  } catch (error) {
    if (error instanceof JsonError) return fail(`the header: ${error.message}`);
    throw error;
  }
}

function readEntry(key: string, value: unknown, available: number, fail: Fail): Entry {
  const label = `tensor \`${shown(key)}\``;
  if (!isJsonObject(value)) {
    return fail(
      `${label} must be an object with dtype, shape and data_offsets, got ${shownValue(value)}`,
    );
  }
  for (const field of Object.keys(value)) {
    if (field !== "dtype" && field !== "shape" && field !== "data_offsets") {
      return fail(`${label} has a field "${shown(field)}"; expected dtype, shape and data_offsets`);
    }
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    const known = Object.keys(ARRAYS).join(", ");
    return fail(`${label} has dtype ${shownValue(dtype)}; expected one of ${known}`);
  }
  if (!isIntegers(shape) || shape.length > MOST_DIMENSIONS) {
    const wanted = `at most ${MOST_DIMENSIONS} integers from 0`;
    return fail(`${label} has a shape of ${shownList(shape)}; expected ${wanted}`);
  }
  if (!isIntegers(offsets) || offsets.length !== 2) {
    return fail(`${label} has data_offsets of ${shownList(offsets)}; expected two integers from 0`);
  }
  const [begin, end] = offsets;
  if (begin > end || end > available) {
    return fail(
      `${label} has data_offsets [${begin}, ${end}], the file ${available} bytes of data; it is cut short or damaged`,
    );
  }
  let size = ARRAYS[dtype].BYTES_PER_ELEMENT;
  for (const dimension of shape) {
    size *= dimension;
    if (size > Number.MAX_SAFE_INTEGER) {
      return fail(`${label} has a shape of ${shownList(shape)}, more than any file can hold`);
    }
  }
  if (size !== end - begin) {
    return fail(`${label} is ${dtype} ${shownList(shape)}, ${size} bytes, but has ${end - begin}`);
  }
  return { key, label, dtype, shape, begin, end };
}

function isIntegers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function shownList(value: unknown): string {
  if (!Array.isArray(value)) return shownValue(value);
  const items = value.slice(0, 8).map((item) => shownValue(item));
  return `[${items.join(", ")}${value.length > 8 ? ", …" : ""}]`;
}

/** A view of the file's bytes, or a copy where a view would not be aligned. */
function view(bytes: Uint8Array, offset: number, length: number, dtype: Dtype): TensorData {
  const Typed = ARRAYS[dtype];
  const size = Typed.BYTES_PER_ELEMENT;
  const from = bytes.byteOffset + offset;
  if (from % size === 0) return new Typed(bytes.buffer, from, length / size);
  const copy = bytes.slice(offset, offset + length);
  return new Typed(copy.buffer, 0, length / size);
}

function dtypeOf(data: TensorData): Dtype {
  if (data instanceof Float32Array) return "F32";
  if (data instanceof Float64Array) return "F64";
  if (data instanceof Int32Array) return "I32";
  if (data instanceof BigInt64Array) return "I64";
  if (data instanceof Int16Array) return "I16";
  return data instanceof Int8Array ? "I8" : "U8";
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Tensors by falling size of their numbers, then by name, so that each is aligned; metadata by key. The same
 * content gives the same bytes, whatever order it came in.
 *
 * @throws RangeError where a tensor's shape does not fit its data, a name is `__metadata__`, or the header is too long to be
 *   read again (32 MiB).
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const sorted = [...tensors].sort(
    ([nameA, a], [nameB, b]) =>
      b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || compareText(nameA, nameB),
  );
  const fields = Object.entries(metadata).sort(([a], [b]) => compareText(a, b));
  // Written member by member: an object would move names that look like numbers to the front.
  const members: string[] = [];
  if (fields.length > 0) members.push(member(METADATA, `{${fields.map(stringMember).join()}}`));
  let size = 0;
  for (const [name, { shape, data }] of sorted) {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    if (count !== data.length || name === METADATA) {
      throw new RangeError(
        `tensor \`${shown(name)}\` of shape [${shape.join(", ")}] cannot hold ${data.length} numbers`,
      );
    }
    const offsets = [size, size + data.byteLength];
    const entry = { dtype: dtypeOf(data), shape, data_offsets: offsets };
    members.push(member(name, JSON.stringify(entry)));
    size += data.byteLength;
  }
  const header = new TextEncoder().encode(`{${members.join()}}`);
  const dataStart = PREFIX + Math.ceil(header.length / 8) * 8;
  if (dataStart > LONGEST_HEADER) {
    throw new RangeError(`a header of ${header.length} bytes; at most ${LONGEST_HEADER} are read`);
  }

  const bytes = new Uint8Array(dataStart + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - PREFIX), true);
  bytes.set(header, PREFIX);
  bytes.fill(0x20, PREFIX + header.length, dataStart);
  let at = dataStart;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

function member(key: string, json: string): string {
  return `${JSON.stringify(key)}:${json}`;
}

function stringMember([key, text]: readonly [string, string]): string {
  return member(key, JSON.stringify(text));
}
