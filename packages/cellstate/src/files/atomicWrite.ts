/**
 * Writes a file whole or not at all: into a temporary file in the same folder, synced, then renamed over the old one. Whoever
 * reads, and whatever is killed at whatever moment, sees the old file or the new one.
 *
 * What is there at once is written synchronously: a signal handler may call it, and nothing can come between.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { hostname, constants as systemConstants } from "node:os";
import { dirname, join } from "node:path";
import { accessError, fileError, systemCode } from "./fileError.ts";

/** Process numbers mean something on one machine only, and folders may be shared. */
const HOST = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
/** `.cellstate-HOST-PID-RANDOM.tmp`; short, so that it fits wherever the target's name does. */
const TEMPORARY = /^\.cellstate-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{8}\.tmp$/;

/** Some file systems cannot sync a folder, and some folders may be written but not read. Their files are whole all the same. */
const CANNOT_SYNC_FOLDER = new Set(["EINVAL", "EPERM", "EISDIR", "ENOTSUP", "ENOSYS", "EACCES"]);

/**
 * Replaces or creates the file. An existing file's permissions are kept; through a symbolic link the file it points to is
 * replaced. Temporary files that killed runs have left in the folder are removed.
 *
 * @throws CellstateError `file-access`, one line. The old file is then as it was, and no temporary file is left.
 */
export function writeFileAtomically(path: string, bytes: Uint8Array): void {
  const { target, mode } = findTarget(path);
  const folder = dirname(target);
  removeStale(folder);
  const temporary = temporaryIn(folder);
  try {
    writeSynced(temporary, bytes, mode);
    renameSync(temporary, target);
  } catch (error) {
    removeQuietly(temporary);
    throw fileError(path, "cannot write", folderMissing(error, folder) ?? error);
  }
  syncFolder(path, folder);
}

/** Characters that are gathered before they are written. */
const GATHERED = 1 << 16;
/** Signals are heard only between turns of the event loop, which are so many milliseconds apart. */
const TURN_MS = 50;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * As `writeFileAtomically`, of text that comes piece by piece. A signal that ends the process takes the temporary file away.
 *
 * @throws CellstateError `file-access`, one line; and whatever the pieces throw. No temporary file is left.
 */
export async function writeTextAtomically(path: string, pieces: Iterable<string>): Promise<void> {
  const { target, mode } = findTarget(path);
  const folder = dirname(target);
  removeStale(folder);
  const temporary = temporaryIn(folder);
  const attempt = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw fileError(path, "cannot write", folderMissing(error, folder) ?? error);
    }
  };
  const quit = (signal: (typeof SIGNALS)[number]): void => {
    removeQuietly(temporary);
    process.exit(128 + systemConstants.signals[signal]);
  };
  for (const signal of SIGNALS) process.on(signal, quit);
  try {
    const file = attempt(() => openNew(temporary, mode));
    try {
      let gathered = "";
      let turnAt = performance.now();
      for (const piece of pieces) {
        gathered += piece;
        if (gathered.length >= GATHERED) {
          const bytes = Buffer.from(gathered);
          attempt(() => writeAll(file, bytes));
          gathered = "";
        }
        if (performance.now() - turnAt < TURN_MS) continue;
        await new Promise((resolve) => setImmediate(resolve));
        turnAt = performance.now();
      }
      attempt(() => {
        writeAll(file, Buffer.from(gathered));
        fsyncSync(file);
      });
    } finally {
      closeSync(file);
    }
    attempt(() => renameSync(temporary, target));
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, quit);
  }
  syncFolder(path, folder);
}

/**
 * Finds out before hours of work whether their result could be written: does all that a write does, but the renaming.
 *
 * @throws CellstateError `file-access`, as `writeFileAtomically` would.
 */
export function assertWritable(path: string): void {
  const { target } = findTarget(path);
  const folder = dirname(target);
  const temporary = temporaryIn(folder);
  try {
    writeSynced(temporary, new Uint8Array(1), null);
  } catch (error) {
    throw fileError(path, "cannot write", folderMissing(error, folder) ?? error);
  } finally {
    removeQuietly(temporary);
  }
}

/** The file to replace, with symbolic links followed, and its permissions; null where there is none yet. */
function findTarget(path: string): { target: string; mode: number | null } {
  try {
    const link = statOrNull(path, lstatSync)?.isSymbolicLink() ?? false;
    const target = link ? realpathSync(path) : path;
    const stats = statOrNull(target, statSync);
    if (stats === null) return { target, mode: null };
    if (stats.isDirectory()) throw accessError(path, "cannot write: it is a folder; name a file");
    // Renaming over a device would take the device away.
    if (!stats.isFile()) throw accessError(path, "cannot write: it is a device; name a file");
    // Renaming asks for the folder's permission only; a file that is write-protected is meant so.
    if ((stats.mode & 0o222) === 0) {
      throw accessError(path, "cannot write: it is write-protected; choose another name");
    }
    return { target, mode: stats.mode & 0o7777 };
  } catch (error) {
    throw fileError(path, "cannot write", error);
  }
}

function statOrNull(path: string, stat: (path: string) => Stats): Stats | null {
  try {
    return stat(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

function writeSynced(path: string, bytes: Uint8Array, mode: number | null): void {
  const file = openNew(path, mode);
  try {
    writeAll(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** @param mode Null leaves it to the user's umask. */
function openNew(path: string, mode: number | null): number {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666);
  if (mode !== null) fchmodSync(file, mode);
  return file;
}

/** A disk that fills up first writes less than it was given. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at);
}

/** The name survives a power cut only when the folder is on the disk too. */
function syncFolder(path: string, folder: string): void {
  try {
    const descriptor = openSync(folder, constants.O_RDONLY);
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (CANNOT_SYNC_FOLDER.has(systemCode(error))) return;
    throw fileError(path, "is written, but its folder not synced", error);
  }
}

function temporaryIn(folder: string): string {
  return join(folder, `.cellstate-${HOST}-${process.pid}-${randomBytes(4).toString("hex")}.tmp`);
}

function folderMissing(error: unknown, folder: string): Error | null {
  if (systemCode(error) !== "ENOENT" || existsSync(folder)) return null;
  return new Error(`there is no folder ${folder}; create it or choose another place`);
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made, or is gone: both are what we want.
  }
}

/** Removes what killed runs on this machine have left. A folder that cannot be listed keeps what it has. */
function removeStale(folder: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const match = TEMPORARY.exec(name);
    if (match === null || match[1] !== HOST) continue;
    const path = join(folder, name);
    if (!isAlive(Number(match[2]), path)) removeQuietly(path);
  }
}

/** Whether the process that wrote `path` still runs. In containers a new run often gets the number of the one before. */
function isAlive(pid: number, path: string): boolean {
  try {
    if (pid === process.pid) return statSync(path).mtimeMs >= performance.timeOrigin;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else's.
    return systemCode(error) === "EPERM";
  }
}
