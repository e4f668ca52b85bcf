/** One text that was typed, as a task reads it. */
import { type AnyTask, CellstateError } from "@cellstate/core";
import { learntWords, tokensOf } from "./pairsAsTags.ts";
import type { CodedData } from "./taskData.ts";

const NAME = "--text";

export const READS_TEXT: ReadonlySet<string> = new Set([
  "text-classification",
  "transduction",
  "tagging",
  "generation",
]);

/**
 * @param shownModel The model's file, for messages.
 * @throws CellstateError `option` for a task that reads no text.
 */
export function textData(task: AnyTask, text: string, shownModel: string): CodedData {
  const name = NAME;
  switch (task.kind) {
    case "text-classification":
      return { kind: task.kind, task, name, inputs: [text], targets: null };
    case "transduction":
      return { kind: task.kind, task, name, inputs: [text], targets: null };
    case "tagging": {
      const inputs = tokensOf([text], learntWords(task));
      return { kind: task.kind, task, name, inputs, targets: null };
    }
    case "generation":
      return { kind: task.kind, task, name, inputs: [text], targets: null };
    default:
      throw new CellstateError(
        "option",
        `${NAME}: ${shownModel} is a model for ${task.kind}, which reads no text; name a file`,
      );
  }
}
