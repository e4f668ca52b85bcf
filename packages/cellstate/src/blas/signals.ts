/**
 * Keeps signals away from a thread. oneDNN's SGEMM before 3.11.2 points the stack register into the heap while it computes
 * (github.com/uxlfoundation/oneDNN/issues/4845): a handler that ran on that thread in the meantime, for Ctrl-C or a window's new
 * size, would write its frame over other people's memory.
 */
import { constants } from "node:os";
import type { Koffi } from "./koffi.ts";

/** A thread raises these itself, at once; blocked, the system would end the process. WebAssembly's bounds checks are among them. */
const OWN: readonly NodeJS.Signals[] = [
  "SIGSEGV",
  "SIGBUS",
  "SIGFPE",
  "SIGILL",
  "SIGTRAP",
  "SIGSYS",
  "SIGABRT",
];

/** No system's `sigset_t` is larger: glibc's has 1024 bits. */
const SIGNAL_SET_BYTES = 128;

/**
 * From now on, the calling thread is sent no signal. The process goes on taking them: Node has threads of its own beside, and
 * its handlers only tell the main loop, from whichever thread. A profiler that samples by signal no longer sees this thread.
 */
export function blockSignals(koffi: Koffi): void {
  if (process.platform === "win32") return; // It has none that interrupt a thread.
  const program = koffi.load(null);
  const signals = Buffer.alloc(SIGNAL_SET_BYTES);
  program.func("int sigfillset(void *)")(signals);
  const remove = program.func("int sigdelset(void *, int)");
  for (const name of OWN) remove(signals, constants.signals[name]);
  const block = process.platform === "linux" || process.platform === "android" ? 0 : 1;
  const failed = program.func("int pthread_sigmask(int, void *, void *)")(block, signals, null);
  if (failed !== 0) throw new Error(`pthread_sigmask returned ${failed}`);
}
