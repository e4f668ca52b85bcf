/** Greff et al.'s ablation without a forget gate. */
import { defineCell } from "../defineCell.ts";

export const lstmNfg = defineCell(
  `
i = sigmoid(W_i·[h[t-1], x[t]] + p_i * c[t-1] + b_i)  # input gate with peephole: how much to write
g = tanh(W_g·[h[t-1], x[t]] + b_g)                    # candidate: what to write
c[t] = c[t-1] + i * g                                 # memory cell: all that was ever written
o = sigmoid(W_o·[h[t-1], x[t]] + p_o * c[t] + b_o)    # output gate with peephole: what to show
h[t] = o * tanh(c[t])                                 # output: the memory, as far as it is shown
`,
  {
    name: "lstm-nfg",
    title: "LSTM without forget gate (peepholes)",
    source: "K. Greff et al., 2015, LSTM: A Search Space Odyssey (NFG)",
    note:
      "The vanilla block with f = 1: nothing is ever forgotten. Of the eight variants one of " +
      "the two that hurt most.",
  },
);
