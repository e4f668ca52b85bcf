/**
 * seq2vec: a whole sequence in, one label out. Which gesture was drawn in the air, seen by the two speeds of a sensor?
 *
 * Gestures take 20 to 50 steps, slow or fast, large or small, with noise. A recurrent network reads step by step and keeps
 * what it needs in its state; here one reads forward and one backward, and the label is told from what both know in the end.
 * Sequences of different lengths need no padding by hand.
 *
 *     npm run example -- seq2vec [--quick]
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import {
  createWasmEngine,
  decodeTaskModel,
  encodeTaskModel,
  fitSequenceClassificationTask,
  type LabelPrediction,
  learn,
  Predictor,
  RandomStream,
  type SeriesInput,
  splitByLabel,
  streamKey,
  valuesAt,
} from "cellstate";

const quick = process.argv.includes("--quick");
const random = new RandomStream(streamKey(1, "gestures"));

/** The hand's speed [across, up] at a moment between 0 and 1 of the gesture. */
const GESTURES: Readonly<Record<string, (moment: number) => readonly [number, number]>> = {
  circle: (m) => [-Math.sin(2 * Math.PI * m), Math.cos(2 * Math.PI * m)],
  "circle back": (m) => [-Math.sin(2 * Math.PI * m), -Math.cos(2 * Math.PI * m)],
  tick: (m) => [0.7, m < 0.3 ? -1 : 1],
  cross: (m) => (m < 0.4 ? [1, -1] : m < 0.6 ? [0, 1.5] : [-1, -1]),
  wave: (m) => [Math.sin(6 * Math.PI * m) > 0 ? 1 : -1, 0.1],
};
const NAMES = Object.keys(GESTURES);

/** A step has two numbers; all steps stand in one array, one after the other. */
function draw(name: string): SeriesInput {
  const steps = 20 + random.integer(31);
  const size = 0.5 + random.uniform();
  const values = new Float32Array(2 * steps);
  for (let t = 0; t < steps; t++) {
    const speed = GESTURES[name](t / steps);
    for (const axis of [0, 1]) {
      const noise = random.uniform() + random.uniform() + random.uniform() - 1.5;
      values[2 * t + axis] = size * speed[axis] + 2 * noise;
    }
  }
  return { steps, values };
}

const labels = Array.from({ length: quick ? 600 : 2000 }, () => NAMES[random.integer(5)]);
const gestures = labels.map(draw);

// Hold out a fifth of each label: what a model says of gestures that it has seen proves nothing.
const { training, held } = splitByLabel(labels, 0.2, 1);
const examples = { inputs: valuesAt(gestures, training), targets: valuesAt(labels, training) };
const columns = ["across", "up"]; // what messages call the numbers of a step

const task = fitSequenceClassificationTask({ name: "gestures", ...examples }, { columns });
const engine = createWasmEngine();
const model = await learn(task, examples, {
  engine,
  length: { epochs: quick ? 10 : 12 },
  model: { hiddenSize: quick ? 24 : 48 },
  onEvent: (event) => {
    if (event.kind !== "validation") return;
    console.log(`epoch ${event.progress.epoch}: validation loss ${event.loss.toFixed(3)}`);
  },
});

const predictor = new Predictor(model, engine);
const [tests, truth] = [valuesAt(gestures, held), valuesAt(labels, held)];
const predictions: LabelPrediction[] = predictor.predict(tests);
const right = predictions.filter(({ label }, index) => label === truth.at(index)).length;
console.log(
  `right on ${((100 * right) / truth.length).toFixed(1)} % of ${truth.length} gestures held out`,
);

// A model is one file: weights, labels, columns and how they are scaled. That is all a prediction needs.
mkdirSync(".scratch", { recursive: true });
writeFileSync(".scratch/gestures.safetensors", encodeTaskModel(model));
const bytes = readFileSync(".scratch/gestures.safetensors");
const loaded = decodeTaskModel(bytes, "gestures.safetensors", "sequence-classification");
const one = draw("cross");
const { probabilities } = new Predictor(loaded, engine).predictOne(one);
console.log(`a cross of ${one.steps} steps, by the model in gestures.safetensors:`);
for (const [label, probability] of probabilities) {
  console.log(`  ${label.padEnd(12)}${(100 * probability).toFixed(1).padStart(5)} %`);
}
console.log(
  probabilities.get("cross") === predictor.predictOne(one).probabilities.get("cross")
    ? "the loaded model answers with the same bits"
    : "the loaded model answers otherwise",
);
