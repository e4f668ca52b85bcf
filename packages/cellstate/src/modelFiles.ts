/**
 * A model's file and its checkpoint's, side by side in one folder: `NAME.safetensors`, `NAME.checkpoint.safetensors`. Both are written whole
 * or not at all, and never over those of another run: earlier ones are renamed to `NAME.1.safetensors`, and so on.
 */
import { existsSync, renameSync } from "node:fs";
import { basename, extname } from "node:path";
import {
  type AnyModel,
  CellstateError,
  type Checkpoint,
  type DecodeOptions,
  decodeAnyModel,
  decodeCheckpoint,
  decodeLanguageModel,
  encodeCheckpoint,
  encodeLanguageModel,
  type LanguageModel,
  type TaskModel,
} from "@cellstate/core";
import { writeFileAtomically } from "./files/atomicWrite.ts";
import { fileError, shownPath } from "./files/fileError.ts";
import { readFileLimited } from "./files/readFile.ts";

const EXTENSION = ".safetensors";

/**
 * @param options How its weights are to be held.
 * @throws CellstateError where the file cannot be read or holds no model.
 */
export function loadModel(path: string, options?: DecodeOptions): LanguageModel {
  return decodeLanguageModel(readFileLimited(path), path, options);
}

/**
 * @param options How a language model's weights are to be held.
 * @throws CellstateError as `loadModel`.
 */
export function loadAnyModel(path: string, options?: DecodeOptions): AnyModel {
  return decodeAnyModel(readFileLimited(path), path, options);
}

/** @throws CellstateError `option` for a model of text. */
export function loadNetwork(path: string, command: string): TaskModel {
  const { network } = loadAnyModel(path);
  if (network !== null) return network;
  throw new CellstateError(
    "option",
    `${shownPath(path)} is a language model: it has nothing to ${command}; cellstate generate has it write`,
  );
}

/** @throws CellstateError where the file cannot be written; an earlier one is then as it was. */
export function saveModel(path: string, model: LanguageModel): void {
  writeFileAtomically(path, encodeLanguageModel(model));
}

/** What a text's model is called: in the present folder, after the file's or folder's name. */
export function modelPathFor(text: string): string {
  const name = basename(text, extname(text));
  return `${name === "" || name === "." || name === ".." ? "model" : name}${EXTENSION}`;
}

export function checkpointPathOf(modelPath: string): string {
  return `${stem(modelPath)}.checkpoint${EXTENSION}`;
}

export function loadCheckpoint(path: string): Checkpoint {
  return decodeCheckpoint(readFileLimited(path), path);
}

export function saveCheckpoint(path: string, checkpoint: Checkpoint): void {
  writeFileAtomically(path, encodeCheckpoint(checkpoint));
}

/**
 * Makes room for a new run's files: a model and a checkpoint of that name are renamed, together, to the first number that is
 * free. The checkpoint goes first: a run killed between the two leaves no checkpoint that `--resume` would take for its own.
 *
 * @returns The model's (or where there is none the checkpoint's) new name, or null where there was nothing.
 */
export function keepEarlier(modelPath: string): string | null {
  const moves = (number: number): [from: string, to: string][] => {
    const numbered = `${stem(modelPath)}.${number}${extensionOf(modelPath)}`;
    return [
      [checkpointPathOf(modelPath), checkpointPathOf(numbered)],
      [modelPath, numbered],
    ];
  };
  if (!moves(1).some(([from]) => existsSync(from))) return null;
  let number = 1;
  while (moves(number).some(([, to]) => existsSync(to))) number++;
  let kept: string | null = null;
  for (const [from, to] of moves(number)) {
    if (!existsSync(from)) continue;
    try {
      renameSync(from, to);
    } catch (error) {
      throw fileError(from, "cannot rename", error);
    }
    kept = to;
  }
  return kept;
}

/**
 * Writes a model beside whatever was there under its name; the very same bytes are no other model.
 *
 * @returns The earlier one's new name, or null.
 */
export function saveModelBeside(path: string, model: LanguageModel): string | null {
  const bytes = encodeLanguageModel(model);
  const same = existsSync(path) && Buffer.compare(readFileLimited(path), bytes) === 0;
  const kept = same ? null : keepEarlier(path);
  writeFileAtomically(path, bytes);
  return kept;
}

/** The path as one types it again: with quotes where a shell needs them, and never like an option. */
export function shellQuoted(path: string): string {
  const named = path.startsWith("-") ? `./${path}` : path;
  return /^[\w@%+=:,./-]+$/.test(named) ? named : `'${named.replaceAll("'", "'\\''")}'`;
}

function extensionOf(path: string): string {
  return path.endsWith(EXTENSION) ? EXTENSION : "";
}

function stem(path: string): string {
  return path.endsWith(EXTENSION) ? path.slice(0, -EXTENSION.length) : path;
}
