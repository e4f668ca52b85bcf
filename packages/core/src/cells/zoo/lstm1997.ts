/** The first LSTM, which cannot forget. */
import { defineCell } from "../defineCell.ts";

export const lstm1997 = defineCell(
  `
i = sigmoid(W_i·[h[t-1], x[t]] + b_i)  # input gate: how much to write
g = tanh(W_g·[h[t-1], x[t]] + b_g)     # candidate: what to write
o = sigmoid(W_o·[h[t-1], x[t]] + b_o)  # output gate: how much to show
c[t] = c[t-1] + i * g                  # memory cell: all that was ever written
h[t] = o * tanh(c[t])                  # output: the memory, as far as it is shown
`,
  {
    name: "lstm-1997",
    title: "LSTM of 1997, without a forget gate",
    source: "S. Hochreiter and J. Schmidhuber, 1997, Long Short-Term Memory",
    note:
      "What is written stays, whole, for ever: the gradient along c[t] is exactly 1, and on a " +
      "long stream the memory overflows, which is why the forget gate came. The paper squashes " +
      "with scaled logistic functions and cuts the gradient at the gates; here it is tanh and " +
      "the whole gradient.",
  },
);
