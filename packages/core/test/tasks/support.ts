/** What tests of tasks read of encoded examples. */
import type { Sequences } from "../../src/data/examples.ts";
import type { Json } from "../../src/files/json.ts";
import { taskFromJson } from "../../src/tasks/index.ts";

/** All steps of an example, with a stride wider than a vector, so that what is written beside its place shows. */
export function stepsOf(sequences: Sequences | null, example: number): number[][] {
  if (sequences === null) throw new TypeError("no sequences");
  const width = sequences.kind === "vectors" ? sequences.width : 1;
  const steps = sequences.steps(example);
  const stride = width + 2;
  const cells = new Float64Array(1 + steps * stride).fill(99);
  sequences.copy(example, cells, 1, stride);
  const rows = Array.from({ length: steps }, (_, t) => [
    ...cells.subarray(1 + t * stride, 1 + t * stride + width),
  ]);
  const beside = cells.length - steps * width;
  if (cells.filter((value) => value === 99).length < beside)
    throw new Error("wrote beside its place");
  return rows;
}

export function tokensOf(sequences: Sequences | null, example: number): number[] {
  return stepsOf(sequences, example).map(([token]) => token);
}

/** What a file would give back. */
export function throughJson<T extends { toJson(): Json }>(
  task: T,
): ReturnType<typeof taskFromJson> {
  return taskFromJson(JSON.parse(JSON.stringify(task.toJson())), "model.safetensors");
}
