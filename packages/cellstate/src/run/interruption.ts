/** Ctrl-C: the first asks the run to stop and save, the second quits at once. A kill (SIGTERM) asks just so. */
import { constants } from "node:os";

export interface Interruption {
  readonly signal: AbortSignal;
  /** What a shell expects of a program that a signal stopped: 128 and the signal's number. */
  readonly exitCode: number;
  /** Signals do again what they did before. */
  end(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** npm passes on what the terminal has sent to its children already: two within so many milliseconds are one. */
const ONE_PRESS_MS = 250;

/** @param onFirst Called when a run was asked to stop. */
export function interruption(onFirst: () => void): Interruption {
  const controller = new AbortController();
  let exitCode = 0;
  let firstAt = Number.POSITIVE_INFINITY;
  const listeners = SIGNALS.map((name) => {
    const code = 128 + constants.signals[name];
    const listener = (): void => {
      const now = performance.now();
      if (controller.signal.aborted) {
        if (now - firstAt >= ONE_PRESS_MS) process.exit(code);
        return;
      }
      firstAt = now;
      exitCode = code;
      controller.abort();
      onFirst();
    };
    process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    end() {
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
}
