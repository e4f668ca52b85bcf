/** Runs the command as a person would, in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const BIN = fileURLToPath(new URL("../../bin/cellstate.js", import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly node?: string;
  /** Another program than the command. */
  readonly program?: string;
  /** A file for standard output, in place of a pipe. */
  readonly stdout?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with the child as soon as it runs. */
  readonly meanwhile?: (child: ChildProcess) => void;
}

export async function cellstate(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  // What npx or npm say of themselves is about the tests, not about the command.
  const { NO_COLOR: _, FORCE_COLOR: __, npm_command: ___, ...env } = process.env;
  const output = options.stdout === undefined ? "pipe" : openSync(options.stdout, "w");
  const child = spawn(options.node ?? process.execPath, [options.program ?? BIN, ...args], {
    cwd: options.cwd,
    env: { ...env, ...options.env },
    stdio: ["ignore", output, "pipe"],
  });
  if (typeof output === "number") closeSync(output);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  options.meanwhile?.(child);
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}

/** A folder that is gone when the work in it is done. */
export async function inFolder<T>(work: (folder: string) => Promise<T> | T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "cellstate-test-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
