/**
 * Ends a run of the tests that no longer moves, and names the files that were running: a test file that blocks its process (a command that never
 * ends, a thread that waits for ever) is beyond Vitest's own time limits, and would otherwise hold up continuous integration in silence.
 */
import type { Reporter, TestModule } from "vitest/node";

/** The longest file takes half a minute on an idle machine. */
const STALLED_MS = 5 * 60_000;

export default class StallReporter implements Reporter {
  readonly #running = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  onTestModuleStart(module: TestModule): void {
    this.#running.add(module.moduleId);
    this.#wait();
  }

  onTestModuleEnd(module: TestModule): void {
    this.#running.delete(module.moduleId);
    this.#wait();
  }

  onTestRunEnd(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const files = [...this.#running].join("\n  ") || "none: the run does not end";
      process.stderr.write(
        `\nNo test file began or ended for ${STALLED_MS / 60_000} minutes. Still running:\n  ${files}\n`,
      );
      process.exit(1);
    }, STALLED_MS);
  }
}
