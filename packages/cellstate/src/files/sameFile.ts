/** Whether two names are one file: so that nothing is written over what is read. */
import { realpathSync } from "node:fs";

/** @returns Whether `path` is one of `others`, under whatever names and through whatever links. A file that is not there is none. */
export function isOneOf(path: string, others: readonly string[]): boolean {
  const real = realPath(path);
  return real !== null && others.some((other) => realPath(other) === real);
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
