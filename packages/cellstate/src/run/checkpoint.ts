/** What a run needs to go on, as a checkpoint file: settings and fingerprints as JSON, weights, moments and states as arrays. */
import {
  CellstateError,
  type Checkpoint,
  NO_PROGRESS,
  type TrainingProgress,
  type TrainingSnapshot,
  type Weights,
} from "@cellstate/core";
import { ENGINE_KINDS, type EngineKind } from "../engine/kinds.ts";
import type { RunState } from "./record.ts";
import { DEFAULTS, type TrainSettings } from "./settings.ts";

/** Of the array that holds a model's file: its shape, cell and vocabulary. */
const MODEL = "model";

export function writeRunCheckpoint(
  state: RunState<object>,
  model: Uint8Array<ArrayBuffer>,
  { progress, arrays }: TrainingSnapshot,
): Checkpoint {
  const plain: Checkpoint["state"] = JSON.parse(JSON.stringify({ ...state, progress }));
  return { state: plain, arrays: { ...arrays, [MODEL]: model } };
}

export interface ReadRunCheckpoint<Settings = TrainSettings> {
  readonly state: RunState<Settings>;
  /** Which of the engines `state.engine` is. */
  readonly engineKind: EngineKind;
  readonly model: Uint8Array;
  readonly snapshot: TrainingSnapshot;
}

/** Of a run that trains a language model. @throws CellstateError as `readCheckpointOf`. */
export function readRunCheckpoint(checkpoint: Checkpoint, path: string): ReadRunCheckpoint {
  return readCheckpointOf(checkpoint, path, DEFAULTS);
}

/**
 * @param path For messages.
 * @param pattern Settings such as the run must have: each of this type, or where it is null a number or text.
 * @throws CellstateError `file-format` where the file is a checkpoint, but not of such a run.
 */
export function readCheckpointOf<Settings extends object>(
  { state, arrays }: Checkpoint,
  path: string,
  pattern: Settings,
): ReadRunCheckpoint<Settings> {
  const fail = (what: string): never => {
    throw new CellstateError("file-format", `${path}: ${what}; train anew without --resume`);
  };
  const { [MODEL]: model, ...rest } = arrays;
  if (!(model instanceof Uint8Array)) return fail("the checkpoint holds no model");
  const weights: Record<string, Weights> = {};
  for (const [name, array] of Object.entries(rest)) {
    if (!(array instanceof Float32Array || array instanceof Float64Array)) {
      return fail(`the checkpoint's ${name} are no weights`);
    }
    weights[name] = array;
  }
  const { settings, progress, engine, threads, earlierEngines, files, sha256, from, cellstate } =
    state;
  if (!isLike(settings, pattern)) return fail("the checkpoint's settings are not those of a run");
  const engineKind = ENGINE_KINDS.find(
    (known) => known === Reflect.get(Object(settings), "engine"),
  );
  if (engineKind === undefined) return fail("the checkpoint's engine is none that there is");
  if (!isLike(progress, NO_PROGRESS))
    return fail("the checkpoint does not say where the run stood");
  return {
    state: {
      cellstate: String(cellstate),
      // Checked just above: every setting is there, and of a type that settings have.
      settings: settings as unknown as Settings,
      engine: typeof engine === "string" ? engine : engineKind,
      ...(Number.isInteger(threads) ? { threads: Number(threads) } : {}),
      ...(Array.isArray(earlierEngines) ? { earlierEngines: earlierEngines.map(String) } : {}),
      files: Array.isArray(files) ? (files as unknown as RunState["files"]) : [],
      sha256: String(sha256),
      from: (from ?? null) as RunState["from"],
    },
    engineKind,
    model,
    snapshot: { progress: progress as unknown as TrainingProgress, arrays: weights },
  };
}

/** Whether every entry of the pattern is there, of the same type; where the pattern has null, a number or text may stand too. */
function isLike(value: unknown, pattern: object): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(pattern).every(([name, wanted]) => {
    const found: unknown = Reflect.get(value, name);
    if (wanted === null || found === null) return found === null || typeof found !== "object";
    return typeof found === typeof wanted;
  });
}
