/**
 * koffi, the foreign function interface, loaded when a BLAS is first asked for: it is an optional dependency, and whoever
 * does without it should neither notice nor wait.
 */
import { createRequire } from "node:module";

export type Koffi = typeof import("koffi");
export type Library = ReturnType<Koffi["load"]>;
export type KoffiOrReason = { readonly koffi: Koffi } | { readonly missing: string };

let loaded: KoffiOrReason | undefined;

/** koffi, or the one line that says why not. */
export function loadKoffi(): KoffiOrReason {
  loaded ??= tryKoffi();
  return loaded;
}

function tryKoffi(): KoffiOrReason {
  try {
    const koffi: Koffi = createRequire(import.meta.url)("koffi");
    return { koffi };
  } catch (error) {
    const message = firstLine(error);
    const isAbsent = /^Cannot find module 'koffi'/.test(message);
    const state = isAbsent ? "is not installed" : `does not load: ${message}`;
    return { missing: `koffi, which calls the machine's libraries, ${state}` };
  }
}

export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? "";
}
