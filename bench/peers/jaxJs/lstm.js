/** An LSTM for jax-js, written out over its steps: jax-js has no scan. Gates in the order i f g o. */
import { nn, numpy as np } from "@jax-js/jax";

/**
 * @param x T arrays [B, inputs]. @returns T arrays [B, H].
 * @param whole The usual way, the product with x for all time steps at once; else step by step, which is more work elsewhere and
 *   less here: slices of the one product cost more, in the gradients that are padded back to the whole.
 */
export function lstm(x, { weightX, weightH, bias }, { B, H, whole }) {
  const fromX = whole
    ? slices(np.dot(np.concatenate(x, 0), weightX.ref.transpose()).add(bias.ref), x.length)
    : x.map((xt) => np.dot(xt, weightX.ref.transpose()).add(bias.ref));
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
export function slices(rows, T) {
  const B = rows.shape[0] / T;
  const parts = Array.from({ length: T }, (_, t) => rows.ref.slice([t * B, (t + 1) * B]));
  rows.dispose();
  return parts;
}
