/** Greff et al.'s ablation without an input gate. */
import { defineCell } from "../defineCell.ts";

export const lstmNig = defineCell(
  `
f = sigmoid(W_f·[h[t-1], x[t]] + p_f * c[t-1] + b_f)  # forget gate with peephole: how much to keep
g = tanh(W_g·[h[t-1], x[t]] + b_g)                    # candidate: what to write
c[t] = f * c[t-1] + g                                 # memory cell: what is kept and all new
o = sigmoid(W_o·[h[t-1], x[t]] + p_o * c[t] + b_o)    # output gate with peephole: what to show
h[t] = o * tanh(c[t])                                 # output: the memory, as far as it is shown
`,
  {
    name: "lstm-nig",
    title: "LSTM without input gate (peepholes)",
    source: "K. Greff et al., 2015, LSTM: A Search Space Odyssey (NIG)",
    note:
      "The vanilla block with i = 1: every candidate is written, so the memory can be " +
      "protected only by the candidate being 0.",
  },
);
