/**
 * The address: the part of the URL behind `#`, from which a page is restored, and which is written from it.
 *
 *     #1.states?m=stories&i=…&c=0.37.14&s=f&o=likeness&e=…&own=…
 *
 * `1` is the version: a later one that this page does not know is refused with a word. Texts, edits and what views keep are JSON, deflated, in base64url. What comes
 * from an address may have been written by anyone, so that everything is checked.
 */
import type { Overrides } from "@cellstate/core";
import { asInput, asJson, asOverrides, asOwn, asSelected } from "./checks.ts";
import { DEFAULT_PAGE } from "./defaults.ts";
import {
  type Cursor,
  type Json,
  type ModelRef,
  ORDERS,
  type PageState,
  VIEW_IDS,
  type ViewId,
} from "./page.ts";

const VERSION = "1";

/** A deflated part that unpacks to more is refused: a link of a few letters could else fill the memory. */
const LARGEST_PART = 2_000_000;

/** A page and, where parts of the address could not be read, what to say of it. */
export interface ReadAddress {
  readonly page: PageState;
  readonly problem: string | null;
}

/** @returns What stands behind `#`. */
export async function writeAddress(page: PageState): Promise<string> {
  const { model, cursor } = page;
  const parts: [string, string][] = [["m", modelText(model)]];
  if (JSON.stringify(page.input) !== JSON.stringify(DEFAULT_PAGE.input)) {
    parts.push(["i", await pack(page.input as unknown as Json)]);
  }
  parts.push(
    ["c", `${cursor.place}.${cursor.unit}.${cursor.step}`],
    ["s", page.signal],
    ["o", page.order],
  );
  if (Object.keys(page.edits).length > 0)
    parts.push(["e", await pack(page.edits as unknown as Json)]);
  if (page.selected !== null) parts.push(["u", await pack(page.selected)]);
  if (Object.keys(page.own).length > 0)
    parts.push(["own", await pack(page.own as unknown as Json)]);
  const query = parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return `${VERSION}.${page.view}?${query}`;
}

/** Never throws: what cannot be read is as where the address says nothing, and `problem` says so in one line. */
export async function readAddress(address: string): Promise<ReadAddress> {
  if (address === "" || address === "#") return { page: DEFAULT_PAGE, problem: null };
  const [head, query = ""] = splitOnce(address.replace(/^#/, ""), "?");
  const [version, view] = splitOnce(head, ".");
  if (version !== VERSION) {
    const problem = /^\d+$/.test(version)
      ? `this link is of version ${version}, and this page knows version ${VERSION}: load a newer page`
      : "this link is damaged: it does not begin with a version; the page opens as it does without one";
    return { page: DEFAULT_PAGE, problem };
  }
  const broken: string[] = [];
  const parts = new Map<string, string>();
  for (const part of query.split("&")) {
    const [name, value = ""] = splitOnce(part, "=");
    try {
      parts.set(name, decodeURIComponent(value));
    } catch {
      broken.push(name);
    }
  }
  const read = async <T>(
    name: string,
    what: string,
    fallback: T,
    parse: (text: string) => T | null | Promise<T | null>,
  ): Promise<T> => {
    const text = parts.get(name);
    if (text === undefined) return fallback;
    const value = await parse(text);
    if (value !== null) return value;
    broken.push(what);
    return fallback;
  };
  const known = VIEW_IDS.find((id) => id === view);
  if (!known) broken.push("the view");
  const page: PageState = {
    view: known ?? DEFAULT_PAGE.view,
    model: await read("m", "the model", DEFAULT_PAGE.model, readModel),
    input: await read("i", "the input", DEFAULT_PAGE.input, async (text) =>
      asInput(await unpack(text)),
    ),
    cursor: await read("c", "the cursor", DEFAULT_PAGE.cursor, readCursor),
    signal: await read("s", "the signal", DEFAULT_PAGE.signal, (text) =>
      /^\w{1,40}$/.test(text) ? text : null,
    ),
    order: await read(
      "o",
      "the order",
      DEFAULT_PAGE.order,
      (text) => ORDERS.find((order) => order === text) ?? null,
    ),
    edits: await read<Overrides>("e", "the edits", {}, async (text) =>
      asOverrides(await unpack(text)),
    ),
    selected: await read<readonly number[] | null>("u", "the selection", null, async (text) =>
      asSelected(await unpack(text)),
    ),
    own: await read<PageState["own"]>("own", "what views keep", {}, async (text) =>
      asOwn(await unpack(text)),
    ),
  };
  const problem =
    broken.length === 0
      ? null
      : `this link is damaged: ${broken.join(", ")} could not be read, and ${broken.length === 1 ? "is" : "are"} as without a link`;
  return { page, problem };
}

function modelText(model: ModelRef): string {
  return model.kind === "built-in" ? model.name : `file:${model.digest}:${model.name}`;
}

function readModel(text: string): ModelRef | null {
  const file = text.match(/^file:([0-9a-f]{16}):(.{1,200})$/s);
  if (file) return { kind: "file", digest: file[1], name: file[2] };
  return /^[\w-]{1,60}$/.test(text) ? { kind: "built-in", name: text } : null;
}

function readCursor(text: string): Cursor | null {
  const numbers = text.match(/^(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/);
  if (!numbers) return null;
  const [place, unit, step] = numbers.slice(1).map(Number);
  return { place, unit, step };
}

function splitOnce(text: string, at: string): [string, string?] {
  const index = text.indexOf(at);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + at.length)];
}

/** JSON, deflated, base64url. */
async function pack(value: Json): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const packed = await through(
    bytes,
    new CompressionStream("deflate-raw"),
    Number.POSITIVE_INFINITY,
  );
  let text = "";
  for (const byte of packed ?? []) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @returns null for what is no packed JSON, or too much of it. */
async function unpack(text: string): Promise<Json> {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const unpacked = await through(bytes, new DecompressionStream("deflate-raw"), LARGEST_PART);
    return unpacked === null ? null : asJson(JSON.parse(new TextDecoder().decode(unpacked)));
  } catch {
    return null;
  }
}

/** @returns null where more than `most` bytes come out. */
async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array | null> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      return null;
    }
    parts.push(value);
  }
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export type { ViewId };
