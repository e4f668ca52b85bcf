/**
 * IDX, the format in which MNIST comes (Yann LeCun's page of it): two zero bytes, the numbers' type, how many dimensions, their sizes, then the
 * numbers, big-endian. Images are read as sequences, a row a step.
 */

import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Values } from "@cellstate/core";
import { dataError, isGzip, readBytesOf } from "./bytes.ts";
import { countOf } from "./numbers.ts";
import type { SeriesFile } from "./seriesText.ts";
import type { SeriesInput } from "./stores.ts";

/** Types by their code: bytes a number, and how one is read. Bytes are grey values, scaled to 0–1. */
const TYPES: Readonly<Record<number, { bytes: number; read(view: DataView, at: number): number }>> =
  {
    8: { bytes: 1, read: (view, at) => view.getUint8(at) / 255 },
    9: { bytes: 1, read: (view, at) => view.getInt8(at) },
    11: { bytes: 2, read: (view, at) => view.getInt16(at) },
    12: { bytes: 4, read: (view, at) => view.getInt32(at) },
    13: { bytes: 4, read: (view, at) => view.getFloat32(at) },
    14: { bytes: 8, read: (view, at) => view.getFloat64(at) },
  };

/** Images of this many bytes fit in memory; what claims to be more is refused before it is taken. */
const LARGEST = 2 ** 31;

interface IdxArray {
  readonly type: number;
  readonly sizes: readonly number[];
  readonly view: DataView;
}

/** Whether a file's first (unpacked) bytes are those of an IDX file. */
export function isIdx(magic: Uint8Array): boolean {
  return (
    magic.length >= 4 &&
    magic[0] === 0 &&
    magic[1] === 0 &&
    magic[2] in TYPES &&
    magic[3] > 0 &&
    magic[3] < 9
  );
}

/**
 * @param images Three dimensions: images, rows, columns.
 * @param labels One dimension. @default the file beside it that is named the same with labels-idx1 for images-idx3, if there is one
 * @throws CellstateError `data` where a file is not IDX, is cut short, or the two have different lengths.
 */
export async function readIdx(
  images: string,
  labels: string | null = labelsBeside(images),
): Promise<SeriesFile> {
  const { type, sizes, view } = await readArray(images, 3);
  const [count, rows, columns] = sizes;
  const { bytes, read } = TYPES[type];
  const size = rows * columns;
  const series: Values<SeriesInput> = {
    length: count,
    at(index) {
      if (!(index >= 0 && index < count)) return undefined;
      const start = index * size;
      const values = Float32Array.from({ length: size }, (_, i) => read(view, (start + i) * bytes));
      return { steps: rows, values };
    },
  };
  const names = Array.from({ length: columns }, (_, i) => `column ${i + 1}`);
  const notes = type === 8 ? ["grey values 0 to 255 are scaled to 0 to 1"] : [];
  if (labels === null) return { columns: names, series, labels: null, notes };
  const array = await readArray(labels, 1);
  if (array.sizes[0] !== count) {
    throw dataError(
      labels,
      `has ${countOf(array.sizes[0], "label")} for ${countOf(count, "image")}; give the file that belongs to ${basename(images)}`,
    );
  }
  const labelBytes = TYPES[array.type].bytes;
  // Labels are numbers as they are, never scaled.
  const label = (index: number): number =>
    array.type === 8
      ? array.view.getUint8(index)
      : TYPES[array.type].read(array.view, index * labelBytes);
  return {
    columns: names,
    series,
    labels: {
      length: count,
      at: (index) => (index >= 0 && index < count ? String(label(index)) : undefined),
    },
    notes,
  };
}

/** Where `images-idx3-ubyte.gz` lies, the path of `labels-idx1-ubyte.gz` beside it; null where there is none. */
export function labelsBeside(images: string): string | null {
  const name = basename(images).replace(/images([-.])idx3/, "labels$1idx1");
  const path = join(dirname(images), name);
  return name !== basename(images) && existsSync(path) ? path : null;
}

async function readArray(path: string, dimensions: number): Promise<IdxArray> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of readBytesOf(path)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LARGEST) throw dataError(path, "is over 2 GiB; give fewer images");
  }
  const bytes = Buffer.concat(chunks);
  if (isGzip(bytes)) throw dataError(path, "is packed twice; unpack it once");
  if (!isIdx(bytes))
    throw dataError(path, "is not IDX: it begins with other bytes than 0 0, a type and dimensions");
  if (bytes[3] !== dimensions) {
    const wanted = dimensions === 3 ? "images have 3 (images, rows, columns)" : "labels have 1";
    throw dataError(path, `has ${countOf(bytes[3], "dimension")}, ${wanted}; name the other file`);
  }
  const start = 4 + 4 * dimensions;
  if (bytes.length < start) throw dataError(path, "is cut short; get it again");
  const sizes = Array.from({ length: dimensions }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  const expected = sizes.reduce((product, size) => product * size, TYPES[bytes[2]].bytes);
  if (bytes.length - start !== expected) {
    throw dataError(
      path,
      `holds ${countOf(bytes.length - start, "byte")} of numbers, its sizes (${sizes.join(" × ")}) need ${expected}; get it again`,
    );
  }
  return {
    type: bytes[2],
    sizes,
    view: new DataView(bytes.buffer, bytes.byteOffset + start, expected),
  };
}
