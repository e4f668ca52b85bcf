/** What the system says about a file, in one line for people: which file, what failed, what to do. */
import { CellstateError } from "@cellstate/core";

/** What to do about it, by the system's code. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: "permission denied; choose another place or change the permissions",
  EPERM: "not permitted; choose another place or change the permissions",
  EROFS: "the file system is read-only; choose another place",
  ENOSPC: "the disk is full; make room or choose another place",
  EDQUOT: "your disk quota is used up; make room or choose another place",
  EFBIG: "larger than this file system or your limits allow; choose another place",
  EISDIR: "it is a folder; name a file",
  ENOENT: "no such file or folder; check the name",
  ENOTDIR: "part of the path is a file, not a folder; check the name",
  ENAMETOOLONG: "the name is too long; choose a shorter one",
  ELOOP: "too many symbolic links; name the file itself",
  EMFILE: "too many open files; close some programs",
  ENFILE: "too many open files; close some programs",
  EIO: "the disk failed to read or write; check the disk",
  EBUSY: "another program holds it; close that program and try again",
  ETXTBSY: "another program runs it; choose another place",
};

/** The system's code of an error (`ENOSPC`), or an empty text for any other error. */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "";
}

/**
 * @param doing What failed: `cannot write`, `cannot read`.
 * @param error The system's; one that is a line for people already stays as it is.
 */
export function fileError(path: string, doing: string, error: unknown): CellstateError {
  if (error instanceof CellstateError) return error;
  const code = systemCode(error);
  const said = error instanceof Error ? error.message : String(error);
  const advice = ADVICE[code] ?? said.replaceAll(/\s+/g, " ");
  return accessError(path, `${doing}: ${advice}`);
}

export function accessError(path: string, what: string): CellstateError {
  return new CellstateError("file-access", `${shownPath(path)}: ${what}`);
}

/** A file's name may hold anything but a slash: line breaks and terminal codes too. */
export function shownPath(path: string): string {
  return path.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}
