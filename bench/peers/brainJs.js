/**
 * The tokens of W1 through brain.js' recurrent.LSTM: the same sizes, but one sequence at a time with a change of weights after
 * each (it has no batches) and RMSprop (it has no Adam). A step here is 50 sequences of 50 predictions, as many tokens as
 * a step of W1. What it calls an LSTM carries no memory cell, so no loss can be asked of it but that it falls.
 *
 *     node brainJs.js TIMES
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { caseOf } from "../cases.ts";
import { measure } from "../measure.ts";

const { I: V, H, B, T, L, inputs, learningRate } = caseOf("W1");
const require = createRequire(import.meta.url);
const { recurrent } = require("brain.js");

const net = new recurrent.LSTM({
  inputSize: V,
  inputRange: V,
  outputSize: V,
  hiddenLayers: Array.from({ length: L }, () => H),
});
net.initialize();

/** T − 1 tokens are T predictions: it puts a start before them and an end behind. */
const sequences = Array.from({ length: B }, (_, b) =>
  Array.from({ length: T - 1 }, (_, t) => inputs[t * B + b]),
);

function step() {
  let loss = 0;
  for (const sequence of sequences) loss += net.trainPattern(sequence, true);
  return loss / B;
}

net.updateTrainingOptions({ learningRate });
step();
const packageFile = new URL("node_modules/brain.js/package.json", import.meta.url);
await measure({
  version: JSON.parse(readFileSync(packageFile, "utf8")).version,
  times: Number(process.argv[2]),
  run: (count) => {
    for (let k = 0; k < count; k++) step();
  },
});
