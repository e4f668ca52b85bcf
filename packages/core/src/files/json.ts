/**
 * JSON from a file that nobody vouches for. JSON.parse is quick and exact, but it keeps the last of two equal
 * keys without a word and takes whatever depth and number of values it is given; so the text is scanned first.
 */
import { shown } from "./shown.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export interface JsonLimits {
  /** Objects and lists within one another. */
  readonly depth: number;
  /** Members and elements in all. */
  readonly values: number;
}

/** Enough for a vocabulary of some million words, and still in proportion to the bytes they take in the file. */
export const JSON_LIMITS: JsonLimits = { depth: 32, values: 4_000_000 };

/** What is wrong with a text, without the file's name; whoever knows the name puts it in front. */
export class JsonError extends Error {}

/** @throws JsonError One line: no JSON, a key twice, too deep, too many values. */
export function parseJson(text: string, limits: JsonLimits = JSON_LIMITS): Json {
  scan(text, limits);
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch (error) {
    // V8's message quotes the text, which can hold line breaks.
    throw new JsonError(`not valid JSON (${shown(error instanceof Error ? error.message : "")})`);
  }
}

/** True for what is written `{…}` in JSON. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Finds what JSON.parse passes over. It need not know all of the grammar: a text that it misreads is one that
 * JSON.parse refuses afterwards.
 */
function scan(text: string, limits: JsonLimits): void {
  /** The keys of each open object; null for a list. */
  const open: (Set<string> | null)[] = [];
  let values = 1;
  /** Where the last string began, and where it ended: a colon makes it a key. */
  let start = 0;
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      start = at;
      at = closingQuote(text, at);
      end = at + 1;
    } else if (code === COMMA) {
      if (++values > limits.values) throw new JsonError(`more than ${limits.values} values`);
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      if (++values > limits.values) throw new JsonError(`more than ${limits.values} values`);
      open.push(code === OPEN_OBJECT ? new Set() : null);
      if (open.length > limits.depth) {
        throw new JsonError(`lists and objects nested more than ${limits.depth} deep`);
      }
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      open.pop();
    } else if (code === COLON) {
      const keys = open.at(-1);
      if (keys) take(keys, text.slice(start, end));
    }
  }
}

function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  throw new JsonError("not valid JSON (a string without an end)");
}

/** @param quoted A key as it is written: two may be written differently and still be the same. */
function take(keys: Set<string>, quoted: string): void {
  let key = quoted.slice(1, -1);
  if (key.includes("\\")) {
    try {
      key = String(JSON.parse(quoted));
    } catch {
      throw new JsonError(`not valid JSON (the key "${shown(key)}")`);
    }
  }
  if (keys.has(key)) throw new JsonError(`the key "${shown(key)}" stands twice`);
  keys.add(key);
}
