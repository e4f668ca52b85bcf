/**
 * The models that the page brings along, each with what stands beside it. One small example of each of the four shapes is trained here, on data that is made
 * here; the language models are trained by the command (see README.md beside this file), since they are what the command and the guide speak of.
 *
 *     npm run models:page [-- NAME …]
 *
 * One seed, one model, on every machine.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type AnyTask,
  createWasmEngine,
  encodeTaskModel,
  fitGenerationTask,
  fitRowClassificationTask,
  fitSequenceClassificationTask,
  fitTransductionTask,
  type LearnOptions,
  learn,
  Predictor,
  type SeriesInput,
  splitByKey,
  type TaskModel,
  valuesAt,
} from "cellstate";
import type { BuiltIn } from "../src/state/builtIn.ts";
import { dates, digits, glyphOf, NAMES_OF_DIGITS, tea, WAVES, wave } from "./data.ts";

const engine = createWasmEngine();
const folder = new URL("../public/models/", import.meta.url);
const MOST_BYTES = 150_000;

type About = Omit<BuiltIn, "name">;

function save(name: string, model: TaskModel<AnyTask>, about: About): void {
  const bytes = encodeTaskModel(model);
  if (bytes.length > MOST_BYTES) {
    throw new Error(`${name}: ${bytes.length} bytes; wanted ${MOST_BYTES} at most`);
  }
  writeFileSync(new URL(`${name}.safetensors`, folder), bytes);
  writeFileSync(
    new URL(`${name}.json`, folder),
    `${JSON.stringify({ name, ...about }, null, 2)}\n`,
  );
  console.log(`${name}: ${about.about} ${bytes.length} bytes`);
}

function shareOf(right: readonly boolean[]): string {
  const share = (100 * right.filter(Boolean).length) / right.length;
  return `right on ${share.toFixed(1)} % of ${right.length}`;
}

const trained = (epochs: number, more: Partial<LearnOptions> = {}): LearnOptions => ({
  engine,
  length: { epochs },
  ...more,
});

async function learnTea(): Promise<void> {
  const [known, fresh] = [tea("known", 2000), tea("fresh", 1000)];
  const task = fitRowClassificationTask({ name: "tea", ...known });
  const model = await learn(task, known, trained(30, { model: { hiddenSize: 16 } }));
  const found = new Predictor(model, engine).predict(fresh.inputs);
  const measure = shareOf(found.map(({ label }, index) => label === fresh.targets[index]));
  save("tea", model, {
    title: "Tea: a row of numbers to a label",
    about: `Two plain layers of 16 units say of a cup of tea whether it is too hot, right or cold; ${measure} new cups.`,
    shape: "vec2vec",
    samples: [
      { cup: "china", minutes: 12, room: 20 },
      { cup: "steel", minutes: 12, room: 20 },
      { cup: "glass", minutes: 45, room: 18 },
    ],
    sampleNames: [
      "China cup, 12 minutes, room of 20 °C",
      "Steel cup, 12 minutes, room of 20 °C",
      "Glass cup, 45 minutes, room of 18 °C",
    ],
  });
}

async function learnDigits(): Promise<void> {
  const [known, fresh] = [digits("known", 3000), digits("fresh", 1000)];
  const task = fitGenerationTask({ name: "digits", ...known });
  const sizes = { hiddenSize: 32, embeddingSize: 8, dropout: 0 };
  const model = await learn(task, known, trained(12, { model: sizes }));
  const found = new Predictor(model, engine).predict(fresh.inputs);
  const measure = shareOf(found.map(({ text }, index) => text === fresh.targets[index]));
  save("digits", model, {
    title: "Digits: a picture to a word",
    about: `A decoder of 32 LSTM units writes the word for a digit of seven lamps whose light is unsteady; ${measure} new pictures, to the last letter.`,
    shape: "vec2seq",
    samples: [4, 7, 8, 2].map((digit) => glyphOf(digit)),
    sampleNames: [4, 7, 8, 2].map((digit) => `The lamps of ${digit} (${NAMES_OF_DIGITS[digit]})`),
  });
}

async function learnWaves(): Promise<void> {
  const [known, fresh] = [waves("known", 1500), waves("fresh", 600)];
  const task = fitSequenceClassificationTask({ name: "waves", ...known }, { columns: ["value"] });
  const sizes = { hiddenSize: 24, bidirectional: false, dropout: 0 };
  const model = await learn(task, known, trained(16, { model: sizes }));
  const found = new Predictor(model, engine).predict(fresh.inputs);
  const measure = shareOf(found.map(({ label }, index) => label === fresh.targets[index]));
  const samples = WAVES.map((kind, index) => listed(wave("shown", index, kind)));
  save("waves", model, {
    title: "Waves: a series to a label",
    about: `24 LSTM units read a noisy series of 30 to 50 numbers and say which wave it is; ${measure} new series.`,
    shape: "seq2vec",
    samples,
    sampleNames: WAVES.map((kind, index) => `A ${kind} of ${samples[index].steps} steps`),
  });
}

async function learnDates(): Promise<void> {
  const { inputs, targets } = dates("dates", 6000);
  // By the day: one that is learnt in one form is not asked for in another.
  const { training, held } = splitByKey(targets, 0.1, 1);
  const known = { inputs: valuesAt(inputs, training), targets: valuesAt(targets, training) };
  const task = fitTransductionTask({ name: "dates", ...known });
  const model = await learn(
    task,
    known,
    trained(10, {
      optimizer: { name: "adam", learningRate: 0.006 },
      model: { hiddenSize: 32, embeddingSize: 12, dropout: 0, bidirectional: true },
    }),
  );
  const wanted = valuesAt(targets, held);
  const found = new Predictor(model, engine).predict(valuesAt(inputs, held));
  const measure = shareOf(found.map(({ text }, index) => text === wanted.at(index)));
  save("dates", model, {
    title: "Dates: a text to a text, with attention",
    about: `An encoder and a decoder of 32 LSTM units turn dates as people write them into dates as computers do; ${measure} days held out, to the last character.`,
    shape: "seq2seq",
    samples: [
      "sunday, the 14th of april 1974",
      "july 4th, 2026",
      "3 november 1999",
      "2031, feb 28th",
    ],
    sampleNames: [
      "sunday, the 14th of april 1974",
      "july 4th, 2026",
      "3 november 1999",
      "2031, feb 28th",
    ],
  });
}

function waves(part: string, count: number) {
  const targets = Array.from({ length: count }, (_, index) => WAVES[index % WAVES.length]);
  const inputs = targets.map((kind, index) => wave(part, index, kind));
  return { inputs, targets };
}

/** As JSON has it; three decimals are what is read, too. */
function listed({ steps, values }: SeriesInput): { steps: number; values: number[] } {
  return { steps, values: Array.from(values, (value) => Number(value.toFixed(3))) };
}

const ALL: Readonly<Record<string, () => Promise<void>>> = {
  tea: learnTea,
  digits: learnDigits,
  waves: learnWaves,
  dates: learnDates,
};
const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(ALL)) {
  const one = ALL[name];
  if (!one) throw new Error(`no model ${name}; there are ${Object.keys(ALL).join(", ")}`);
  const start = performance.now();
  await one();
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
// What stands beside the models is kept as all files of the project are.
execFileSync("npx", ["biome", "format", "--write", fileURLToPath(folder)]);
