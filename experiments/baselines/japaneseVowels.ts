/** The baseline of spoken vowels (who of nine speaks?): the nearest class, each sequence told by its columns' means alone. What it gets right needs no order in time. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bootstrap, type Estimate } from "../../packages/core/src/metrics/bootstrap.ts";
import { accuracy, confusionMatrix } from "../../packages/core/src/metrics/classification.ts";
import { nearestMean } from "./nearestMean.ts";

const FOLDER = new URL("../../../shared/data/japanese-vowels/", import.meta.url);

export function vowelsBaseline(seed: number): { readonly accuracy: Estimate } {
  const training = read("JapaneseVowels_TRAIN.ts");
  const test = read("JapaneseVowels_TEST.ts");
  const names = [...new Set(training.labels)].sort();
  const classOf = ({ labels }: Recordings) => labels.map((label) => names.indexOf(label));
  const classify = nearestMean(training.means, classOf(training), names.length);
  const predicted = test.means.map(classify);
  const truth = classOf(test);
  const accuracyOf = (sample: Int32Array) =>
    accuracy(confusionMatrix(truth, predicted, names.length, sample));
  return { accuracy: bootstrap(truth.length, accuracyOf, { seed }) };
}

interface Recordings {
  /** Of each column over time, by recording. */
  readonly means: readonly number[][];
  readonly labels: readonly string[];
}

/** The archive's format: after `@data` a line a recording, columns parted by colons, their steps by commas, the label at the end. */
function read(name: string): Recordings {
  const lines = readFileSync(fileURLToPath(new URL(name, FOLDER)), "utf8").split(/\r?\n/);
  const from = lines.findIndex((line) => line.toLowerCase() === "@data") + 1;
  const recordings = lines
    .slice(from)
    .filter((line) => line !== "")
    .map((line) => line.split(":"));
  return {
    means: recordings.map((parts) => parts.slice(0, -1).map((column) => meanOf(column.split(",")))),
    labels: recordings.map((parts) => parts[parts.length - 1]),
  };
}

function meanOf(steps: readonly string[]): number {
  return steps.reduce((sum, step) => sum + Number(step), 0) / steps.length;
}
