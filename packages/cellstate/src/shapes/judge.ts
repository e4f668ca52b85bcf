/** Judges any task by what its data hold: the one place where tasks are told apart for it. */
import {
  CellstateError,
  type Engine,
  type ForecastWindow,
  type Network,
  type Values,
  valuesAt,
} from "@cellstate/core";
import { shownPath } from "../files/fileError.ts";
import { grouped } from "../terminal/text.ts";
import { judgeLabels, judgeTags } from "./judgeClasses.ts";
import type { Judgement } from "./judgement.ts";
import { judgeForecasts, judgeNumbers } from "./judgeNumbers.ts";
import { judgeGeneration, judgeTransduction } from "./judgeTexts.ts";
import type { DataRecord, TaskData } from "./taskData.ts";

export interface JudgeOptions {
  /** Distinct sources of pairs that are judged at most. @default all */
  readonly mostTexts?: number;
}

/** @throws CellstateError `data` where the file has no targets, or not such as the model was trained on. */
export function judge(
  data: TaskData,
  network: Network,
  engine: Engine,
  record: DataRecord,
  { mostTexts }: JudgeOptions = {},
): Judgement {
  if (data.kind === "forecasting") {
    const { task, table } = data;
    const windows = windowsOf(data);
    if (windows.length > 0) return judgeForecasts(task, network, engine, windows, record);
    const { history, horizon } = task.config;
    throw new CellstateError(
      "data",
      `${shownPath(data.name)}: ${table.rows} rows are too few to judge: the model looks back ${history} and ahead ${horizon}; give ${history + horizon} at least`,
    );
  }
  const { name } = data;
  if (data.targets === null) throw withoutTargets(name, record);
  if (data.inputs.length === 0) {
    throw new CellstateError("data", `${shownPath(name)}: no example to judge; give some`);
  }
  switch (data.kind) {
    case "text-classification":
      return judgeLabels(data.task, network, engine, data.inputs, data.targets, name);
    case "sequence-classification":
      return judgeLabels(data.task, network, engine, data.inputs, data.targets, name);
    case "row-classification": {
      const known = withTargets(data.inputs, data.targets, (label) => label !== "");
      const judged = judgeLabels(data.task, network, engine, known.inputs, known.targets, name);
      return noting(judged, known.without);
    }
    case "sequence-regression":
      return judgeNumbers(data.task, network, engine, data.inputs, data.targets, name);
    case "row-regression": {
      const known = withTargets(data.inputs, data.targets, (value) => !Number.isNaN(value));
      const judged = judgeNumbers(data.task, network, engine, known.inputs, known.targets, name);
      return noting(judged, known.without);
    }
    case "transduction":
      return judgeTransduction(
        data.task,
        network,
        engine,
        data.inputs,
        data.targets,
        name,
        mostTexts,
      );
    case "tagging":
      return judgeTags(data.task, network, engine, data.inputs, data.targets, name);
    case "generation":
      return judgeGeneration(data.task, network, engine, data.inputs, data.targets, name);
  }
}

function windowsOf({
  task,
  table,
}: Extract<TaskData, { kind: "forecasting" }>): Values<ForecastWindow> {
  const series = task.series(table);
  return series.windows({ from: 0, to: series.rows });
}

/** The rows that say what is right, and how many do not. */
function withTargets<Input, Target>(
  inputs: Values<Input>,
  targets: Values<Target>,
  isKnown: (target: Target) => boolean,
) {
  const all = Int32Array.from({ length: inputs.length }, (_, row) => row);
  const which = all.filter((row) => {
    const target = targets.at(row);
    return target !== undefined && isKnown(target);
  });
  const without = inputs.length - which.length;
  if (without === 0) return { inputs, targets, without };
  return { inputs: valuesAt(inputs, which), targets: valuesAt(targets, which), without };
}

function noting(judged: Judgement, without: number): Judgement {
  if (without === 0) return judged;
  const note = `${grouped(without)} rows do not say what is right and are not judged`;
  return { ...judged, details: [...judged.details, note] };
}

function withoutTargets(name: string, { target, label }: DataRecord): CellstateError {
  const column = target ?? label;
  const what = column === null ? "says nothing of what is right" : `has no column \`${column}\``;
  return new CellstateError(
    "data",
    `${shownPath(name)}: ${what}, so there is nothing to judge by; add it, or predict instead`,
  );
}
