/** The LSTM that shows and feeds back fewer numbers than it remembers. */
import { defineCell } from "../defineCell.ts";
import { part, whole } from "./foreign.ts";

export const lstmProjection = defineCell(
  `
f = sigmoid(W_f·[h[t-1], x[t]] + b_f)  # forget gate: how much of the memory to keep
i = sigmoid(W_i·[h[t-1], x[t]] + b_i)  # input gate: how much to write
g = tanh(W_g·[h[t-1], x[t]] + b_g)     # candidate: what to write
o = sigmoid(W_o·[h[t-1], x[t]] + b_o)  # output gate: how much to show
c[t] = f * c[t-1] + i * g              # memory cell: what is kept and what is new
m = o * tanh(c[t])                     # shown memory: before it is made smaller
h[t] = W_hr·m                          # output: the shown memory, projected to fewer numbers
`,
  {
    name: "lstm-projection",
    title: "LSTM with a projected output (LSTMP)",
    source:
      "H. Sak, A. Senior and F. Beaufays, 2014, Long Short-Term Memory Based Recurrent Neural " +
      "Network Architectures for Large Vocabulary Speech Recognition",
    note:
      "Many memory cells at the price of a small recurrent matrix. As in PyTorch's proj_size: " +
      "no peepholes and no second, non-recurrent projection, which the paper has.",
    torch: {
      operator: "LSTM",
      tensors: [
        { name: "weight_ih", rows: part("x", "W_i", "W_f", "W_g", "W_o") },
        { name: "weight_hh", rows: part("h", "W_i", "W_f", "W_g", "W_o") },
        { name: "bias_ih", rows: ["b_i", "b_f", "b_g", "b_o"] },
        { name: "bias_hh", rows: [null, null, null, null] },
        { name: "weight_hr", rows: whole("W_hr") },
      ],
    },
  },
);
