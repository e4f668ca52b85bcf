/** Folders to write in, and the one line that a failure answers. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CellstateError } from "@cellstate/core";
import { expect, onTestFinished } from "vitest";

/** A folder of the test's own, removed afterwards. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cellstate-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The message of the CellstateError that `act` throws; checks that it is one line. */
export function errorLine(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof CellstateError)) throw error;
    expect(error.message).not.toMatch(/[\r\n]/);
    return error.message;
  }
  return "no error";
}

const NOBODY = 65_534;

/** Runs `act` with the rights of somebody who owns nothing here; the super-user may write anywhere. */
export function asNobody<T>(act: () => T): T {
  const { geteuid, seteuid } = process;
  if (geteuid?.() !== 0 || !seteuid) return act();
  seteuid(NOBODY);
  try {
    return act();
  } finally {
    seteuid(0);
  }
}
