/** Judges labels: of texts, sequences and rows; and tags, one for each token. */
import {
  accuracy,
  bootstrap,
  confusionMatrix,
  type Engine,
  type LabelPrediction,
  macroF1,
  type Network,
  sumsOf,
  type Tagged,
  type TaggingTask,
  type Task,
  type TaskKind,
  type Values,
} from "@cellstate/core";
import { grouped } from "../terminal/text.ts";
import { predictions } from "./answers.ts";
import {
  type Figure,
  figure,
  type Judgement,
  plainFigure,
  resamplesFor,
  shownFigure,
  shownLabel,
} from "./judgement.ts";

/** A task that answers labels. */
export interface LabelTask<Input> extends Task<TaskKind, Input, string, LabelPrediction> {
  readonly labels: readonly string[];
}

const MOST_CONFUSIONS = 5;

/** @param name What messages call the examples: a file's name. */
export function judgeLabels<Input>(
  task: LabelTask<Input>,
  network: Network,
  engine: Engine,
  inputs: Values<Input>,
  targets: Values<string>,
  name: string,
): Judgement {
  const { labels } = task;
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const count = inputs.length;
  // Unknown labels are refused here, before anything is computed.
  task.encode(inputs, targets, name);
  const truth = Int32Array.from({ length: count }, (_, i) => numbers.get(targets.at(i) ?? "") ?? 0);
  const predicted = new Int32Array(count);
  const rows: number[][] = [];
  let at = 0;
  for (const { prediction } of predictions(task, network, engine, inputs, name)) {
    predicted[at] = numbers.get(prediction.label) ?? 0;
    const own = prediction.probabilities.get(labels[truth[at]]) ?? 0;
    rows.push([predicted[at] === truth[at] ? 1 : 0, -Math.log(Math.max(own, Number.EPSILON))]);
    at++;
  }
  const sums = sumsOf(rows, 2);
  const matrix = confusionMatrix(truth, predicted, labels.length);
  const f1 = bootstrap(
    count,
    (sample) => macroF1(confusionMatrix(truth, predicted, labels.length, sample)),
    { resamples: resamplesFor(count) },
  );
  const supports = labels.map((_, label) =>
    truth.reduce((sum, t) => sum + (t === label ? 1 : 0), 0),
  );
  const most = supports.indexOf(Math.max(...supports));
  const majority = supports[most] / count;
  const right = accuracy(matrix);
  const confusion = labels.map((_, t) =>
    labels.map((__, p) => matrix.counts[t * labels.length + p]),
  );
  return {
    task: task.kind,
    of: `${grouped(count)} examples`,
    figures: [
      figure("accuracy", "accuracy", sums, (s) => s[0] / count, { as: "share" }),
      { name: "macroF1", label: "macro F1", estimate: f1 },
      figure("logLoss", "log loss", sums, (s) => s[1] / count),
      plainFigure("majorityAccuracy", `always "${shownLabel(labels[most])}"`, majority, "share"),
    ],
    details: confusionLines(labels, confusion),
    verdict:
      right > majority
        ? null
        : `it does not beat always saying "${shownLabel(labels[most])}": no better than no model`,
    more: { examples: count, majority: labels[most], labels, confusion },
  };
}

/** The most frequent mistakes. */
function confusionLines(
  labels: readonly string[],
  confusion: readonly (readonly number[])[],
): string[] {
  const mistakes = confusion
    .flatMap((row, t) => row.map((count, p) => ({ count, t, p })))
    .filter(({ count, t, p }) => t !== p && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_CONFUSIONS)
    .map(
      ({ count, t, p }) =>
        `${shownLabel(labels[t])} taken for ${shownLabel(labels[p])} ${grouped(count)}×`,
    );
  return mistakes.length === 0 ? [] : [`most often: ${mistakes.join("; ")}`];
}

/** @param inputs Sequences of tokens. @param targets As many tags each. */
export function judgeTags(
  task: TaggingTask,
  network: Network,
  engine: Engine,
  inputs: Values<string | readonly string[]>,
  targets: Values<string | readonly string[]>,
  name: string,
): Judgement {
  task.encode(inputs, targets, name);
  const rows: number[][] = [];
  const byTag = new Map<string, { right: number; all: number }>();
  for (const tag of task.labels) byTag.set(tag, { right: 0, all: 0 });
  let at = 0;
  for (const { prediction } of predictions<string | readonly string[], Tagged>(
    task,
    network,
    engine,
    inputs,
    name,
  )) {
    const truth = Array.from(targets.at(at++) ?? "");
    let right = 0;
    for (const [token, tag] of truth.entries()) {
      const counted = byTag.get(tag);
      if (counted) counted.all++;
      if (prediction.tags[token] !== tag) continue;
      right++;
      if (counted) counted.right++;
    }
    rows.push([right, truth.length, right === truth.length ? 1 : 0]);
  }
  const sums = sumsOf(rows, 3);
  const count = rows.length;
  const known = [...byTag].filter(([, { all }]) => all > 0);
  const most = known.reduce((best, each) => (each[1].all > best[1].all ? each : best), known[0]);
  const frequent = shownLabel(most?.[0] ?? "");
  const tokens = rows.reduce((sum, [, length]) => sum + length, 0);
  const majority = (most?.[1].all ?? 0) / tokens;
  const figures: Figure[] = [
    figure("accuracy", "tags right", sums, (s) => s[0] / s[1], { as: "share" }),
    figure("sequenceAccuracy", "whole sequences right", sums, (s) => s[2] / count, { as: "share" }),
    plainFigure("majorityAccuracy", `always "${frequent}"`, majority, "share"),
  ];
  const shares = known.map(([tag, { right, all }]) => [tag, right / all] as const);
  const worst = shares.toSorted((a, b) => a[1] - b[1]).slice(0, 8);
  return {
    task: task.kind,
    of: `${grouped(tokens)} tokens in ${grouped(count)} sequences`,
    figures,
    details: [
      `by tag, the hardest first: ${worst.map(([tag, share]) => `${shownLabel(tag)} ${shownFigure(share, "share")}`).join("; ")}`,
    ],
    verdict:
      figures[0].estimate.value > majority
        ? null
        : `it does not beat always saying "${frequent}": no better than no model`,
    more: { examples: count, tokens, byTag: Object.fromEntries(shares) },
  };
}
