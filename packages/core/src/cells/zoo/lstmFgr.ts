/** Greff et al.'s full gate recurrence: gates read all gates of the step before. */
import { defineCell } from "../defineCell.ts";

export const lstmFgr = defineCell(
  `
f[t] = sigmoid(W_f·[h[t-1], x[t], i[t-1], f[t-1], o[t-1]]
               + p_f * c[t-1] + b_f)  # forget gate, sees all: how much to keep
i[t] = sigmoid(W_i·[h[t-1], x[t], i[t-1], f[t-1], o[t-1]]
               + p_i * c[t-1] + b_i)  # input gate, sees all: how much to write
g = tanh(W_g·[h[t-1], x[t]] + b_g)    # candidate: what to write
c[t] = f[t] * c[t-1] + i[t] * g       # memory cell: what is kept and what is new
o[t] = sigmoid(W_o·[h[t-1], x[t], i[t-1], f[t-1], o[t-1]]
               + p_o * c[t] + b_o)    # output gate, sees all: how much to show
h[t] = o[t] * tanh(c[t])              # output: the memory, as far as it is shown
`,
  {
    name: "lstm-fgr",
    title: "LSTM with full gate recurrence (peepholes)",
    source: "K. Greff et al., 2015, LSTM: A Search Space Odyssey (FGR)",
    note:
      "The vanilla block with nine matrices more, from every gate to every gate of the next " +
      "step, as the LSTM of 1997 had them. They are columns of W_f, W_i and W_o here. It did " +
      "no better.",
  },
);
