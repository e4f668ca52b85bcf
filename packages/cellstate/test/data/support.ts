/** Files to read, and the one line that a reader answers where it refuses. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CellstateError, type Values } from "@cellstate/core";
import { expect } from "vitest";
import { ownFolder } from "../files/support.ts";

/** Real data beside the repository; not part of it. */
export const SHARED = resolve(import.meta.dirname, "../../../../../shared/data");
export const noShared = existsSync(SHARED) ? "" : " (skipped: there is no ../shared/data)";

/** Writes a file in a folder of the test's own and answers its path. */
export function fileWith(content: string | Uint8Array, name = "t.csv"): string {
  const path = join(ownFolder(), name);
  writeFileSync(path, content);
  return path;
}

/** A folder of the test's own with these files; names may have folders. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = ownFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The message of the CellstateError with which `work` ends, without the folder; checks that it is one line. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof CellstateError)) throw error;
    expect(error.message).not.toMatch(/[\r\n]/);
    return error.message.replaceAll(/\/\S*\/cellstate-test-\w+\//g, "").replace(/^\/.*\//, "");
  }
  return "no error";
}

export function allOf<T>(values: Values<T> | undefined): (T | undefined)[] {
  return Array.from({ length: values?.length ?? 0 }, (_, i) => values?.at(i));
}

/** Seconds since 1970 of an ISO time. */
export function seconds(iso: string): number {
  return Date.parse(iso) / 1000;
}
