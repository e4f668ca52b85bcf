import { defineConfig } from "vitest/config";

/** Two workers: the machines we promise to work on have two cores, and times are only fair when both are ours. */
export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    reporters: ["default", "./test/support/countsReporter.ts", "./test/support/stallReporter.ts"],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
