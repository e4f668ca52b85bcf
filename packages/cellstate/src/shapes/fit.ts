/** From what a file was taken for to a task fitted on its training part: one function for each kind of data. */

import { basename } from "node:path";
import {
  CellstateError,
  checkLabels,
  countLabels,
  type Engine,
  fitGenerationTask,
  fitRowClassificationTask,
  fitRowRegressionTask,
  fitSequenceClassificationTask,
  fitSequenceRegressionTask,
  fitTaggingTask,
  fitTextClassificationTask,
  fitTransductionTask,
  type Network,
  type Survey,
  type Values,
  valuesAt,
} from "@cellstate/core";
import type { Looked, LookedPairs, LookedSeries, LookedTexts } from "../data/looked.ts";
import { UsageError } from "../usageError.ts";
import { fitForecast } from "./fitForecasting.ts";
import { numbersOf, rowsToLearn } from "./fitRows.ts";
import { judge } from "./judge.ts";
import { taggedTokens } from "./pairsAsTags.ts";
import type { Shaped, ShapeSettings } from "./shape.ts";
import {
  type Parts,
  partsAtRandom,
  partsByKey,
  partsByLabel,
  partsByLabelAndKey,
  partsByTime,
  partsByTimeAndLabel,
} from "./splits.ts";
import { type CodedData, type DataRecord, NO_RECORD } from "./taskData.ts";
import { surveyNotes } from "./unread.ts";

/** Writing is slow; so many texts of the test part are written at most. */
const MOST_WRITTEN = 1000;

/** @throws CellstateError `data` where nothing can be learnt from the data, with what to do. */
export function fitShape(
  looked: Exclude<Looked, { kind: "text" }>,
  settings: ShapeSettings,
): Shaped {
  switch (looked.kind) {
    case "table":
      return fitForecast(looked, settings);
    case "rows":
      return fitRows(looked, settings);
    case "labelled-texts":
      return fitTexts(looked, settings);
    case "series":
      return fitSeries(looked, settings);
    case "pairs":
      return fitPairs(looked, settings);
  }
}

function nameOf({ paths }: Looked): string {
  return basename(paths[0]);
}

function fitTexts(looked: LookedTexts, settings: ShapeSettings): Shaped {
  const name = nameOf(looked);
  const { texts, labels, columns } = looked.data;
  const { tokens } = settings;
  const column = columns?.label ?? "label";
  refuseLabels(labels, { name, column, unit: "row" }, settings);
  const parts = partsByLabelAndKey(labels, texts, settings);
  const record = { ...NO_RECORD, text: columns?.text ?? null, label: columns?.label ?? null };
  if (looked.task === "generation") {
    const training = part(labels, texts, parts.training);
    const task = fitGenerationTask({ name, ...training }, { tokens, condition: column });
    const of = (which: Int32Array): CodedData => ({
      kind: "generation",
      ...{ task, name, ...part(labels, texts, which) },
    });
    return shaped(of, parts, "texts", record, task.surveyTargets(training.targets));
  }
  const training = part(texts, labels, parts.training);
  const { classWeights } = settings;
  const task = fitTextClassificationTask(
    { name, ...training, target: column },
    { tokens, classWeights },
  );
  const of = (which: Int32Array): CodedData => ({
    kind: "text-classification",
    ...{ task, name, ...part(texts, labels, which) },
  });
  return shaped(of, parts, "texts", record, task.survey(training.inputs, name));
}

function fitSeries(looked: LookedSeries, settings: ShapeSettings): Shaped {
  const name = nameOf(looked);
  const { series, labels, columns } = looked.data;
  if (labels === null) {
    throw new CellstateError(
      "data",
      `${name}: its sequences have no labels; give some to learn from`,
    );
  }
  if (looked.task === "sequence-regression") {
    const numbers = numbersOf(labels, name);
    const parts = partsAtRandom(series.length, settings);
    const training = part(series, numbers, parts.training);
    const task = fitSequenceRegressionTask({ name, ...training }, { columns });
    const of = (which: Int32Array): CodedData => ({
      kind: "sequence-regression",
      ...{ task, name, ...part(series, numbers, which) },
    });
    return shaped(of, parts, "sequences", NO_RECORD, task.survey(training.inputs, name));
  }
  refuseLabels(labels, { name, column: "label", unit: "example" }, settings);
  const parts = partsByLabel(labels, settings);
  const training = part(series, labels, parts.training);
  const { classWeights } = settings;
  const task = fitSequenceClassificationTask({ name, ...training }, { columns, classWeights });
  const of = (which: Int32Array): CodedData => ({
    kind: "sequence-classification",
    ...{ task, name, ...part(series, labels, which) },
  });
  return shaped(of, parts, "sequences", NO_RECORD, task.survey(training.inputs, name));
}

function fitPairs(looked: LookedPairs, settings: ShapeSettings): Shaped {
  const name = nameOf(looked);
  const { sources, targets, columns } = looked.data;
  const record = { ...NO_RECORD, text: columns?.source ?? null, label: columns?.target ?? null };
  const parts = partsByKey(sources, settings);
  if (looked.task === "tagging") {
    const tagged = taggedTokens(sources, targets);
    const training = part(tagged.inputs, tagged.targets, parts.training);
    const task = fitTaggingTask({ name, ...training });
    const of = (which: Int32Array): CodedData => ({
      kind: "tagging",
      ...{ task, name, ...part(tagged.inputs, tagged.targets, which) },
    });
    return shaped(of, parts, "sequences", record, task.survey(training.inputs, name));
  }
  const { tokens } = settings;
  const training = part(sources, targets, parts.training);
  const task = fitTransductionTask(
    { name, ...training },
    { source: { tokens }, target: { tokens } },
  );
  const of = (which: Int32Array): CodedData => ({
    kind: "transduction",
    ...{ task, name, ...part(sources, targets, which) },
  });
  return shaped(of, parts, "pairs", record, task.survey(training.inputs, name));
}

function fitRows(looked: Extract<Looked, { kind: "rows" }>, settings: ShapeSettings): Shaped {
  const name = nameOf(looked);
  const { rows, target, columns, times, notes } = rowsToLearn(looked, settings);
  const { classWeights } = settings;
  if (looked.task === "row-regression") {
    const quantiles = settings.quantiles;
    if (quantiles !== null)
      throw new UsageError("--quantiles: an option of forecasting; leave it out");
    const { numbers } = target;
    const parts = times ? partsByTime(times, settings) : partsAtRandom(rows.length, settings);
    const training = part(rows, numbers, parts.training);
    const task = fitRowRegressionTask({ name, ...training, target: looked.target }, { columns });
    const of = (which: Int32Array): CodedData => ({
      kind: "row-regression",
      ...{ task, name, ...part(rows, numbers, which) },
    });
    const record = { ...NO_RECORD, target: looked.target };
    return shaped(of, parts, "rows", record, task.survey(training.inputs, name), notes);
  }
  const { labels } = target;
  refuseLabels(labels, { name, column: looked.target, unit: "row" }, settings);
  const parts = times
    ? partsByTimeAndLabel(times, labels, settings)
    : partsByLabel(labels, settings);
  const training = part(rows, labels, parts.training);
  const task = fitRowClassificationTask(
    { name, ...training, target: looked.target },
    { columns, classWeights },
  );
  const of = (which: Int32Array): CodedData => ({
    kind: "row-classification",
    ...{ task, name, ...part(rows, labels, which) },
  });
  const record = { ...NO_RECORD, target: looked.target };
  return shaped(of, parts, "rows", record, task.survey(training.inputs, name), notes);
}

function part<Input, Target>(
  inputs: Values<Input>,
  targets: Values<Target>,
  which: Int32Array,
): { readonly inputs: Values<Input>; readonly targets: Values<Target> } {
  return { inputs: valuesAt(inputs, which), targets: valuesAt(targets, which) };
}

/** Before examples are split, so that a label of one example is seen. */
function refuseLabels(
  labels: Values<string>,
  place: Parameters<typeof checkLabels>[1],
  { validation, test }: ShapeSettings,
): void {
  const allowed = validation === 0 && test === 0;
  checkLabels(countLabels(labels, place), place, allowed ? "allowed" : "refused");
}

/** @param of The data of some examples. */
function shaped(
  of: (which: Int32Array) => CodedData,
  parts: Parts,
  unit: string,
  record: DataRecord,
  survey: Survey,
  notes: readonly string[] = [],
): Shaped {
  const training = of(parts.training);
  const judgeTest = (network: Network, engine: Engine) =>
    parts.test.length === 0
      ? null
      : judge(of(parts.test), network, engine, record, { mostTexts: MOST_WRITTEN });
  return {
    task: training.task,
    training: encodeData(training),
    validation: parts.validation.length > 0 ? encodeData(of(parts.validation)) : null,
    testCount: parts.test.length,
    unit,
    notes: [...notes, ...surveyNotes(survey)],
    record,
    finish: () => training.task,
    judgeTest,
  };
}

/** The same call for each kind: only so do the types of task and examples agree. */
export function encodeData(data: CodedData) {
  const { name } = data;
  switch (data.kind) {
    case "text-classification":
      return data.task.encode(data.inputs, data.targets, name);
    case "sequence-classification":
      return data.task.encode(data.inputs, data.targets, name);
    case "sequence-regression":
      return data.task.encode(data.inputs, data.targets, name);
    case "row-classification":
      return data.task.encode(data.inputs, data.targets, name);
    case "row-regression":
      return data.task.encode(data.inputs, data.targets, name);
    case "transduction":
      return data.task.encode(data.inputs, data.targets, name);
    case "tagging":
      return data.task.encode(data.inputs, data.targets, name);
    case "generation":
      return data.task.encode(data.inputs, data.targets, name);
  }
}
