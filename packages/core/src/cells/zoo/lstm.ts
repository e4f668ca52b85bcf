/** The LSTM as it is taught: one bias a gate. */
import { defineCell } from "../defineCell.ts";
import { part } from "./foreign.ts";

export const lstm = defineCell(
  `
f = sigmoid(W_f·[h[t-1], x[t]] + b_f)  # forget gate: how much of the memory to keep
i = sigmoid(W_i·[h[t-1], x[t]] + b_i)  # input gate: how much to write
g = tanh(W_g·[h[t-1], x[t]] + b_g)     # candidate: what to write
o = sigmoid(W_o·[h[t-1], x[t]] + b_o)  # output gate: how much to show
c[t] = f * c[t-1] + i * g              # memory cell: what is kept and what is new
h[t] = o * tanh(c[t])                  # output: the memory, as far as it is shown
`,
  {
    name: "lstm",
    title: "Long short-term memory (LSTM)",
    source:
      "F. A. Gers, J. Schmidhuber and F. Cummins, 2000, Learning to Forget: Continual " +
      "Prediction with LSTM",
    note:
      "A memory cell that a forget gate empties, an input gate fills and an output gate shows. " +
      "Along c[t] the gradient is multiplied by the forget gate alone, so what is kept can " +
      "still be learnt from much later.",
    torch: {
      operator: "LSTM",
      tensors: [
        { name: "weight_ih", rows: part("x", "W_i", "W_f", "W_g", "W_o") },
        { name: "weight_hh", rows: part("h", "W_i", "W_f", "W_g", "W_o") },
        { name: "bias_ih", rows: ["b_i", "b_f", "b_g", "b_o"] },
        { name: "bias_hh", rows: [null, null, null, null] },
      ],
    },
    onnx: {
      operator: "LSTM",
      tensors: [
        { name: "W", rows: part("x", "W_i", "W_o", "W_f", "W_g") },
        { name: "R", rows: part("h", "W_i", "W_o", "W_f", "W_g") },
        { name: "B", rows: ["b_i", "b_o", "b_f", "b_g", null, null, null, null] },
      ],
    },
  },
);
