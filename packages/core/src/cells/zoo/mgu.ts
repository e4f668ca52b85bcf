/** The minimal gated unit: one gate that both resets and updates. */
import { defineCell } from "../defineCell.ts";

export const mgu = defineCell(
  `
f = sigmoid(W_f·[h[t-1], x[t]] + b_f)   # gate: how much of the state to replace
n = tanh(W_n·[f * h[t-1], x[t]] + b_n)  # candidate: what to replace it with
h[t] = (1 - f) * h[t-1] + f * n         # new state: between the old state and the candidate
`,
  {
    name: "mgu",
    title: "Minimal gated unit (MGU)",
    source:
      "G.-B. Zhou, J. Wu, C.-L. Zhang and Z.-H. Zhou, 2016, Minimal Gated Unit for Recurrent " +
      "Neural Networks",
    note: "A GRU whose two gates are one. The paper calls f a forget gate: open, it forgets.",
  },
);
