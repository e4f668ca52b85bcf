/**
 * A small checker for JSON that came out of a file: says which value is wrong, by its path, what was expected and what
 * came. What passes is the type that the checker names.
 */
import type { JsonObject } from "./json.ts";
import { isJsonObject } from "./json.ts";
import { shown, shownValue } from "./shown.ts";

/** Answers the checked value, or throws a SchemaError that begins with the path. */
export type Check<T> = (value: unknown, path: string) => T;

export class SchemaError extends Error {}

/** `metadata.config.hiddenSize: expected a whole number from 1 to 65536, got "abc"` */
function mismatch(path: string, expected: string, value: unknown): SchemaError {
  return new SchemaError(`${path}: expected ${expected}, got ${shownValue(value)}`);
}

export function integer(least: number, most: number): Check<number> {
  return (value, path) => {
    if (Number.isInteger(value) && typeof value === "number" && value >= least && value <= most) {
      return value;
    }
    throw mismatch(path, `a whole number from ${least} to ${most}`, value);
  };
}

/** A number in [least, most), or any finite one. */
export function number(least = -Infinity, most = Infinity): Check<number> {
  const range = least === -Infinity ? "a number" : `a number from ${least} to below ${most}`;
  return (value, path) => {
    if (typeof value === "number" && value >= least && value < most) return value;
    throw mismatch(path, range, value);
  };
}

/** JSON has no infinity, yet `1e999` is read as one. */
export const finite: Check<number> = (value, path) => {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw mismatch(path, "a number", value);
};

export const positive: Check<number> = (value, path) => {
  if (finite(value, path) > 0) return finite(value, path);
  throw mismatch(path, "a number above 0", value);
};

export const boolean: Check<boolean> = (value, path) => {
  if (typeof value === "boolean") return value;
  throw mismatch(path, "true or false", value);
};

/** @param longest In UTF-16 units. */
export function string(longest: number, least = 0): Check<string> {
  return (value, path) => {
    if (typeof value !== "string") throw mismatch(path, "a string", value);
    if (value.length >= least && value.length <= longest) return value;
    throw new SchemaError(
      `${path}: expected ${least} to ${longest} characters, got ${value.length}`,
    );
  };
}

export function oneOf<T extends string>(...known: readonly T[]): Check<T> {
  return (value, path) => {
    const found = known.find((item) => item === value);
    if (found !== undefined) return found;
    throw mismatch(path, known.map((item) => `"${item}"`).join(" or "), value);
  };
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path));
}

export function list<T>(item: Check<T>, least: number, most: number): Check<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw mismatch(path, "a list", value);
    if (value.length < least || value.length > most) {
      throw new SchemaError(`${path}: expected ${least} to ${most} items, got ${value.length}`);
    }
    return value.map((each, index) => item(each, `${path}[${index}]`));
  };
}

/** A list in which no two items have the same key. */
export function distinct<T>(
  check: Check<readonly T[]>,
  key: (item: T) => string,
): Check<readonly T[]> {
  return (value, path) => {
    const items = check(value, path);
    const seen = new Set<string>();
    for (const [index, item] of items.entries()) {
      if (seen.has(key(item))) {
        throw new SchemaError(
          `${path}[${index}]: "${shown(key(item))}" stands twice; each must stand once`,
        );
      }
      seen.add(key(item));
    }
    return items;
  };
}

/** Any object: what is in it is for people to read, and nothing is computed from it. */
export const anyObject: Check<JsonObject> = (value, path) => {
  if (isJsonObject(value)) return value;
  throw mismatch(path, "an object", value);
};

/** Every named field must be there. Others are passed over: a later version may add some. */
export function object<T extends object>(
  fields: {
    readonly [K in keyof T]: Check<T[K]>;
  },
): Check<T> {
  return (value, path) => {
    if (!isJsonObject(value)) throw mismatch(path, "an object", value);
    const checked: Partial<T> = {};
    for (const field in fields) {
      const given = Object.hasOwn(value, field) ? value[field] : undefined;
      checked[field] = fields[field](given, `${path}.${shown(field)}`);
    }
    return complete(checked, fields);
  };
}

/** All fields of `fields` have been set: the loop above cannot tell the compiler so. */
function complete<T extends object>(
  checked: Partial<T>,
  fields: { readonly [K in keyof T]: unknown },
): T {
  const isComplete = (object: Partial<T>): object is T => {
    for (const field in fields) if (!Object.hasOwn(object, field)) return false;
    return true;
  };
  if (isComplete(checked)) return checked;
  throw new TypeError("a checked object lacks a field");
}
