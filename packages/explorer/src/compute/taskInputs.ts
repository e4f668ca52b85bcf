/** What a network is to read, typed or one of its model's own examples, as an example for it; and its answer in words. */
import {
  type AnyTask,
  CellstateError,
  type ExampleInput,
  type NetworkOutput,
  type TaskModel,
  type WrittenOutput,
} from "@cellstate/core";
import type { PageInput } from "../state/page.ts";
import { stepTimes, valueFrom } from "./typed.ts";

/** An input as the task reads it, and as the network does. */
export interface TaskExample {
  readonly value: unknown;
  readonly input: ExampleInput;
}

/** Tokens that are written at most, where the task does not know of any target. */
const MOST_WRITTEN = 200;

/** Steps, rather than the whole answer, that are put into words at most. */
const MOST_SAID = 12;

/** @throws CellstateError `data` for an input that the task does not read. */
export function exampleFor(
  { task }: TaskModel,
  input: PageInput,
  samples: readonly unknown[],
  name: string,
): TaskExample {
  const value = taskInput(task, input, samples, name);
  // The task's own reader says what is wrong with a value that does not fit it.
  const encode = task.encode as (
    inputs: readonly unknown[],
    targets: null,
    name: string,
  ) => ExampleInput["examples"];
  const examples = encode.call(task, [value], null, name);
  const steps = examples.input.steps(0);
  const written = itemsOf(task, "output");
  const longest = "longestTarget" in task ? 2 * task.longestTarget : MOST_WRITTEN;
  return {
    value,
    input: {
      examples,
      labels: labelsOf(task, value, examples.input, steps),
      outputLabel: (token) => written[token] ?? String(token),
      mostSteps: longest,
    },
  };
}

/**
 * The same example with the network's own answer for a target, so that it has a loss: how sure the network is of it.
 *
 * @returns null for answers that are numbers: their loss would be nothing.
 */
export function toldItsAnswer(
  task: AnyTask,
  output: NetworkOutput | WrittenOutput,
  value: unknown,
): ExampleInput["examples"] | null {
  const decode = task.decode as (output: NetworkOutput | WrittenOutput, input: unknown) => unknown;
  const answer: unknown = decode.call(task, output, value);
  const target = hasKeys<{ label: string }>(answer, "label")
    ? answer.label
    : hasKeys<{ tags: readonly string[] }>(answer, "tags")
      ? answer.tags
      : null;
  if (target === null) return null;
  const encode = task.encode as (
    inputs: readonly unknown[],
    targets: readonly unknown[],
    name: string,
  ) => ExampleInput["examples"];
  return encode.call(task, [value], [target], "the answer");
}

/** What a network answered, as a person would say it; null where it answered nothing that its task knows of. */
export function answerInWords(
  task: AnyTask,
  output: NetworkOutput | WrittenOutput,
  value: unknown,
): string {
  const decode = task.decode as (output: NetworkOutput | WrittenOutput, input: unknown) => unknown;
  const answer: unknown = decode.call(task, output, value);
  if (hasKeys<{ label: string; probability: number }>(answer, "label", "probability")) {
    return `${answer.label} (${percent(answer.probability)})`;
  }
  if (hasKeys<{ text: string; probability: number }>(answer, "text", "probability")) {
    return `“${answer.text}” (${percent(answer.probability)} a token)`;
  }
  if (hasKeys<{ tags: readonly string[] }>(answer, "tags")) return answer.tags.join(" ");
  if (hasKeys<{ value: number; unit: string | null }>(answer, "value")) {
    return [answer.value.toPrecision(4), answer.unit ?? ""].join(" ").trim();
  }
  if (hasKeys<{ values: readonly number[]; unit: string | null }>(answer, "values")) {
    const said = answer.values.slice(0, MOST_SAID).map((each) => each.toPrecision(4));
    const more = answer.values.length > MOST_SAID ? `, … (${answer.values.length} steps)` : "";
    return `${said.join(", ")}${more} ${answer.unit ?? ""}`.trim();
  }
  return JSON.stringify(answer);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function hasKeys<T extends object>(value: unknown, ...keys: (keyof T & string)[]): value is T {
  return typeof value === "object" && value !== null && keys.every((key) => key in value);
}

function taskInput(
  task: AnyTask,
  input: PageInput,
  samples: readonly unknown[],
  name: string,
): unknown {
  if (input.kind === "text") return valueFrom(task, input.text);
  const sample = samples[input.sample];
  if (sample !== undefined) return asTaskReads(task, sample);
  throw new CellstateError(
    "option",
    `${name}: no example ${input.sample + 1}; there are ${samples.length}`,
  );
}

/** JSON has no arrays of float32. */
function asTaskReads(task: AnyTask, sample: unknown): unknown {
  if (task.ports.input.kind !== "vectors") return sample;
  if (!hasKeys<{ steps: number; values: readonly number[] }>(sample, "steps", "values")) {
    return sample;
  }
  return { steps: sample.steps, values: Float32Array.from(sample.values) };
}

function labelsOf(
  task: AnyTask,
  value: unknown,
  input: ExampleInput["examples"]["input"],
  steps: number,
): readonly string[] | undefined {
  if (input.kind === "tokens") {
    const names = itemsOf(task, "input");
    const tokens = new Int32Array(steps);
    input.copy(0, tokens, 0, 1);
    return Array.from(tokens, (token) => names[token] ?? String(token));
  }
  if (task.kind === "forecasting") return stepTimes(task, value);
  if (task.ports.input.kind !== "vector" || typeof value !== "object" || value === null) return;
  return steps === 1
    ? [
        Object.entries(value)
          .map(([column, each]) => `${column} ${each}`)
          .join(", "),
      ]
    : undefined;
}

/** What tokens are called, as the task's file has them. */
function itemsOf(task: AnyTask, side: "input" | "output"): readonly string[] {
  const coding: unknown = Reflect.get(Object(task.toJson()), side);
  const vocabulary: unknown = Reflect.get(Object(coding), "vocabulary");
  const items: unknown = Reflect.get(Object(vocabulary), "items");
  if (Array.isArray(items)) return ["\ufffd", "⟨start⟩", "⟨end⟩", ...items.map(String)];
  const own: unknown = Reflect.get(Object(coding), "items");
  return Array.isArray(own) ? ["\ufffd", ...own.map(String)] : [];
}
