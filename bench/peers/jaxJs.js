/**
 * W1 on jax-js's wasm backend: an LSTM written out over 50 steps (it has no scan), jitted with its gradient and Adam.
 *
 *     node jaxJs.js STEPS stepwise|whole
 *
 * `whole` is the usual way: the product with x for all time steps at once. `stepwise` makes it step by step, which is more
 * work elsewhere and less here: slices of the one product cost more, in the gradients that are padded back to the whole.
 */
import { readFileSync } from "node:fs";
import { defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { measure } from "../measure.ts";
import { SHAPES, W1, w1Case } from "../w1Case.ts";

const { hiddenSize: H, batch: B, steps: T, learningRate } = W1;
/**
 * Its products fall to a tenth where a width does not divide by four, so 65 tokens become 68: columns of W and of the
 * one-hot that are never used, and outputs whose bias shuts them out of the softmax. The losses and updates stay as they were.
 */
const V = 68;
const SHUT = -1e9;

await init("wasm");
defaultDevice("wasm");

const { weights, inputs, targets } = w1Case();
const shapes = { ...SHAPES, weight_ih_l0: [4 * H, V], weight_out: [V, H], bias_out: [V] };

/** A weight with its rows, and its number of rows, lengthened to the shape above. */
function padded(name, values) {
  const [rows, columns = 1] = shapes[name];
  const [rowsBefore, columnsBefore = 1] = SHAPES[name];
  const result = new Float32Array(rows * columns).fill(name === "bias_out" ? SHUT : 0);
  for (let r = 0; r < rowsBefore; r++) {
    result.set(values.subarray(r * columnsBefore, (r + 1) * columnsBefore), r * columns);
  }
  return np.array(result).reshape(shapes[name]);
}

let params = Object.fromEntries(
  Object.entries(weights).map(([name, values]) => [name, padded(name, values)]),
);
const zeros = () =>
  Object.fromEntries(Object.entries(shapes).map(([n, s]) => [n, np.zeros([...s])]));
let first = zeros();
let second = zeros();

const stepwise = process.argv[3] !== "whole";

/** x: T arrays [B, inputs] → T arrays [B, H]; gates in the order i f g o. */
function lstm(x, weightX, weightH, bias) {
  const fromX = stepwise
    ? x.map((xt) => np.dot(xt, weightX.ref.transpose()).add(bias.ref))
    : slices(np.dot(np.concatenate(x, 0), weightX.ref.transpose()).add(bias.ref));
  let h = np.zeros([B, H]);
  let c = np.zeros([B, H]);
  const outputs = fromX.map((zx) => {
    const z = zx.add(np.dot(h, weightH.ref.transpose()));
    const gate = (n) => (n < 3 ? z.ref : z).slice([], [n * H, (n + 1) * H]);
    const i = nn.sigmoid(gate(0));
    const f = nn.sigmoid(gate(1));
    const g = np.tanh(gate(2));
    const o = nn.sigmoid(gate(3));
    c = f.mul(c).add(i.mul(g));
    h = o.mul(np.tanh(c.ref));
    return h.ref;
  });
  for (const array of [h, c, weightX, weightH, bias]) array.dispose();
  return outputs;
}

/** [T·B, …] → T arrays [B, …] */
function slices(rows) {
  const parts = Array.from({ length: T }, (_, t) => rows.ref.slice([t * B, (t + 1) * B]));
  rows.dispose();
  return parts;
}

function loss(p, tokens, wanted) {
  const x = slices(tokens).map((step) => nn.oneHot(step, V));
  const below = lstm(x, p.weight_ih_l0, p.weight_hh_l0, p.bias_l0);
  const above = lstm(below, p.weight_ih_l1, p.weight_hh_l1, p.bias_l1);
  const logits = np.dot(np.concatenate(above, 0), p.weight_out.transpose()).add(p.bias_out);
  return nn
    .logSoftmax(logits)
    .mul(nn.oneHot(wanted, V))
    .sum()
    .mul(-1 / (T * B));
}

/** corrections: 1/(1−β₁ᵏ) and 1/(1−β₂ᵏ) */
const train = jit((p, m, v, tokens, wanted, corrections) => {
  const read = Object.fromEntries(Object.entries(p).map(([name, array]) => [name, array.ref]));
  const [value, gradients] = valueAndGrad(loss)(read, tokens, wanted);
  const next = { p: {}, m: {}, v: {} };
  const correct1 = corrections.ref.slice(0);
  const correct2 = corrections.slice(1);
  for (const name of Object.keys(shapes)) {
    const g = gradients[name];
    const m1 = m[name].mul(0.9).add(g.ref.mul(0.1));
    const v1 = v[name].mul(0.999).add(g.ref.mul(g).mul(0.001));
    const up = m1.ref.mul(correct1.ref);
    const down = np.sqrt(v1.ref.mul(correct2.ref)).add(1e-8);
    next.p[name] = p[name].sub(up.div(down).mul(learningRate));
    next.m[name] = m1;
    next.v[name] = v1;
  }
  correct1.dispose();
  correct2.dispose();
  return [value, next.p, next.m, next.v];
});

const tokens = np.array(inputs, { dtype: np.int32 });
const wanted = np.array(targets, { dtype: np.int32 });
let k = 0;

async function step() {
  k++;
  const corrections = np.array(new Float32Array([1 / (1 - 0.9 ** k), 1 / (1 - 0.999 ** k)]));
  let value;
  [value, params, first, second] = train(
    params,
    first,
    second,
    tokens.ref,
    wanted.ref,
    corrections,
  );
  return (await value.data())[0];
}

const packageFile = new URL("node_modules/@jax-js/jax/package.json", import.meta.url);
await measure({
  version: JSON.parse(readFileSync(packageFile, "utf8")).version,
  biases: "oneBias",
  step,
  steps: Number(process.argv[2]),
});
process.exit(0);
