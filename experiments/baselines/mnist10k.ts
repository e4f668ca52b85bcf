/** The baseline of handwritten digits: logistic regression on the 784 pixels, 0 to 1. The first 8,000 to learn from, the last 2,000 to judge by. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { splitAtRandom } from "../../packages/core/src/data/splits.ts";
import { bootstrap, type Estimate } from "../../packages/core/src/metrics/bootstrap.ts";
import { accuracy, confusionMatrix } from "../../packages/core/src/metrics/classification.ts";
import { chooseL2, type Trial } from "./chooseL2.ts";
import { predictClasses } from "./logisticRegression.ts";
import { chooseRows, sparseRows } from "./sparseRows.ts";

const FOLDER = new URL("../../../shared/data/mnist10k/", import.meta.url);
const PIXELS = 28 * 28;
const LEARNT = 8000;
const CLASSES = 10;
/** Of the examples to learn from, held back for the choice of L2. */
const VALIDATION = 0.2;
const GRID = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4];

export interface MnistBaseline {
  readonly l2: number;
  readonly accuracy: Estimate;
  readonly trials: readonly Trial[];
  readonly seconds: number;
}

export function mnistBaseline(seed: number): MnistBaseline {
  // IDX: a header of 16 bytes before pixels, of 8 before labels; then a byte each.
  const pixels = bytesOf("images-idx3-ubyte.gz").subarray(16);
  const labels = Int32Array.from(bytesOf("labels-idx1-ubyte.gz").subarray(8));
  const entries = Array.from(labels, (_, i) => {
    const image = pixels.subarray(i * PIXELS, (i + 1) * PIXELS);
    return [...image.entries()]
      .filter(([, value]) => value !== 0)
      .map(([column, value]) => [column, value / 255] as const);
  });
  const rows = sparseRows(entries, PIXELS);
  const all = Int32Array.from(labels.keys());

  const start = performance.now();
  const training = chooseRows(rows, all.subarray(0, LEARNT));
  const validation = splitAtRandom(LEARNT, VALIDATION, seed);
  const options = { validation, weighted: false, grid: GRID };
  const { l2, model, trials } = chooseL2(training, labels.subarray(0, LEARNT), CLASSES, options);
  const predicted = predictClasses(model, chooseRows(rows, all.subarray(LEARNT)));
  const seconds = (performance.now() - start) / 1000;
  const truth = labels.subarray(LEARNT);
  const accuracyOf = (sample: Int32Array) =>
    accuracy(confusionMatrix(truth, predicted, CLASSES, sample));
  return { l2, accuracy: bootstrap(truth.length, accuracyOf, { seed }), trials, seconds };
}

function bytesOf(name: string): Uint8Array {
  return gunzipSync(readFileSync(fileURLToPath(new URL(name, FOLDER))));
}
