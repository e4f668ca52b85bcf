/** Greff et al.'s ablation without an output gate. */
import { defineCell } from "../defineCell.ts";

export const lstmNog = defineCell(
  `
f = sigmoid(W_f·[h[t-1], x[t]] + p_f * c[t-1] + b_f)  # forget gate with peephole: how much to keep
i = sigmoid(W_i·[h[t-1], x[t]] + p_i * c[t-1] + b_i)  # input gate with peephole: how much to write
g = tanh(W_g·[h[t-1], x[t]] + b_g)                    # candidate: what to write
c[t] = f * c[t-1] + i * g                             # memory cell: what is kept and what is new
h[t] = tanh(c[t])                                     # output: the memory, always shown
`,
  {
    name: "lstm-nog",
    title: "LSTM without output gate (peepholes)",
    source: "K. Greff et al., 2015, LSTM: A Search Space Odyssey (NOG)",
    note: "The vanilla block with o = 1: whatever is remembered is shown at once.",
  },
);
