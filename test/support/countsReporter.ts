/**
 * Closes a run of the tests with what was skipped, group by group, since skipping is only fair where it is seen; and with one line
 * that programs can read: `12 passed, 0 failed, 1 skipped`.
 *
 * A test file that could not be loaded counts as one failed test, and so does every error outside a test.
 */
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";

export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    const skipped: TestCase[] = [];
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed++;
        else if (state === "skipped") skipped.push(test);
        else failed++;
      }
    }
    for (const [title, count] of countBy(skipped, titleOf)) {
      process.stdout.write(`\nskipped ${count}: ${title}`);
    }
    process.stdout.write(`\n\n${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
  }
}

/** The group that says why its tests are skipped, else the test itself. */
function titleOf(test: TestCase): string {
  const { parent } = test;
  return parent.type === "suite" && parent.name.includes("(skipped:") ? parent.name : test.fullName;
}

function countBy<T>(items: readonly T[], label: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(label(item), (counts.get(label(item)) ?? 0) + 1);
  return counts;
}
