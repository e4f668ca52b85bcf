/** What a person types or drops, as an example for a network: text, numbers, or one of a built-in model's samples. */
import { type AnyTask, CellstateError, type ExampleInput, type TaskModel } from "@cellstate/core";
import type { PageInput } from "../state/page.ts";

/** @throws CellstateError `data` for an input that the task does not read. */
export function exampleFor(
  { task }: TaskModel,
  input: PageInput,
  samples: readonly unknown[],
  name: string,
): ExampleInput {
  const value = taskInput(task, input, samples, name);
  // The task's own reader says what is wrong with a value that does not fit it.
  const encode = task.encode as (
    inputs: readonly unknown[],
    targets: null,
    name: string,
  ) => ExampleInput["examples"];
  return { examples: encode.call(task, [value], null, name) };
}

function taskInput(
  task: AnyTask,
  input: PageInput,
  samples: readonly unknown[],
  name: string,
): unknown {
  if (input.kind === "sample") {
    const sample = samples[input.sample];
    if (sample !== undefined) return sample;
    throw new CellstateError(
      "option",
      `${name}: no example ${input.sample + 1}; there are ${samples.length}`,
    );
  }
  if (readsText(task)) {
    if (input.kind === "text") return input.text;
    throw new CellstateError("data", `${name} reads text, not numbers: type a text`);
  }
  if (input.kind === "rows") {
    return { steps: input.rows.length, values: Float32Array.from(input.rows.flat()) };
  }
  throw new CellstateError("data", `${name} reads numbers, not text: paste rows of numbers`);
}

/** Whether a text can be typed for it. */
export function readsText({ ports }: AnyTask): boolean {
  return ports.input.kind === "tokens";
}
