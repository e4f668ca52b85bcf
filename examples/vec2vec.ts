/**
 * vec2vec: a row in, an answer out. Is the tea still too hot, right, or cold already? And how hot is it?
 *
 * There is no sequence here, so no memory either: two plain feed-forward layers. It is the shape to begin with where every
 * row stands by itself; if the rows before it matter, see forecast.ts.
 *
 *     npm run example -- vec2vec [--quick]
 */
import {
  createWasmEngine,
  errorSums,
  fitRowClassificationTask,
  fitRowRegressionTask,
  type LabelPrediction,
  learn,
  type NumberPrediction,
  Predictor,
  RandomStream,
  regressionScores,
  streamKey,
  total,
} from "cellstate";

const quick = process.argv.includes("--quick");
const random = new RandomStream(streamKey(1, "tea")); // one seed, one run, on every machine

/** A row's columns: numbers are standardised, words become one number each. Which they are is seen from the data. */
type Cup = { readonly cup: string; readonly minutes: number; readonly room: number };

/** How fast each cup loses heat, a minute. The network is not told. */
const LOSS: Readonly<Record<string, number>> = { china: 0.05, glass: 0.07, steel: 0.02 };

/** Newton's law of cooling, from 95 °C. The network has to find it from examples. */
function temperatureOf({ cup, minutes, room }: Cup): number {
  return room + (95 - room) * Math.exp(-LOSS[cup] * minutes);
}

function drawCup(): Cup {
  const cup = Object.keys(LOSS)[random.integer(3)];
  return { cup, minutes: 60 * random.uniform(), room: 10 + 20 * random.uniform() };
}

/** What the thermometer shows: off by up to 3 °C, by 1 °C in the root mean square. */
function measure(cup: Cup): number {
  const noise = random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2;
  return temperatureOf(cup) + Math.sqrt(3) * noise;
}

const verdict = (degrees: number): string =>
  degrees > 65 ? "too hot" : degrees > 45 ? "right" : "cold";

const rows = Array.from({ length: quick ? 1500 : 4000 }, drawCup);
const degrees = rows.map(measure);
const test = Array.from({ length: 1000 }, drawCup); // never learnt from
const testDegrees = test.map(measure);
const engine = createWasmEngine();

// A label. The task holds what the network needs to read rows: the columns, their means, the labels.
const verdicts = degrees.map(verdict);
const classify = fitRowClassificationTask({ name: "tea", inputs: rows, targets: verdicts });
const length = { epochs: quick ? 15 : 30 };
const classifier = await learn(classify, { inputs: rows, targets: verdicts }, { engine, length });
const judge = new Predictor(classifier, engine);

const cup: Cup = { cup: "china", minutes: 12, room: 20 };
const prediction: LabelPrediction = judge.predictOne(cup);
console.log(`${JSON.stringify(cup)} → ${prediction.label}`);
for (const [label, probability] of prediction.probabilities) {
  console.log(`  ${label.padEnd(8)}${(100 * probability).toFixed(1).padStart(5)} %`);
}

const truth = testDegrees.map(verdict);
const share = (guesses: readonly string[]): string => {
  const right = guesses.filter((guess, index) => guess === truth[index]);
  return `${((100 * right.length) / truth.length).toFixed(1)} %`;
};
const found = judge.predict(test).map(({ label }) => label);
console.log(`right on ${test.length} new cups: ${share(found)}`);
console.log(`who knew the law would be right on ${share(test.map(temperatureOf).map(verdict))}`);

// A number, from the same rows.
const regress = fitRowRegressionTask({ name: "tea", inputs: rows, targets: degrees });
const regressor = await learn(regress, { inputs: rows, targets: degrees }, { engine, length });
const thermometer = new Predictor(regressor, engine);
const answer: NumberPrediction = thermometer.predictOne(cup);
console.log(`${answer.value.toFixed(1)} °C; by the law ${temperatureOf(cup).toFixed(1)} °C`);

const values = thermometer.predict(test).map(({ value }) => value);
const { rmse, r2 } = regressionScores(total(errorSums(values, testDegrees)));
console.log(`off by ${rmse.toFixed(2)} °C (RMSE), R² ${r2.toFixed(3)}; the noise alone is 1.00 °C`);
