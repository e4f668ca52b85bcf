/** minLSTM: two gates that see the input alone and share one whole. */
import { defineCell } from "../defineCell.ts";

export const minlstm = defineCell(
  `
f = sigmoid(W_f·x[t] + b_f)       # forget gate: the old state's weight
i = sigmoid(W_i·x[t] + b_i)       # input gate: the candidate's weight
g = W_g·x[t] + b_g                # candidate: what to write
keep = f / (f + i)                # the old state's share
write = i / (f + i)               # the candidate's share: the two add up to 1
h[t] = keep * h[t-1] + write * g  # new state: between the old state and the candidate
`,
  {
    name: "minlstm",
    title: "minLSTM",
    source:
      "L. Feng, F. Tung, M. O. Ahmed, Y. Bengio and H. Hajimirsadeghi, 2024, Were RNNs All We " +
      "Needed?",
    note:
      "As minGRU, with two gates whose shares are made to add up to 1. The paper writes f′ and " +
      "i′ for `keep` and `write`.",
  },
);
