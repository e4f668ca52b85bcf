/** What `cellstate train` does, from files and settings to a model on the disk. */
import { CellstateError, type ErrorCode, type TrainingProgress } from "@cellstate/core";
import { COMMAND_NAME } from "../commandName.ts";
import { printJson } from "../commands/common.ts";
import { type OpenedEngine, startEngine } from "../engine/open.ts";
import { assertWritable } from "../files/atomicWrite.ts";
import { shownPath } from "../files/fileError.ts";
import {
  checkpointPathOf,
  keepEarlier,
  modelPathFor,
  saveCheckpoint,
  saveModel,
  shellQuoted,
} from "../modelFiles.ts";
import { duration } from "../terminal/duration.ts";
import { createProgress } from "../terminal/progress.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { grouped, sentence } from "../terminal/text.ts";
import { interruption } from "./interruption.ts";
import { openLog } from "./log.ts";
import { type PreparedRun, prepareRun, resumeCommand } from "./prepareRun.ts";
import { assertLoggable, assertReplaceable } from "./replaceable.ts";
import type { TrainArguments } from "./trainArguments.ts";
import { type RunResult, resultOf, runTraining } from "./trainRun.ts";

/** A sample of what the model writes, so many seconds of training apart. */
const SAMPLE_EVERY = 15;

export async function trainCommand(
  files: readonly string[],
  given: TrainArguments,
  terminal: Terminal,
): Promise<void> {
  const { err } = terminal;
  const out = given.out ?? modelPathFor(files[0]);
  const checkpointPath = checkpointPathOf(out);
  assertReplaceable(out, files);
  if (given.log !== undefined) assertLoggable(given.log, files, [out, checkpointPath]);
  assertWritable(out);

  const run = prepareRun(files, given, checkpointPath);
  const { model, settings } = run;
  for (const line of run.notes) err.line(sentence(line, err));
  const opened = await startEngine(run.choice, given.threads ?? run.threads);
  const { engine } = opened;
  for (const line of summary(run, files, out)) err.line(sentence(line, err));
  err.line(sentence(opened.choice, err));
  const progress = createProgress(err);
  const log = openLog(given.log, (message) => progress.note(`${message}; going on without a log`));
  log.write({
    kind: "run",
    model: out,
    settings,
    engine: engine.name,
    threads: engine.threads,
    step: run.resume?.progress.step ?? 0,
  });

  // An earlier run's files are moved aside once, before the first of this run's is written.
  let ours = run.resume !== null;
  const makeRoom = (): void => {
    const kept = ours ? null : keepEarlier(out);
    ours = true;
    if (kept !== null) progress.note(`kept the earlier run's files as ${shownPath(kept)}`);
  };
  let reached = null as TrainingProgress | null;
  const interrupted = interruption(() =>
    progress.note("stopping after this step, and saving; Ctrl-C again quits at once"),
  );
  try {
    const result = await runTraining(model, {
      engine,
      training: run.training,
      validation: run.validation,
      train: run.train,
      progress,
      signal: interrupted.signal,
      resume: run.resume ?? undefined,
      sampleEvery: err.live ? SAMPLE_EVERY : 0,
      onEvent: (event) => {
        reached = event.progress;
        log.event(event);
      },
      checkpoint: {
        everySeconds: given.checkpointEvery,
        save: (snapshot) => {
          makeRoom();
          saveCheckpoint(checkpointPath, run.checkpoint(snapshot, engine.threads));
        },
      },
    });
    model.training = run.record(result);
    makeRoom();
    saveModel(out, model);
    const again = resumeCommand(files, given);
    const json = given.json ?? false;
    report(result, run, { out, again, checkpointPath, json, opened }, terminal);
    if (result.reason === "aborted") process.exitCode = interrupted.exitCode;
  } catch (error) {
    if (isOf(error, "thread") && ours) {
      throw new CellstateError("thread", `${error.message}. Go on: ${resumeCommand(files, given)}`);
    }
    // Training has left its last good weights in the model; without a step there are none.
    if (!(isOf(error, "not-finite") && reached)) throw error;
    model.training = run.record(resultOf(reached, "finished"));
    makeRoom();
    saveModel(out, model);
    const saved = `${shownPath(out)} has what was learnt before`;
    throw new CellstateError("not-finite", `${error.message}; ${saved}`);
  } finally {
    interrupted.end();
    progress.done();
    log.close();
    opened.end();
  }
}

function isOf(error: unknown, code: ErrorCode): error is CellstateError {
  return error instanceof CellstateError && error.code === code;
}

/** What is about to happen: the text, the model. */
function summary(
  { model, corpus, settings, validation }: PreparedRun,
  files: readonly string[],
  out: string,
): string[] {
  const { config, vocabulary, parameterCount } = model;
  const documents =
    corpus.documents.length === 1 ? "" : ` in ${grouped(corpus.documents.length)} documents`;
  const heldOut = validation.reduce(
    (sum, { tokens, context = 0 }) => sum + tokens.length - context,
    0,
  );
  const layers = config.layers === 1 ? "one layer" : `${config.layers} layers`;
  return [
    `${shownPath(files.join(" "))}: ${grouped(corpus.tokens)} ${vocabulary.kind}${documents}, ${grouped(vocabulary.size)} different` +
      `${heldOut === 0 ? "" : `; ${grouped(heldOut)} held out`}`,
    `${shownPath(out)}: ${config.cell.name}, ${layers} of ${config.hiddenSize}, ${grouped(parameterCount)} parameters; seed ${settings.seed}`,
  ];
}

interface Reported {
  readonly out: string;
  /** What one types to go on. */
  readonly again: string;
  readonly checkpointPath: string;
  readonly json: boolean;
  readonly opened: OpenedEngine;
}

function report(result: RunResult, run: PreparedRun, told: Reported, terminal: Terminal): void {
  const { progress, reason, trainLoss, validationLoss, seconds, tokensPerSecond } = result;
  const { out, json } = told;
  const { err } = terminal;
  const shown = shellQuoted(out);
  const validation =
    validationLoss === null ? "" : `, validation loss ${validationLoss.toFixed(4)}`;
  // The mean of an epoch that is over: after one that has only begun, it is not what was last seen.
  const when = progress.epochLoss === null ? "" : ` in epoch ${progress.epoch}`;
  const loss =
    trainLoss === null ? "" : `: training loss ${trainLoss.toFixed(4)}${when}${validation}`;
  const done = `${grouped(progress.step)} steps in ${duration(seconds)}${loss}`;
  if (reason === "aborted") {
    err.line(sentence(`stopped after ${done}`, err));
    err.line(`${shownPath(out)} writes as it learnt so far. Go on: ${told.again}`);
  } else {
    const early = reason === "patience" ? " (no better for a while)" : "";
    err.line(sentence(`done${early}: ${done}`, err));
    err.line(`${shownPath(out)} is written. Now: ${COMMAND_NAME} generate ${shown}`);
  }
  if (!json) return;
  printJson(terminal, {
    model: out,
    steps: progress.step,
    epochs: progress.epoch,
    trainLoss,
    validationLoss,
    seconds,
    tokensPerSecond,
    parameters: run.model.parameterCount,
    engine: told.opened.engine.name,
    threads: told.opened.engine.threads,
    seed: run.settings.seed,
    finished: reason !== "aborted",
    checkpoint: told.checkpointPath,
  });
}
