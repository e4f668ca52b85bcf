/** What lies in a folder: its files by their endings, in the order of their names. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileError } from "../files/fileError.ts";

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw fileError(path, "cannot read", error);
  }
}

/** Names within a folder, in their order, without hidden ones. */
export function listNames(path: string): string[] {
  try {
    return readdirSync(path)
      .filter((name) => !name.startsWith("."))
      .sort();
  } catch (error) {
    throw fileError(path, "cannot read", error);
  }
}

/** The files of a folder that end so, in the order of their names. */
export function listFilesWith(path: string, endings: RegExp): string[] {
  return listNames(path)
    .filter((name) => endings.test(name))
    .map((name) => join(path, name))
    .filter((file) => !isFolder(file));
}
