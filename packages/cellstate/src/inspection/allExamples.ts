/** All that a file of data gives a network to read, one after the other, with what the file says is right. */
import {
  type AnyTask,
  CellstateError,
  type ExampleInput,
  type ForecastingTask,
  type ForecastWindow,
  type Network,
  showTime,
  type Table,
} from "@cellstate/core";
import { shownPath } from "../files/fileError.ts";
import { encodeData } from "../shapes/fit.ts";
import { readInputs } from "../shapes/readInputs.ts";
import { type CodedData, dataRecordOf } from "../shapes/taskData.ts";
import { itemsOf } from "./subject.ts";

/** Of a class its name, of a number itself, of a text its tags or another text; null where the file has none. */
export type Target = string | number | readonly string[] | null;

export interface AllExamples {
  readonly inputs: readonly ExampleInput[];
  /** One an input. */
  readonly targets: readonly Target[];
  /** One an input: what errors call it. */
  readonly names: readonly string[];
  /** Of all inputs together. */
  readonly steps: number;
}

/**
 * @param say Told what else than the named file is read.
 * @throws CellstateError as the readers of files do.
 */
export async function allExamples(
  { task, network }: { readonly task: AnyTask; readonly network: Network },
  path: string,
  say: (note: string) => void,
): Promise<AllExamples> {
  const data = await readInputs(task, path, dataRecordOf(network.training), say);
  const file = shownPath(path);
  const read =
    data.kind === "forecasting" ? windowsOf(data.task, data.table, file) : codedExamples(data);
  const names = read.inputs.map((_, i) => `${file}: example ${i + 1}`);
  const steps = read.inputs.reduce(
    (sum, { examples, example = 0 }) => sum + examples.input.steps(example),
    0,
  );
  return { ...read, names, steps };
}

function codedExamples(data: CodedData): Pick<AllExamples, "inputs" | "targets"> {
  const examples = encodeData({ ...data, targets: null });
  const items = itemsOf(data.task, "input");
  const inputs = Array.from({ length: examples.count }, (_, example): ExampleInput => {
    if (examples.input.kind !== "tokens") return { examples, example };
    const tokens = new Int32Array(examples.input.steps(example));
    examples.input.copy(example, tokens, 0, 1);
    return { examples, example, labels: Array.from(tokens, (token) => items[token] ?? "\ufffd") };
  });
  const targets = inputs.map((_, example): Target => data.targets?.at(example) ?? null);
  return { inputs, targets };
}

/** A series as its forecaster reads it: in windows, here one behind the other, each step once. */
function windowsOf(
  task: ForecastingTask,
  table: Table,
  file: string,
): Pick<AllExamples, "inputs" | "targets"> {
  const series = task.series(table);
  const all = series.windows({ from: 0, to: series.rows });
  const first = all.at(0);
  if (!first) {
    throw new CellstateError("data", `${file}: too short for one window; give a longer series`);
  }
  const size = task.examples([first]).input.steps(0);
  const windows: ForecastWindow[] = [];
  for (let at = 0; at < all.length; at++) {
    const window = all.at(at);
    if (window && (window.origin - first.origin) % size === 0) windows.push(window);
  }
  const examples = task.encode(windows, null, file);
  const inputs = windows.map(({ origin }, example) => ({
    ...{ examples, example },
    labels: Array.from({ length: size }, (_, step) =>
      showTime(series.series.timeOf(origin - size + step)),
    ),
  }));
  return { inputs, targets: inputs.map(() => null) };
}
