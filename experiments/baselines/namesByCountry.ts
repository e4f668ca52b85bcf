/**
 * The baseline of names by country: logistic regression on counts of character 1- to 4-grams with marks for both ends.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { splitByKey } from "../../packages/core/src/data/splits.ts";
import { bootstrap, type Estimate } from "../../packages/core/src/metrics/bootstrap.ts";
import {
  accuracy,
  confusionMatrix,
  macroF1,
} from "../../packages/core/src/metrics/classification.ts";
import { countNgrams, ngramColumns } from "./characterNgrams.ts";
import { chooseL2, type Trial } from "./chooseL2.ts";
import { predictClasses } from "./logisticRegression.ts";

const FOLDER = fileURLToPath(new URL("../../../shared/data/names-by-country/", import.meta.url));

/** Of the distinct names to learn from, held back for the choice of L2. */
const VALIDATION = 0.2;
const GRID = [1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6];

/** Texts and the class of each. */
export interface LabelledTexts {
  readonly texts: readonly string[];
  readonly labels: Int32Array;
}

export interface BaselineResult {
  readonly weighted: boolean;
  readonly l2: number;
  readonly columns: number;
  readonly macroF1: Estimate;
  readonly accuracy: number;
  readonly trials: readonly Trial[];
  readonly seconds: number;
}

/** Learns from some texts, L2 chosen on a part of them (by distinct text), and judges by others. */
export function textBaseline(
  training: LabelledTexts,
  test: LabelledTexts,
  classes: number,
  { weighted, seed }: { weighted: boolean; seed: number },
): BaselineResult {
  const start = performance.now();
  const columns = ngramColumns(training.texts);
  const { l2, trials, model } = chooseL2(
    countNgrams(training.texts, columns),
    training.labels,
    classes,
    { validation: splitByKey(training.texts, VALIDATION, seed), weighted, grid: GRID },
  );
  const predicted = predictClasses(model, countNgrams(test.texts, columns));
  const seconds = (performance.now() - start) / 1000;
  const confusionOf = (sample?: Int32Array) =>
    confusionMatrix(test.labels, predicted, classes, sample);
  return {
    weighted,
    l2,
    columns: columns.size,
    macroF1: bootstrap(test.texts.length, (sample) => macroF1(confusionOf(sample)), { seed }),
    accuracy: accuracy(confusionOf()),
    trials,
    seconds,
  };
}

/** All lines of all files, white space around names taken off; the classes are the files in the order of the alphabet. */
export function readNames(): LabelledTexts & { readonly countries: readonly string[] } {
  const files = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".txt"))
    .sort();
  const texts: string[] = [];
  const labels: number[] = [];
  for (const [label, file] of files.entries()) {
    for (const line of readFileSync(join(FOLDER, file), "utf8").split("\n")) {
      const name = line.trim();
      if (name === "") continue;
      texts.push(name);
      labels.push(label);
    }
  }
  return {
    texts,
    labels: Int32Array.from(labels),
    countries: files.map((file) => file.slice(0, -".txt".length)),
  };
}
