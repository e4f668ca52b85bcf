/** Greff et al.'s ablation without an input activation function. */
import { defineCell } from "../defineCell.ts";

export const lstmNiaf = defineCell(
  `
f = sigmoid(W_f·[h[t-1], x[t]] + p_f * c[t-1] + b_f)  # forget gate with peephole: how much to keep
i = sigmoid(W_i·[h[t-1], x[t]] + p_i * c[t-1] + b_i)  # input gate with peephole: how much to write
g = W_g·[h[t-1], x[t]] + b_g                          # candidate: what to write, not squashed
c[t] = f * c[t-1] + i * g                             # memory cell: what is kept and what is new
o = sigmoid(W_o·[h[t-1], x[t]] + p_o * c[t] + b_o)    # output gate with peephole: what to show
h[t] = o * tanh(c[t])                                 # output: the memory, as far as it is shown
`,
  {
    name: "lstm-niaf",
    title: "LSTM without input activation (peepholes)",
    source: "K. Greff et al., 2015, LSTM: A Search Space Odyssey (NIAF)",
    note: "The vanilla block with g(x) = x: what is written has no bound.",
  },
);
