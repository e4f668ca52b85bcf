/** What `cellstate train` does, from files and settings to a model on the disk. */
import { existsSync } from "node:fs";
import { FORECAST_FORMS, type TaskKind } from "@cellstate/core";
import { lookAt } from "../data/lookAt.ts";
import { isShape, type Looked } from "../data/looked.ts";
import { assertWritable } from "../files/atomicWrite.ts";
import { shownPath } from "../files/fileError.ts";
import { checkpointPathOf, loadCheckpoint, modelPathFor } from "../modelFiles.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { sentence } from "../terminal/text.ts";
import { UsageError } from "../usageError.ts";
import { readCheckpointOf } from "./checkpoint.ts";
import { assertLanguageOptions, assertMeaning } from "./networkOptions.ts";
import { NETWORK_DEFAULTS } from "./networkSettings.ts";
import { type NetworkBeginning, prepareNetworkRun } from "./prepareNetwork.ts";
import { prepareRun } from "./prepareRun.ts";
import { assertLoggable, assertReplaceable } from "./replaceable.ts";
import { resumeCommand, superviseRun } from "./superviseRun.ts";
import type { TrainArguments } from "./trainArguments.ts";
import type { PreparedTraining } from "./training.ts";

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
  const run = await prepare(files, given, checkpointPath, terminal);
  const again = resumeCommand(files, given);
  await superviseRun(run, { ...given, out, again }, terminal);
}

async function prepare(
  files: readonly string[],
  given: TrainArguments,
  checkpointPath: string,
  { err }: Terminal,
): Promise<PreparedTraining> {
  const isThere = (given.resume ?? false) && existsSync(checkpointPath);
  const began = isThere ? networkBeginning(checkpointPath) : null;
  const goesOnWithText = isThere && began === null;
  if (goesOnWithText || (began === null && saysLanguageModel(given))) {
    assertLanguageTask(files, given);
    return prepareRun(files, given, checkpointPath);
  }
  const settled = began === null ? given : { ...began.read.state.settings, ...typedOnly(given) };
  const looked = await lookAt(files, {
    task: settled.task,
    time: settled.time ?? undefined,
    target: settled.target ?? undefined,
    text: settled.text ?? undefined,
    label: settled.label ?? undefined,
  });
  if (looked.kind === "text") {
    assertLanguageTask(files, given);
    return prepareRun(files, given, checkpointPath);
  }
  const test = looked.kind === "series" && began === null ? looked.test : undefined;
  const beside = given.test === undefined ? test : undefined;
  const told = inTasks(beside === undefined ? given : { ...given, test: beside }, looked.task);
  assertMeaning(told, looked.task, shownPath(files.join(" ")));
  return prepareNetworkRun(files, looked, told, began, () => {
    if (given.resume && began === null) {
      err.line(sentence(`no ${shownPath(checkpointPath)} yet: beginning at the first step`, err));
    }
    err.line(sentence(takenFor(looked, files, given), err));
    if (beside !== undefined) {
      err.line(sentence(`tested on ${shownPath(beside)}; --test to change`, err));
    }
  });
}

/**
 * A shape that was asked for as the task that it stands for here; of forecasts it is their form.
 *
 * @throws UsageError where another form was asked for.
 */
function inTasks(given: TrainArguments, task: TaskKind): TrainArguments {
  const shape = given.task;
  if (shape === undefined || !isShape(shape)) return given;
  if (task !== "forecasting") return { ...given, task };
  const form = FORECAST_FORMS.find((name) => name === shape);
  if (given.form !== undefined && given.form !== form) {
    throw new UsageError(`--task ${shape} --form ${given.form}: expected one of the two`);
  }
  return { ...given, task, form };
}

/** `orders.csv: 43,824 rows, hourly, target pm25 → forecasting; --task to change` */
function takenFor(
  { reason, task }: Looked,
  files: readonly string[],
  given: TrainArguments,
): string {
  const change = given.task === undefined ? "; --task to change" : "";
  return `${shownPath(files.join(" "))}: ${reason} → ${task}${change}`;
}

/** Said, or by bytes, which may be of any file. */
function saysLanguageModel({ task, tokens }: TrainArguments): boolean {
  return task === "language-model" || (task === undefined && tokens === "bytes");
}

/** @throws UsageError for options of networks, which a language model would ignore. */
function assertLanguageTask(files: readonly string[], given: TrainArguments): void {
  if (given.task !== undefined && given.task !== "language-model") {
    throw new UsageError(
      `--task ${given.task}: the run that --resume goes on with is of a language model; train anew without --resume`,
    );
  }
  assertLanguageOptions(given, shownPath(files.join(" ")));
}

function typedOnly(given: TrainArguments): TrainArguments {
  const typed = Object.entries(given).filter(([, value]) => value !== undefined);
  return { checkpointEvery: given.checkpointEvery, ...Object.fromEntries(typed) };
}

/** The checkpoint of a network's run; null for one of a language model's. */
function networkBeginning(path: string): NetworkBeginning | null {
  const checkpoint = loadCheckpoint(path);
  const task: unknown = Reflect.get(Object(checkpoint.state.settings), "task");
  if (task === undefined) return null;
  return { path, read: readCheckpointOf(checkpoint, path, NETWORK_DEFAULTS) };
}
