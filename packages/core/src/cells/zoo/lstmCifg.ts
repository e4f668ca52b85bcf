/** Greff et al.'s coupled input and forget gate. */
import { defineCell } from "../defineCell.ts";

export const lstmCifg = defineCell(
  `
i = sigmoid(W_i·[h[t-1], x[t]] + p_i * c[t-1] + b_i)  # input gate with peephole: how much to write
f = 1 - i                                             # forget gate: what is not overwritten is kept
g = tanh(W_g·[h[t-1], x[t]] + b_g)                    # candidate: what to write
c[t] = f * c[t-1] + i * g                             # memory cell: what is kept and what is new
o = sigmoid(W_o·[h[t-1], x[t]] + p_o * c[t] + b_o)    # output gate with peephole: what to show
h[t] = o * tanh(c[t])                                 # output: the memory, as far as it is shown
`,
  {
    name: "lstm-cifg",
    title: "LSTM with coupled input and forget gate (peepholes)",
    source: "K. Greff et al., 2015, LSTM: A Search Space Odyssey (CIFG)",
    note:
      "The vanilla block with f = 1 − i. It did as well as the vanilla block, with fewer " +
      "weights.",
  },
);
