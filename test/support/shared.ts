/**
 * The data sets and golden cases that stand beside the repository and not in it (`../shared`). Tests that need them
 * are skipped without them, and say so in their names.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";

const root = fileURLToPath(new URL("../../../shared/", import.meta.url));

/** The path of a file or folder under `../shared`, whether it is there or not. */
export function sharedPath(path: string): string {
  return root + path;
}

/** `describe` where `../shared/<path>` exists; else its tests are skipped, and the title gives the reason. */
export function describeWithShared(path: string, title: string, tests: () => void): void {
  if (existsSync(sharedPath(path))) describe(title, tests);
  else describe.skip(`${title} (skipped: no ../shared/${path} beside the repository)`, tests);
}
