/** From a run that is ready to a model on the disk: engine, checkpoints, the log, Ctrl-C, and what is said of it. */
import { existsSync } from "node:fs";
import {
  CellstateError,
  type ErrorCode,
  type TrainingProgress,
  type TrainingSnapshot,
} from "@cellstate/core";
import { COMMAND_NAME } from "../commandName.ts";
import { printJson } from "../commands/common.ts";
import { type OpenedEngine, startEngine } from "../engine/open.ts";
import { writeFileAtomically } from "../files/atomicWrite.ts";
import { shownPath } from "../files/fileError.ts";
import { checkpointPathOf, keepEarlier, saveCheckpoint, shellQuoted } from "../modelFiles.ts";
import { duration } from "../terminal/duration.ts";
import { createProgress } from "../terminal/progress.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { grouped, sentence } from "../terminal/text.ts";
import { interruption } from "./interruption.ts";
import { openLog } from "./log.ts";
import { type RunResult, resultOf } from "./record.ts";
import type { PreparedTraining, TestReport } from "./training.ts";
import { followTraining } from "./trainRun.ts";

/** A sample of what the model writes, so many seconds of training apart. */
const SAMPLE_EVERY = 15;

export interface Supervision {
  /** Where the model goes. */
  readonly out: string;
  readonly checkpointEvery: number;
  readonly threads?: number;
  readonly log?: string;
  readonly json?: boolean;
  /** What one types to go on with the run once it was stopped. */
  readonly again: string;
}

export async function superviseRun(
  run: PreparedTraining,
  asked: Supervision,
  terminal: Terminal,
): Promise<void> {
  const { err } = terminal;
  const { out, again } = asked;
  const checkpointPath = checkpointPathOf(out);
  for (const line of run.notes) err.line(sentence(line, err));
  const opened = await startEngine(run.choice, asked.threads ?? run.threads);
  const { engine } = opened;
  for (const line of run.summary(out)) err.line(sentence(line, err));
  err.line(sentence(opened.choice, err));
  const progress = createProgress(err);
  const log = openLog(asked.log, (message) => progress.note(`${message}; going on without a log`));
  log.write({
    kind: "run",
    model: out,
    settings: run.settings,
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
  const save = (result: RunResult): void => {
    const bytes = run.encode(result, engine);
    makeRoom();
    writeFileAtomically(out, bytes);
  };
  // Hours of work are not given up for a checkpoint: there may be room for the next one, or for the model.
  const trySave = (snapshot: TrainingSnapshot): void => {
    try {
      makeRoom();
      saveCheckpoint(checkpointPath, run.checkpoint(snapshot, engine.threads));
    } catch (error) {
      if (!isOf(error, "file-access")) throw error;
      progress.note(`${error.message}; going on without this checkpoint`);
    }
  };
  let reached = null as TrainingProgress | null;
  const interrupted = interruption(() =>
    progress.note("stopping after this step, and saving; Ctrl-C again quits at once"),
  );
  const write = err.live ? run.sampler(engine) : null;
  try {
    const { signal } = interrupted;
    const result = await followTraining(run.train({ engine, signal }), {
      length: run.length,
      progress,
      isResumed: run.resume !== null,
      unit: run.unit,
      samples: write === null ? undefined : { everySeconds: SAMPLE_EVERY, write },
      onEvent: (event) => {
        reached = event.progress;
        log.event(event);
      },
      checkpoint: {
        everySeconds: asked.checkpointEvery,
        save: trySave,
      },
    });
    save(result);
    const test = result.reason === "aborted" ? null : run.test(engine);
    if (test !== null) log.write({ kind: "test", ...test.json });
    report(result, run, { ...asked, checkpointPath, opened, test }, terminal);
    if (result.reason === "aborted") process.exitCode = interrupted.exitCode;
  } catch (error) {
    if (isOf(error, "thread") && ours) {
      throw new CellstateError("thread", `${error.message}. Go on: ${again}`);
    }
    // Training has left its last good weights in the model; without a step there are none.
    if (!(isOf(error, "not-finite") && reached)) throw error;
    save(resultOf(reached, "finished"));
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

interface Reported extends Supervision {
  readonly checkpointPath: string;
  readonly opened: OpenedEngine;
  readonly test: TestReport | null;
}

function report(
  result: RunResult,
  run: PreparedTraining,
  told: Reported,
  terminal: Terminal,
): void {
  const { progress, reason, trainLoss, validationLoss, seconds, tokensPerSecond } = result;
  const { out, test } = told;
  const { err } = terminal;
  const validation =
    validationLoss === null ? "" : `, validation loss ${validationLoss.toFixed(4)}`;
  // The mean of an epoch that is over: after one that has only begun, it is not what was last seen.
  const when = progress.epochLoss === null ? "" : ` in epoch ${progress.epoch}`;
  const loss =
    trainLoss === null ? "" : `: training loss ${trainLoss.toFixed(4)}${when}${validation}`;
  const done = `${grouped(progress.step)} steps in ${duration(seconds)}${loss}`;
  if (reason === "aborted") {
    err.line(sentence(`stopped after ${done}`, err));
    const goOn = existsSync(told.checkpointPath)
      ? `Go on: ${told.again}`
      : "Without a checkpoint, it cannot be gone on with";
    err.line(`${run.soFar(shownPath(out))}. ${goOn}`);
  } else {
    const early = reason === "patience" ? " (no better for a while)" : "";
    err.line(sentence(`done${early}: ${done}`, err));
    for (const line of test?.lines ?? []) err.line(sentence(line, err));
    err.line(`${shownPath(out)} is written. Now: ${run.next(shellQuoted(out))}`);
  }
  if (!told.json) return;
  printJson(terminal, {
    model: out,
    ...run.about,
    steps: progress.step,
    epochs: progress.epoch,
    trainLoss,
    validationLoss,
    seconds,
    tokensPerSecond,
    parameters: run.parameterCount,
    engine: told.opened.engine.name,
    threads: told.opened.engine.threads,
    seed: run.settings.seed,
    finished: reason !== "aborted",
    checkpoint: existsSync(told.checkpointPath) ? told.checkpointPath : null,
    ...(test === null ? {} : { test: test.json }),
  });
}

/** What one types to go on with a run that stopped. */
export function resumeCommand(
  files: readonly string[],
  { out }: { readonly out?: string },
): string {
  const to = out === undefined ? [] : ["--out", shellQuoted(out)];
  return [`${COMMAND_NAME} train`, ...files.map(shellQuoted), ...to, "--resume"].join(" ");
}
