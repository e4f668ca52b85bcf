/** What happens to a file by accident: bits, cuts and blocks, and weights that went wrong. */
import type { RandomStream } from "@cellstate/core";
import { noise, pick } from "./chance.ts";

export type Damage = (
  bytes: Uint8Array<ArrayBuffer>,
  random: RandomStream,
) => Uint8Array<ArrayBuffer>;

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function flip(bytes: Uint8Array, random: RandomStream, from: number, to: number): void {
  for (let count = 1 + random.integer(8); count > 0; count--) {
    bytes[from + random.integer(to - from)] ^= 1 << random.integer(8);
  }
}

function headerEnd(bytes: Uint8Array): number {
  return 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
}

export const ACCIDENTS: Readonly<Record<string, Damage>> = {
  "cut short": (bytes, random) => bytes.slice(0, random.integer(bytes.length)),
  "cut short in the header": (bytes, random) => bytes.slice(0, random.integer(headerEnd(bytes))),
  "bits flipped": (bytes, random) => {
    flip(bytes, random, 0, bytes.length);
    return bytes;
  },
  "bits flipped in the header": (bytes, random) => {
    flip(bytes, random, 0, headerEnd(bytes));
    return bytes;
  },
  "bits flipped in the weights": (bytes, random) => {
    flip(bytes, random, headerEnd(bytes), bytes.length);
    return bytes;
  },
  "a stretch overwritten": (bytes, random) => {
    const from = random.integer(bytes.length);
    const length = 1 + random.integer(Math.min(512, bytes.length - from));
    const fill = pick(random, [0, 255, 32, -1]);
    if (fill < 0) bytes.set(noise(random, length), from);
    else bytes.fill(fill, from, from + length);
    return bytes;
  },
  "bytes put in": (bytes, random) => {
    const at = random.integer(bytes.length + 1);
    return join(bytes.slice(0, at), noise(random, 1 + random.integer(64)), bytes.slice(at));
  },
  "bytes taken out": (bytes, random) => {
    const at = random.integer(bytes.length);
    return join(bytes.slice(0, at), bytes.slice(at + 1 + random.integer(64)));
  },
  "a stretch doubled": (bytes, random) => {
    const at = random.integer(bytes.length);
    const end = at + 1 + random.integer(256);
    return join(bytes.slice(0, end), bytes.slice(at));
  },
  "another file altogether": (_, random) => {
    const begin = pick(random, [
      "",
      "{",
      "PK\u0003\u0004",
      "\u0080\u0002",
      "GGUF",
      "\u0089HDF\r\n",
    ]);
    return join(new TextEncoder().encode(begin), noise(random, random.integer(300)));
  },
  "a lying length": (bytes, random) => {
    const length = headerEnd(bytes) - 8;
    const lie = pick(random, [
      0n,
      1n,
      BigInt(bytes.length),
      BigInt(bytes.length - 8),
      BigInt(random.integer(length)),
      BigInt(length + 1 + random.integer(64)),
      32n * 1024n * 1024n,
      2n ** 31n,
      2n ** 32n + BigInt(length),
      2n ** 53n,
      2n ** 63n,
      2n ** 64n - 1n,
    ]);
    new DataView(bytes.buffer).setBigUint64(0, lie, true);
    return bytes;
  },
};

/** Weights that no model should have. */
export const WEIGHTS: Readonly<Record<string, Damage>> = {
  "weights that are not finite": (bytes, random) => {
    const start = headerEnd(bytes);
    const view = new DataView(bytes.buffer, start);
    const at = random.integer(Math.floor((bytes.length - start) / 4)) * 4;
    view.setUint32(at, pick(random, [0x7fc00000, 0x7f800000, 0xff800000, 0x7ff00000]), true);
    return bytes;
  },
  "weights that are huge": (bytes, random) => {
    const view = new DataView(bytes.buffer, headerEnd(bytes));
    const last = view.byteLength - 4;
    for (let at = 0; at <= last; at += 4) {
      if (random.integer(4) === 0) view.setFloat32(at, 3e38, true);
    }
    return bytes;
  },
  "a few bytes of weights that are others": (bytes, random) => {
    const start = headerEnd(bytes);
    for (let n = 1 + random.integer(4); n > 0; n--) {
      bytes[start + random.integer(bytes.length - start)] = pick(random, [0x80, 0x7f, 0, 1, 0xff]);
    }
    return bytes;
  },
};
