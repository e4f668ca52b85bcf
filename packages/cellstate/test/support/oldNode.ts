/** A Node older than what cellstate needs, where the machine has one. */
import { execFileSync } from "node:child_process";

const PLACES = ["/usr/bin/node", "/usr/local/bin/node", process.env.OLD_NODE ?? ""];

/** Its path, or null. */
export function findOldNode(): string | null {
  return PLACES.find((path) => path !== "" && isOld(path)) ?? null;
}

function isOld(path: string): boolean {
  try {
    const version = execFileSync(path, ["--version"], { encoding: "utf8" });
    const [major, minor] = version.slice(1).split(".").map(Number);
    return major < 22 || (major === 22 && minor < 18);
  } catch {
    return false;
  }
}
