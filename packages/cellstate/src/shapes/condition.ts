/** What a network writes from, as one types it: a label, or attributes by their columns. */
import { CellstateError, type Condition, type GenerationTask } from "@cellstate/core";
import { columnsRead } from "./readInputs.ts";

/** @param typed `Japanese`, or `name=value,name=value` for a model that reads columns. */
export function conditionOf(task: GenerationTask, typed: string): Condition {
  if (task.labels !== null) return typed;
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
