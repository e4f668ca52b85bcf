/** `cellstate`: reads the arguments, runs a command, and says in one line what went wrong. */
import { CellstateError } from "@cellstate/core";
import { CommanderError } from "commander";
import { createProgram } from "./program.ts";
import { createTerminal } from "./terminal/terminal.ts";
import { UsageError } from "./usageError.ts";

/** Exit codes: what was typed makes no sense, or it did and something failed. */
const MISUSE = 2;
const FAILURE = 1;

/** Faults of what was typed, though only the library could see it. */
const TYPED: ReadonlySet<string> = new Set(["option", "unknown-cell"]);

/** @param args What was typed after `cellstate`. */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on("error", quitOnClosedPipe);
  process.stderr.on("error", ignoreClosedPipe);
  const program = createProgram((color) => createTerminal(process, process.env, color));
  try {
    await program.parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    process.exitCode = isMisuse(error) ? MISUSE : FAILURE;
    const help = error instanceof CommanderError ? "; --help shows what there is" : "";
    process.stderr.write(`cellstate: ${oneLine(error)}${help}\n`);
    if (args.includes("--debug") && error instanceof Error)
      process.stderr.write(`${error.stack}\n`);
  }
}

function isMisuse(error: unknown): boolean {
  if (error instanceof CellstateError) return TYPED.has(error.code);
  return error instanceof UsageError || error instanceof CommanderError;
}

/** What a person needs; a fault of ours says how to see more. */
function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message
    .replace(/^error: /, "")
    .replaceAll(/\s*\n\s*/g, " ")
    .trim();
  const expected =
    error instanceof CellstateError ||
    error instanceof UsageError ||
    error instanceof CommanderError;
  return expected ? line : `unexpected: ${line} (--debug shows where)`;
}

/** Whoever read standard output has seen enough: `cellstate generate … | head`. */
function quitOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
}

/** Nobody reads what is said beside; the work goes on. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
