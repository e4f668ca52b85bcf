/** Native code cannot be broken off: a thread that is ended while it loads a library would take the process with it. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { openBlas } from "../../src/blas/index.ts";

const run = promisify(execFile);
const script = fileURLToPath(new URL("support/endsEarly.ts", import.meta.url));

const opened = openBlas();
const reason = opened.lender === null ? opened.reason : null;
const suite = reason === null ? describe : describe.skip;

suite(`threads that are ended while they load${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  test.each(["end", "exit"])(
    "go without a crash, whenever that is: by %s",
    async (how) => {
      for (const milliseconds of [0, 6, 12, 18, 24, 30]) {
        const { stderr } = await run(process.execPath, [script, String(milliseconds), how]);
        expect(stderr).toBe("");
      }
    },
    60_000,
  );
});
