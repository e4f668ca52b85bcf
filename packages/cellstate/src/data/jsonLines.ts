/** JSON Lines: an object a line, whose values are numbers, texts, true, false or null. A key that a line lacks is missing there. */
import { dataError } from "./bytes.ts";
import { readLines } from "./lines.ts";
import type { Field, TableSource } from "./tableSource.ts";

/** A line with more keys than this is no row of a table. */
const MOST_COLUMNS = 10_000;

/** @throws CellstateError `data` for a line that is not such an object, with its number. */
export async function openJsonLines(path: string): Promise<TableSource> {
  const names = new Map<string, number>();
  await readObjects(path, (object) => {
    for (const key of Object.keys(object)) {
      if (!names.has(key)) names.set(key, names.size);
    }
    if (names.size > MOST_COLUMNS) {
      throw dataError(path, `has over ${MOST_COLUMNS} keys; give every line the same ones`);
    }
  });
  if (names.size === 0) throw dataError(path, "has no rows; name a file with something in it");
  const columns = [...names.keys()];
  return {
    columns,
    placeName: "line",
    decimalComma: "never",
    read: (push) =>
      readObjects(path, (object, line) => {
        columns.forEach((name, column) => {
          const value = Object.hasOwn(object, name) ? object[name] : null;
          push(column, fieldOf(value, path, name, line), line);
        });
      }),
  };
}

function readObjects(
  path: string,
  each: (object: Readonly<Record<string, unknown>>, line: number) => void,
): Promise<void> {
  return readLines(path, (text, line) => {
    if (text.trim() === "") return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw dataError(path, `line ${line}: not JSON; each line has to hold one whole object`);
    }
    if (!isObject(value)) {
      throw dataError(path, `line ${line}: expected an object such as {"text": "…", "label": "…"}`);
    }
    each(value, line);
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldOf(value: unknown, path: string, name: string, line: number): Field {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  const what = Array.isArray(value) ? "a list" : "an object";
  throw dataError(
    path,
    `line ${line}: ${JSON.stringify(name)} is ${what}; give numbers, texts, true, false or null`,
  );
}
