/** What a network does not get to read of data as they stand, said in a line each. */
import type { Survey } from "@cellstate/core";
import { grouped } from "../terminal/text.ts";
import type { CodedData } from "./taskData.ts";

/** Names that are said. */
const MOST = 6;

/** Of the data that a task was fitted on. */
export function surveyNotes({ examples, cut, unknown, missing }: Survey): string[] {
  const notes = cutNotes(cut, examples);
  const some = [...missing].filter(([, count]) => count > 0);
  if (some.length > 0) {
    notes.push(`missing values: ${ofColumns(some)}; the model is told so and reads the mean`);
  }
  if (unknown.size > 0) {
    notes.push(
      `${grouped(unknown.size)} rare tokens are read as unknown, ${grouped(timesOf(unknown))} times in all`,
    );
  }
  return notes;
}

/** Of data that a trained model is to predict from. @throws CellstateError as the task's `encode` does. */
export function unreadNotes(data: CodedData): string[] {
  const { examples, cut, unknown, missing } = surveyOf(data);
  const notes = cutNotes(cut, examples);
  const some = [...missing].filter(([, count]) => count > 0);
  if (some.length > 0) {
    notes.push(`missing, or of a category that the model does not know: ${ofColumns(some)}`);
  }
  if (unknown.size > 0) {
    const shown = [...unknown.keys()].slice(0, MOST).map((token) => JSON.stringify(token));
    const more = unknown.size > MOST ? ", …" : "";
    const what = unknown.size === 1 ? "token" : "tokens";
    notes.push(
      `${grouped(unknown.size)} ${what} that the model does not know, ${grouped(timesOf(unknown))} times in all, read as unknown: ${shown.join(", ")}${more}`,
    );
  }
  return notes;
}

/** The same call for each kind: only so do the types of task and inputs agree. */
function surveyOf(data: CodedData): Survey {
  const { name } = data;
  switch (data.kind) {
    case "text-classification":
      return data.task.survey(data.inputs, name);
    case "sequence-classification":
      return data.task.survey(data.inputs, name);
    case "sequence-regression":
      return data.task.survey(data.inputs, name);
    case "row-classification":
      return data.task.survey(data.inputs, name);
    case "row-regression":
      return data.task.survey(data.inputs, name);
    case "transduction":
      return data.task.survey(data.inputs, name);
    case "tagging":
      return data.task.survey(data.inputs, name);
    case "generation":
      return data.task.survey(data.inputs, name);
  }
}

function cutNotes(cut: number, examples: number): string[] {
  if (cut === 0) return [];
  return [
    `${grouped(cut)} of ${grouped(examples)} texts are longer than 1,000 tokens and cut there`,
  ];
}

/** `3 of \`wind\`, 1 of \`sky\`` */
function ofColumns(counts: readonly (readonly [name: string, count: number])[]): string {
  const parts = counts.slice(0, MOST).map(([name, count]) => `${grouped(count)} of \`${name}\``);
  const more = counts.length > MOST ? ` and of ${counts.length - MOST} more columns` : "";
  return `${parts.join(", ")}${more}`;
}

function timesOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
