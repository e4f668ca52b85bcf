/**
 * The baselines' figures for seed 1, one JSON object each. They need `../shared/data`.
 *
 *     node experiments/baselines/run.ts          all
 *     node experiments/baselines/run.ts names    those of one data set: names, mnist or vowels
 */
import { splitByKey } from "../../packages/core/src/data/splits.ts";
import { vowelsBaseline } from "./japaneseVowels.ts";
import { mnistBaseline } from "./mnist10k.ts";
import { type LabelledTexts, readNames, textBaseline } from "./namesByCountry.ts";

const SEED = 1;
/** Of the distinct names. */
const TEST = 0.2;

function names(): object[] {
  const { texts, labels, countries } = readNames();
  const { training, held } = splitByKey(texts, TEST, SEED);
  const part = (indices: Int32Array): LabelledTexts => ({
    texts: Array.from(indices, (i) => texts[i]),
    labels: indices.map((i) => labels[i]),
  });
  return [true, false].map((weighted) =>
    textBaseline(part(training), part(held), countries.length, { weighted, seed: SEED }),
  );
}

const BASELINES: Readonly<Record<string, () => object[]>> = {
  vowels: () => [vowelsBaseline(SEED)],
  mnist: () => [mnistBaseline(SEED)],
  names,
};

const [wanted] = process.argv.slice(2);
if (wanted !== undefined && !Object.hasOwn(BASELINES, wanted)) {
  console.error(`no baseline "${wanted}"; there are ${Object.keys(BASELINES).join(", ")}`);
  process.exitCode = 2;
}
for (const [name, run] of Object.entries(BASELINES)) {
  if (wanted !== undefined && wanted !== name) continue;
  for (const result of run()) console.log(JSON.stringify({ data: name, ...result }));
}
