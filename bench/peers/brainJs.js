/**
 * The tokens of W1 through brain.js' recurrent.LSTM: the same sizes, but one sequence at a time with a change of weights after
 * each (it has no batches) and RMSprop (it has no Adam). A step here is 50 sequences of 50 predictions, as many tokens as
 * a step of W1. What it calls an LSTM carries no memory cell, so no loss can be asked of it but that it falls.
 *
 *     node brainJs.js STEPS
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { measure } from "../measure.ts";
import { W1, w1Case } from "../w1Case.ts";

const { vocabulary: V, hiddenSize: H, batch: B, steps: T, layers, learningRate } = W1;
const require = createRequire(import.meta.url);
const { recurrent } = require("brain.js");

const net = new recurrent.LSTM({
  inputSize: V,
  inputRange: V,
  outputSize: V,
  hiddenLayers: Array.from({ length: layers }, () => H),
});
net.initialize();

/** T − 1 tokens are T predictions: it puts a start before them and an end behind. */
const { inputs } = w1Case();
const sequences = Array.from({ length: B }, (_, b) =>
  Array.from({ length: T - 1 }, (_, t) => inputs[t * B + b]),
);

function step() {
  let loss = 0;
  for (const sequence of sequences) loss += net.trainPattern(sequence, true);
  return loss / B;
}

net.updateTrainingOptions({ learningRate });
const packageFile = new URL("node_modules/brain.js/package.json", import.meta.url);
await measure({
  version: JSON.parse(readFileSync(packageFile, "utf8")).version,
  biases: null,
  step,
  steps: Number(process.argv[2]),
});
