/**
 * W1 here: a whole training step (window in, weights updated), on one thread.
 *
 *     node bench/w1.ts [wasm|reference] [STEPS]
 *
 * It reaches PyTorch's first losses before it is timed, in the one-bias form that the cell `lstm` has.
 */
import { lstm } from "../packages/core/src/cells/zoo/index.ts";
import { Vocabulary } from "../packages/core/src/data/vocabulary.ts";
import { createReferenceEngine } from "../packages/core/src/engines/reference/index.ts";
import { createWasmEngine } from "../packages/core/src/engines/wasm/index.ts";
import { LanguageModel } from "../packages/core/src/models/languageModel.ts";
import { placeTensors } from "../packages/core/src/models/languageModelFile.ts";
import { Trainer } from "../packages/core/src/training/trainer.ts";
import { measure } from "./measure.ts";
import { W1, type WeightName, w1Case } from "./w1Case.ts";

const [engineName = "wasm", stepsText = "100"] = process.argv.slice(2);
const engine = engineName === "reference" ? createReferenceEngine() : createWasmEngine();

const { weights, inputs, targets } = w1Case();
const items = Array.from({ length: W1.vocabulary }, (_, i) => String.fromCodePoint(0x4e00 + i));
const model = new LanguageModel({
  cell: lstm,
  vocabulary: new Vocabulary("characters", items),
  hiddenSize: W1.hiddenSize,
  layers: W1.layers,
  embeddingSize: 0,
  projectionSize: null,
  dropout: 0,
  tieWeights: false,
});
/** The case's name for a tensor; it has one bias a layer, PyTorch's second is zero. */
function caseName(tensor: string): WeightName | null {
  if (tensor.startsWith("rnn.bias_hh")) return null;
  const named = tensor.replace("rnn.bias_ih", "bias").replace("rnn.", "");
  // The names of the case's tensors are those of `SHAPES`, which measure() would find missing.
  return named.replace(/linear\.(.*)/, "$1_out") as WeightName;
}

placeTensors(model, {
  take: (tensor, shape) => {
    const name = caseName(tensor);
    return name ? weights[name] : new Float32Array(shape.reduce((a, b) => a * b, 1));
  },
  label: (tensor) => tensor,
});

const trainer = new Trainer(model, engine, {
  batchSize: W1.batch,
  window: W1.steps,
  optimizer: { name: "adam", learningRate: W1.learningRate },
  seed: 1,
});
const window = {
  steps: W1.steps,
  // Each step begins from a zero state, as the peers' do.
  starts: Array.from({ length: W1.batch }, () => true),
  pieces: new Int32Array(W1.batch),
  inputs,
  targets,
  counted: W1.steps * W1.batch,
};
await measure({
  version: `cellstate ${engine.name}, one thread, Node ${process.version}`,
  biases: "oneBias",
  steps: Number(stepsText),
  step: () => trainer.step(window, W1.learningRate).loss,
});
