/** The gated recurrent unit whose reset gate acts before the matrix product. */
import { defineCell } from "../defineCell.ts";
import { whole } from "./foreign.ts";

export const gruResetBefore = defineCell(
  `
r = sigmoid(W_r·x[t] + U_r·h[t-1] + b_r)     # reset gate: how much old state n sees
z = sigmoid(W_z·x[t] + U_z·h[t-1] + b_z)     # update gate: how much old state to keep
n = tanh(W_n·x[t] + U_n·(r * h[t-1]) + b_n)  # candidate: what the new state could be
h[t] = (1 - z) * n + z * h[t-1]              # new state: between candidate and old
`,
  {
    name: "gru-reset-before",
    title: "Gated recurrent unit (GRU), reset before the product",
    source:
      "K. Cho et al., 2014, Learning Phrase Representations using RNN Encoder–Decoder for " +
      "Statistical Machine Translation",
    note:
      "The GRU as it was published. The candidate's product waits for the reset gate, so a " +
      "step has two products in a row, which is why fast libraries compute the other form. " +
      "Some papers swap z and 1 − z.",
    onnx: {
      operator: "GRU",
      attributes: { linear_before_reset: 0 },
      tensors: [
        { name: "W", rows: whole("W_z", "W_r", "W_n") },
        { name: "R", rows: whole("U_z", "U_r", "U_n") },
        { name: "B", rows: ["b_z", "b_r", "b_n", null, null, null] },
      ],
    },
  },
);
