/** Long columns of numbers, texts and bytes in the pages of a spool: appended to, then read by position. */
import type { Values } from "@cellstate/core";
import type { Page, Spool } from "./spool.ts";

/** The last page of a store grows up to a whole one, so that a table of many columns and few rows takes little. */
const FIRST_BYTES = 256;

export class NumberStore implements Values<number> {
  readonly #spool: Spool;
  readonly #numbersAPage: number;
  readonly #pages: Page[] = [];
  /** The page that is being filled, and the last. */
  #tail: Float64Array<ArrayBuffer>;
  #length = 0;
  /** Numbers in the tail. */
  #filled = 0;
  /** The page read last: neighbours are mostly asked for together. */
  #seen = new Float64Array();
  #seenPage = -1;

  constructor(spool: Spool) {
    this.#spool = spool;
    this.#numbersAPage = spool.pageBytes / Float64Array.BYTES_PER_ELEMENT;
    this.#tail = new Float64Array();
  }

  get length(): number {
    return this.#length;
  }

  append(value: number): void {
    if (this.#filled === this.#tail.length) this.#grow();
    this.#tail[this.#filled++] = value;
    this.#length++;
    if (this.#filled < this.#numbersAPage) return;
    const kept = this.#spool.keep(new Uint8Array(this.#tail.buffer));
    this.#pages.push(kept);
    this.#filled = 0;
    // A page that went into the file is free to be filled again.
    if (typeof kept !== "number") this.#tail = new Float64Array();
  }

  #grow(): void {
    const first = FIRST_BYTES / Float64Array.BYTES_PER_ELEMENT;
    const larger = Math.min(this.#numbersAPage, Math.max(first, 2 * this.#tail.length));
    const tail = new Float64Array(larger);
    tail.set(this.#tail);
    this.#tail = tail;
  }

  at(index: number): number | undefined {
    if (!(index >= 0 && index < this.#length)) return undefined;
    const page = Math.floor(index / this.#numbersAPage);
    const at = index - page * this.#numbersAPage;
    if (page === this.#pages.length) return this.#tail[at];
    if (page !== this.#seenPage) {
      this.#seen = new Float64Array(this.#spool.load(this.#pages[page]).buffer);
      this.#seenPage = page;
    }
    return this.#seen[at];
  }
}

/** Bytes one after the other. */
export class ByteStore {
  readonly #spool: Spool;
  readonly #pages: Page[] = [];
  #tail: Uint8Array<ArrayBuffer> = new Uint8Array();
  #length = 0;

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    const { pageBytes } = this.#spool;
    for (let from = 0; from < bytes.length; ) {
      const at = this.#length % pageBytes;
      const count = Math.min(bytes.length - from, pageBytes - at);
      if (at + count > this.#tail.length) this.#grow(at + count);
      this.#tail.set(bytes.subarray(from, from + count), at);
      from += count;
      this.#length += count;
      if (at + count < pageBytes) continue;
      const kept = this.#spool.keep(this.#tail);
      this.#pages.push(kept);
      if (typeof kept !== "number") this.#tail = new Uint8Array();
    }
  }

  #grow(least: number): void {
    const larger = Math.max(FIRST_BYTES, 2 * this.#tail.length, least);
    const tail = new Uint8Array(Math.min(this.#spool.pageBytes, larger));
    tail.set(this.#tail);
    this.#tail = tail;
  }

  /** A copy of [start, end). */
  slice(start: number, end: number): Uint8Array<ArrayBuffer> {
    const { pageBytes } = this.#spool;
    const bytes = new Uint8Array(end - start);
    for (let from = start; from < end; ) {
      const page = Math.floor(from / pageBytes);
      const at = from % pageBytes;
      const count = Math.min(end - from, pageBytes - at);
      const source = page === this.#pages.length ? this.#tail : this.#spool.load(this.#pages[page]);
      bytes.set(source.subarray(at, at + count), from - start);
      from += count;
    }
    return bytes;
  }
}

const SCRATCH = Buffer.allocUnsafeSlow(1 << 12);

/** Texts as UTF-8; half of a surrogate pair, which UTF-8 has not, becomes U+FFFD. */
export class TextStore implements Values<string> {
  readonly #bytes: ByteStore;
  /** Where each text ends. */
  readonly #ends: NumberStore;

  constructor(spool: Spool) {
    this.#bytes = new ByteStore(spool);
    this.#ends = new NumberStore(spool);
  }

  get length(): number {
    return this.#ends.length;
  }

  append(text: string): void {
    // A UTF-16 unit takes three bytes at most.
    if (text.length * 3 <= SCRATCH.length) {
      this.#bytes.append(SCRATCH.subarray(0, SCRATCH.write(text)));
    } else {
      this.#bytes.append(Buffer.from(text));
    }
    this.#ends.append(this.#bytes.length);
  }

  at(index: number): string | undefined {
    const end = this.#ends.at(index);
    if (end === undefined) return undefined;
    const start = index === 0 ? 0 : (this.#ends.at(index - 1) ?? 0);
    return Buffer.from(this.#bytes.slice(start, end).buffer).toString();
  }
}

/** A sequence of vectors: row-major, [steps, width]. NaN is a missing number. */
export interface SeriesInput {
  readonly steps: number;
  readonly values: Float32Array;
}

export class SeriesStore implements Values<SeriesInput> {
  readonly #width: number;
  readonly #bytes: ByteStore;
  readonly #ends: NumberStore;

  constructor(spool: Spool, width: number) {
    this.#width = width;
    this.#bytes = new ByteStore(spool);
    this.#ends = new NumberStore(spool);
  }

  get length(): number {
    return this.#ends.length;
  }

  append({ values }: SeriesInput): void {
    this.#bytes.append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#ends.append(this.#bytes.length);
  }

  at(index: number): SeriesInput | undefined {
    const end = this.#ends.at(index);
    if (end === undefined) return undefined;
    const start = index === 0 ? 0 : (this.#ends.at(index - 1) ?? 0);
    const values = new Float32Array(this.#bytes.slice(start, end).buffer);
    return { steps: this.#width === 0 ? 0 : values.length / this.#width, values };
  }
}

/** Values seen through a function, as they are asked for. */
export function mapValues<T, U>(values: Values<T>, map: (value: T, index: number) => U): Values<U> {
  return {
    length: values.length,
    at(index) {
      const value = values.at(index);
      return value === undefined ? undefined : map(value, index);
    },
  };
}

/** The last first. */
export function reverseValues<T>(values: Values<T>): Values<T> {
  const { length } = values;
  return { length, at: (index) => (index < 0 ? undefined : values.at(length - 1 - index)) };
}
