/** What commands share: options that each has, JSON on standard output. */

import { basename, extname } from "node:path";
import { type Cell, CellstateError, defineCell, findCell } from "@cellstate/core";
import { type Command, Option } from "commander";
import { readTexts } from "../files/texts.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** A command: its options and help, joined to the program; what it does, it does to a terminal. */
export type AddCommand = (program: Command, terminal: () => Terminal) => void;

export function jsonOption(description: string): Option {
  return new Option("--json", description);
}

/** One object, one line: a program reads it whole. */
export function printJson(terminal: Terminal, value: Readonly<Record<string, unknown>>): void {
  terminal.out.line(JSON.stringify(value));
}

/**
 * A cell of the zoo by name, or from a file of equations: whatever ends in `.cell` or has a folder before it.
 *
 * @throws CellstateError `unknown-cell`, `equation` or `file-access`.
 */
export function resolveCell(named: string): Cell {
  if (!named.endsWith(".cell") && !/[\\/]/.test(named)) return findCell(named);
  const [{ name, text }] = readTexts([named]);
  try {
    const title = basename(name, extname(name));
    return defineCell(text, { name: title, title, source: name });
  } catch (error) {
    if (!(error instanceof CellstateError)) throw error;
    throw new CellstateError(error.code, `${named}: ${error.message}`);
  }
}
