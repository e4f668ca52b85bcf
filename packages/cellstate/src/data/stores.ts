/** Long columns of numbers, texts and bytes in the pages of a spool: appended to, then read by position. */
import type { Values } from "@cellstate/core";
import { PAGE_BYTES, type Page, type Spool } from "./spool.ts";

const NUMBERS_A_PAGE = PAGE_BYTES / Float64Array.BYTES_PER_ELEMENT;

export class NumberStore implements Values<number> {
  readonly #spool: Spool;
  readonly #pages: Page[] = [];
  /** The page that is being filled, and the last. */
  #tail = new Float64Array(NUMBERS_A_PAGE);
  #length = 0;
  /** The page read last: neighbours are mostly asked for together. */
  #seen = this.#tail;
  #seenPage = -1;

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  get length(): number {
    return this.#length;
  }

  append(value: number): void {
    const at = this.#length % NUMBERS_A_PAGE;
    this.#tail[at] = value;
    this.#length++;
    if (at < NUMBERS_A_PAGE - 1) return;
    const kept = this.#spool.keep(new Uint8Array(this.#tail.buffer));
    this.#pages.push(kept);
    // A page that went into the file is free to be filled again.
    if (typeof kept !== "number") this.#tail = new Float64Array(NUMBERS_A_PAGE);
  }

  at(index: number): number | undefined {
    if (!(index >= 0 && index < this.#length)) return undefined;
    const page = Math.floor(index / NUMBERS_A_PAGE);
    const at = index & (NUMBERS_A_PAGE - 1);
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
  #tail = new Uint8Array(PAGE_BYTES);
  #length = 0;

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const at = this.#length % PAGE_BYTES;
      const count = Math.min(bytes.length - from, PAGE_BYTES - at);
      this.#tail.set(bytes.subarray(from, from + count), at);
      from += count;
      this.#length += count;
      if (at + count < PAGE_BYTES) continue;
      const kept = this.#spool.keep(this.#tail);
      this.#pages.push(kept);
      if (typeof kept !== "number") this.#tail = new Uint8Array(PAGE_BYTES);
    }
  }

  /** A copy of [start, end). */
  slice(start: number, end: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(end - start);
    for (let from = start; from < end; ) {
      const page = Math.floor(from / PAGE_BYTES);
      const at = from % PAGE_BYTES;
      const count = Math.min(end - from, PAGE_BYTES - at);
      const source = page === this.#pages.length ? this.#tail : this.#spool.load(this.#pages[page]);
      bytes.set(source.subarray(at, at + count), from - start);
      from += count;
    }
    return bytes;
  }
}

/** Texts as UTF-8; half of a surrogate pair, which UTF-8 has not, becomes U+FFFD. */
export class TextStore implements Values<string> {
  readonly #bytes: ByteStore;
  /** Where each text ends. */
  readonly #ends: NumberStore;
  readonly #scratch = Buffer.allocUnsafe(1 << 12);

  constructor(spool: Spool) {
    this.#bytes = new ByteStore(spool);
    this.#ends = new NumberStore(spool);
  }

  get length(): number {
    return this.#ends.length;
  }

  append(text: string): void {
    // A UTF-16 unit takes three bytes at most.
    if (text.length * 3 <= this.#scratch.length) {
      this.#bytes.append(this.#scratch.subarray(0, this.#scratch.write(text)));
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

/** All of them, in their order. */
export function* eachValue<T>(values: Values<T>): Generator<T> {
  for (let i = 0; i < values.length; i++) {
    const value = values.at(i);
    if (value !== undefined) yield value;
  }
}
