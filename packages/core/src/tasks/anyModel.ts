/** A model's file of whichever kind: a language model, or a network with its task. */
import { readSafetensors } from "../files/safetensors.ts";
import type { LanguageModel } from "../models/languageModel.ts";
import { type DecodeOptions, decodeLanguageModel } from "../models/languageModelFile.ts";
import { decodeTaskModel, type TaskModel } from "./taskModel.ts";

/** One of the two. */
export type AnyModel =
  | { readonly language: LanguageModel; readonly network: null }
  | { readonly language: null; readonly network: TaskModel };

/**
 * @param name The file's name, for messages.
 * @param options How a language model's weights are to be held.
 * @throws CellstateError `file-format`: damaged, or not written by this library.
 */
export function decodeAnyModel(bytes: Uint8Array, name: string, options?: DecodeOptions): AnyModel {
  if (kindOf(bytes, name) === "network") {
    return { language: null, network: decodeTaskModel(bytes, name) };
  }
  return { language: decodeLanguageModel(bytes, name, options), network: null };
}

/** What is damaged is told by the reader of models. */
function kindOf(bytes: Uint8Array, name: string): string | undefined {
  try {
    return readSafetensors(bytes, name).metadata.kind;
  } catch {
    return undefined;
  }
}
