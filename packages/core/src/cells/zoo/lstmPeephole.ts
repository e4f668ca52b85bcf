/** The LSTM whose gates look into the memory cell. */
import { defineCell } from "../defineCell.ts";
import { part } from "./foreign.ts";

export const lstmPeephole = defineCell(
  `
f = sigmoid(W_f·[h[t-1], x[t]] + p_f * c[t-1] + b_f)  # forget gate with peephole: how much to keep
i = sigmoid(W_i·[h[t-1], x[t]] + p_i * c[t-1] + b_i)  # input gate with peephole: how much to write
g = tanh(W_g·[h[t-1], x[t]] + b_g)                    # candidate: what to write
c[t] = f * c[t-1] + i * g                             # memory cell: what is kept and what is new
o = sigmoid(W_o·[h[t-1], x[t]] + p_o * c[t] + b_o)    # output gate with peephole: what to show
h[t] = o * tanh(c[t])                                 # output: the memory, as far as it is shown
`,
  {
    name: "lstm-peephole",
    title: "LSTM with peepholes",
    source:
      "F. A. Gers, N. N. Schraudolph and J. Schmidhuber, 2002, Learning Precise Timing with " +
      "LSTM Recurrent Networks",
    note:
      "Peepholes let a gate see the memory even while the output gate hides it: a unit can " +
      "count and time by itself. This is the vanilla block from which Greff et al. (2015) take " +
      "one part away at a time.",
    onnx: {
      operator: "LSTM",
      tensors: [
        { name: "W", rows: part("x", "W_i", "W_o", "W_f", "W_g") },
        { name: "R", rows: part("h", "W_i", "W_o", "W_f", "W_g") },
        { name: "B", rows: ["b_i", "b_o", "b_f", "b_g", null, null, null, null] },
        { name: "P", rows: ["p_i", "p_o", "p_f"] },
      ],
    },
  },
);
