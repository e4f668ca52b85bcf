/** What a network writes from, as one types it: a label, or attributes by their columns. */
import { CellstateError, type Condition, type GenerationTask } from "@cellstate/core";
import { listed } from "../options.ts";
import { shownLabel } from "./judgement.ts";
import { columnsRead } from "./readInputs.ts";

/** @param typed `Japanese`, or `name=value,name=value` for a model that reads columns. */
export function conditionOf(task: GenerationTask, typed: string): Condition {
  if (task.labels !== null) return labelOf(typed, task.labels);
  const wanted = columnsRead(task);
  const row: Record<string, string | number> = {};
  for (const part of typed.split(",")) {
    const at = part.indexOf("=");
    const [name, value] = [part.slice(0, Math.max(0, at)).trim(), part.slice(at + 1).trim()];
    if (at < 1) {
      throw new CellstateError(
        "option",
        `--from ${typed}: expected name=value for ${wanted.map((each) => `\`${each}\``).join(", ")}`,
      );
    }
    row[name] = value !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
  }
  return row;
}

/** @throws CellstateError `option` for what is none of them. */
function labelOf(typed: string, labels: readonly string[]): string {
  if (labels.includes(typed)) return typed;
  const plain = (label: string): string => label.trim().toLowerCase();
  const near = labels.find((label) => plain(label) === plain(typed));
  const shown = shownLabel(typed);
  throw new CellstateError(
    "option",
    near === undefined
      ? `--from ${shown}: expected ${shownLabels(labels)}`
      : `--from ${shown}: did you mean ${shownLabel(near)}?`,
  );
}

const MOST_SHOWN = 20;

function shownLabels(labels: readonly string[]): string {
  const first = labels.slice(0, MOST_SHOWN).map(shownLabel);
  const more = labels.length - first.length;
  return more > 0 ? `one of ${first.join(", ")} and ${more} more` : listed(first);
}
