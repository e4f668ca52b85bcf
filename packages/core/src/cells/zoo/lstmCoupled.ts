/** The LSTM whose forget gate is what the input gate leaves. */
import { defineCell } from "../defineCell.ts";

export const lstmCoupled = defineCell(
  `
i = sigmoid(W_i·[h[t-1], x[t]] + b_i)  # input gate: how much to write
f = 1 - i                              # forget gate: what is not overwritten is kept
g = tanh(W_g·[h[t-1], x[t]] + b_g)     # candidate: what to write
o = sigmoid(W_o·[h[t-1], x[t]] + b_o)  # output gate: how much to show
c[t] = f * c[t-1] + i * g              # memory cell: what is kept and what is new
h[t] = o * tanh(c[t])                  # output: the memory, as far as it is shown
`,
  {
    name: "lstm-coupled",
    title: "LSTM with coupled input and forget gate",
    source: "K. Greff et al., 2015, LSTM: A Search Space Odyssey (CIFG)",
    note:
      "Something is forgotten only where something is written in its place: a quarter fewer " +
      "weights than an LSTM. Without peepholes; the paper's own block is `lstm-cifg`.",
  },
);
