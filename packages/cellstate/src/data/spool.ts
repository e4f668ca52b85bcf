/**
 * Where columns lie: in memory up to a budget, beyond it in a file of the temporary directory, read back a page at a time.
 *
 * The file has no name from the moment it is made (or, on Windows, goes with its last handle), so that no way of ending, killing
 * included, leaves it behind. Reading is synchronous: whoever makes a batch asks for one number after another.
 */
import { randomBytes } from "node:crypto";
import { closeSync, constants, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileError } from "../files/fileError.ts";

/** Small, so that a row from anywhere in the file costs little: 13 columns, 20,000 random rows, 0.5 ms a row with pages of 64 KiB. */
const PAGE_BYTES = 1 << 13;
/** In bytes, for all columns of a table. */
export const DEFAULT_BUDGET = 256 * 2 ** 20;
/** Pages of the file that are held in memory, 16 MiB: several for each column of a wide table. */
const CACHED_PAGES = 2048;
/** Windows' FILE_FLAG_DELETE_ON_CLOSE, which Node passes on and does not name. */
const DELETE_ON_CLOSE = 0x40;

export interface SpoolOptions {
  /** Bytes that stay in memory. @default 256 MiB */
  readonly budget?: number;
  /** @default the system's temporary directory */
  readonly folder?: string;
  /** What is kept or read back at once, a multiple of 8. @default 8 KiB */
  readonly pageBytes?: number;
}

/** A page in memory, or its place in the file. */
export type Page = Uint8Array<ArrayBuffer> | number;

/** The handle of a table that nobody holds any more is closed, and with it the file is gone. */
const handles = new FinalizationRegistry<number>((file) => closeSync(file));

export class Spool {
  readonly pageBytes: number;
  readonly #folder: string;
  #budget: number;
  #file: number | null = null;
  #end = 0;
  /** In the order of their last use. */
  readonly #cache = new Map<number, Uint8Array<ArrayBuffer>>();

  constructor(options: SpoolOptions = {}) {
    const { budget = DEFAULT_BUDGET, folder = tmpdir(), pageBytes = PAGE_BYTES } = options;
    this.pageBytes = pageBytes;
    this.#budget = budget;
    this.#folder = folder;
  }

  /** Bytes that lie in the file. */
  get spooled(): number {
    return this.#end;
  }

  /**
   * Takes a page that will not change any more.
   *
   * @param page `pageBytes` long and of its own; not to be written to afterwards, unless a number is returned.
   * @throws CellstateError `file-access` where the file cannot be written.
   */
  keep(page: Uint8Array<ArrayBuffer>): Page {
    if (this.#budget >= page.length) {
      this.#budget -= page.length;
      return page;
    }
    try {
      this.#file ??= this.#open();
      const position = this.#end;
      for (let at = 0; at < page.length; ) {
        at += writeSync(this.#file, page, at, page.length - at, position + at);
      }
      this.#end += page.length;
      return position;
    } catch (error) {
      throw fileError(this.#folder, "cannot keep here what does not fit in memory", error);
    }
  }

  /** The page's bytes, not to be written to. */
  load(page: Page): Uint8Array<ArrayBuffer> {
    if (typeof page !== "number") return page;
    const cached = this.#cache.get(page);
    if (cached !== undefined) {
      this.#cache.delete(page);
      this.#cache.set(page, cached);
      return cached;
    }
    const bytes = this.#read(page);
    if (this.#cache.size >= CACHED_PAGES) {
      for (const oldest of this.#cache.keys()) {
        this.#cache.delete(oldest);
        break;
      }
    }
    this.#cache.set(page, bytes);
    return bytes;
  }

  #read(position: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.pageBytes);
    try {
      if (this.#file === null) throw new Error("nothing has been kept");
      for (let at = 0; at < bytes.length; ) {
        const count = readSync(this.#file, bytes, at, bytes.length - at, position + at);
        if (count === 0) throw new Error("the temporary file has been cut short");
        at += count;
      }
    } catch (error) {
      throw fileError(this.#folder, "cannot read back what did not fit in memory", error);
    }
    return bytes;
  }

  #open(): number {
    const path = join(this.#folder, `cellstate-${process.pid}-${randomBytes(4).toString("hex")}`);
    const windows = process.platform === "win32";
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
    const file = openSync(path, windows ? flags | DELETE_ON_CLOSE : flags, 0o600);
    handles.register(this, file);
    if (!windows) unlinkSync(path);
    return file;
  }
}
