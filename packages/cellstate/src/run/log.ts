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
 * @throws CellstateError `file-access` where it cannot be written.
 */
export function openLog(path: string | undefined): MeasurementLog {
  if (path === undefined) return { write: () => {}, event: () => {}, close: () => {} };
  const guard = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw fileError(path, "cannot write", error);
    }
  };
  const file = guard(() => openSync(path, "a"));
  let gathered = "";
  const flush = (): void => {
    if (gathered !== "") guard(() => writeSync(file, gathered));
    gathered = "";
  };
  const write = (entry: Readonly<Record<string, unknown>>): void => {
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
      guard(() => closeSync(file));
    },
  };
}
