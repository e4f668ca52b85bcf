/** `--log FILE.jsonl`: every measurement, a line of JSON each, added to the end of the file. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { TrainingEvent } from "@cellstate/core";
import { fileError } from "../files/fileError.ts";

export interface MeasurementLog {
  write(entry: Readonly<Record<string, unknown>>): void;
  event(event: TrainingEvent): void;
  close(): void;
}

/** Lines are gathered up to so many characters; a run that is killed loses those of its last second or so. */
const GATHERED = 4096;

/**
 * @param path Undefined for no log.
 * @param onFailure Called once where a line cannot be written, a full disk for instance: the run is worth more, and goes on without.
 * @throws CellstateError `file-access` where it cannot be opened.
 */
export function openLog(
  path: string | undefined,
  onFailure: (message: string) => void,
): MeasurementLog {
  if (path === undefined) return { write: () => {}, event: () => {}, close: () => {} };
  let file: number;
  try {
    file = openSync(path, "a");
  } catch (error) {
    throw fileError(path, "cannot write", error);
  }
  let failed = false;
  const attempt = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      if (!failed) onFailure(fileError(path, "cannot write", error).message);
      failed = true;
    }
  };
  let gathered = "";
  const flush = (): void => {
    if (gathered !== "") attempt(() => writeSync(file, gathered));
    gathered = "";
  };
  const write = (entry: Readonly<Record<string, unknown>>): void => {
    if (failed) return;
    gathered += `${JSON.stringify(entry)}\n`;
    if (gathered.length > GATHERED) flush();
  };
  return {
    write,
    event(event) {
      const { step, epoch, tokens, seconds } = event.progress;
      const where = { kind: event.kind, step, epoch, tokens, seconds };
      if (event.kind === "step") {
        const { loss, gradientNorm, learningRate } = event;
        write({ ...where, loss, gradientNorm, learningRate });
      } else if (event.kind === "validation") {
        write({ ...where, loss: event.loss, best: event.best });
        flush();
      } else {
        write({ ...where, reason: event.reason });
        flush();
      }
    },
    close() {
      flush();
      attempt(() => closeSync(file));
    },
  };
}
