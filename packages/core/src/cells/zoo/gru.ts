/** The gated recurrent unit whose reset gate acts after the matrix product. */
import { defineCell } from "../defineCell.ts";
import { whole } from "./foreign.ts";

export const gru = defineCell(
  `
r = sigmoid(W_r·x[t] + U_r·h[t-1] + b_r)            # reset gate: how much old state n sees
z = sigmoid(W_z·x[t] + U_z·h[t-1] + b_z)            # update gate: how much old state to keep
n = tanh(W_n·x[t] + b_n + r * (U_n·h[t-1] + b_hn))  # candidate: what the new state could be
h[t] = (1 - z) * n + z * h[t-1]                     # new state: between candidate and old
`,
  {
    name: "gru",
    title: "Gated recurrent unit (GRU), reset after the product",
    source:
      "K. Cho et al., 2014, Learning Phrase Representations using RNN Encoder–Decoder for " +
      "Statistical Machine Translation (first version), in the form that cuDNN, PyTorch and " +
      "Keras compute",
    note:
      "Two gates and no separate memory: z decides between keeping the state and replacing it. " +
      "The candidate has a bias of its own inside the reset, b_hn, which cannot be folded into " +
      "b_n.",
    torch: {
      operator: "GRU",
      tensors: [
        { name: "weight_ih", rows: whole("W_r", "W_z", "W_n") },
        { name: "weight_hh", rows: whole("U_r", "U_z", "U_n") },
        { name: "bias_ih", rows: ["b_r", "b_z", "b_n"] },
        { name: "bias_hh", rows: [null, null, "b_hn"] },
      ],
    },
    onnx: {
      operator: "GRU",
      attributes: { linear_before_reset: 1 },
      tensors: [
        { name: "W", rows: whole("W_z", "W_r", "W_n") },
        { name: "R", rows: whole("U_z", "U_r", "U_n") },
        { name: "B", rows: ["b_z", "b_r", "b_n", null, null, "b_hn"] },
      ],
    },
  },
);
