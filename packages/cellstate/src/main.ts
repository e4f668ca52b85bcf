/** `cellstate`: reads the arguments, runs a command, and says in one line what went wrong. */
import { CellstateError } from "@cellstate/core";
import { CommanderError } from "commander";
import { fileError } from "./files/fileError.ts";
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
  process.stdout.on("error", quitOnClosedOutput);
  process.stderr.on("error", ignoreClosedOutput);
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

/** Whoever read standard output has seen enough: `cellstate generate … | head`. Or its file is on a disk that is full. */
function quitOnClosedOutput(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(
    `cellstate: ${fileError("standard output", "cannot write", error).message}\n`,
  );
  process.exit(FAILURE);
}

/** Nobody reads what is said beside; the work goes on. */
function ignoreClosedOutput(): void {}
