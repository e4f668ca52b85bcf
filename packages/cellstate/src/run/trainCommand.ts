/** What `cellstate train` does, from files and settings to a model on the disk. */
import { assertWritable } from "../files/atomicWrite.ts";
import { checkpointPathOf, modelPathFor } from "../modelFiles.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { prepareRun } from "./prepareRun.ts";
import { assertLoggable, assertReplaceable } from "./replaceable.ts";
import { resumeCommand, superviseRun } from "./superviseRun.ts";
import type { TrainArguments } from "./trainArguments.ts";

export async function trainCommand(
  files: readonly string[],
  given: TrainArguments,
  terminal: Terminal,
): Promise<void> {
  const out = given.out ?? modelPathFor(files[0]);
  const checkpointPath = checkpointPathOf(out);
  assertReplaceable(out, files);
  if (given.log !== undefined) assertLoggable(given.log, files, [out, checkpointPath]);
  assertWritable(out);
  const run = prepareRun(files, given, checkpointPath);
  const again = resumeCommand(files, given);
  await superviseRun(run, { ...given, out, again }, terminal);
}
