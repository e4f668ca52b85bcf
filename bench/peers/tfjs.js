/**
 * W1 on TensorFlow.js, its wasm backend with SIMD and one thread: its own layers and Adam.
 *
 *     node tfjs.js TIMES
 */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { caseOf } from "../cases.ts";
import { checkLosses } from "../checks.ts";
import { measure } from "../measure.ts";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
const { setThreadsCount, setWasmPaths } = require("@tensorflow/tfjs-backend-wasm");

const { I: V, H, B, T, weights, inputs, targets, learningRate } = caseOf("W1");

setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"))}/dist/`);
setThreadsCount(1);
await tf.setBackend("wasm");

/** Ours are [rows, columns] with gates i f g o, and Keras' the transpose with the same order (it says i f c o). */
const transposed = (values, rows) => tf.tensor2d(values, [rows, values.length / rows]).transpose();
const lstm = (shape) =>
  tf.layers.lstm({
    units: H,
    returnSequences: true,
    recurrentActivation: "sigmoid", // Its default is a piecewise linear stand-in.
    kernelInitializer: "zeros", // All are set below; the default computes an orthogonal matrix.
    recurrentInitializer: "zeros",
    ...shape,
  });
const model = tf.sequential({
  layers: [lstm({ inputShape: [T, V] }), lstm({}), tf.layers.dense({ units: V })],
});
model.setWeights([
  transposed(weights.weight_ih_l0.data, 4 * H),
  transposed(weights.weight_hh_l0.data, 4 * H),
  tf.tensor1d(weights.bias_l0.data),
  transposed(weights.weight_ih_l1.data, 4 * H),
  transposed(weights.weight_hh_l1.data, 4 * H),
  tf.tensor1d(weights.bias_l1.data),
  transposed(weights.weight_out.data, V),
  tf.tensor1d(weights.bias_out.data),
]);

/** [T, B] → [B, T]: its layers take batches first. */
const batchFirst = (tokens) => tf.tidy(() => tf.tensor2d(tokens, [T, B], "int32").transpose());
const x = batchFirst(inputs);
const y = batchFirst(targets).flatten();
const optimizer = tf.train.adam(learningRate, 0.9, 0.999, 1e-8);

async function step() {
  const loss = optimizer.minimize(() => {
    const logits = model.apply(tf.oneHot(x, V).toFloat(), { training: true });
    return tf.losses.softmaxCrossEntropy(tf.oneHot(y, V), logits.reshape([B * T, V]));
  }, true);
  const [value] = await loss.data();
  loss.dispose();
  return value;
}

await checkLosses("W1", "oneBias", step);
await measure({
  version: tf.version.tfjs,
  times: Number(process.argv[2]),
  run: async (count) => {
    for (let k = 0; k < count; k++) await step();
  },
});
