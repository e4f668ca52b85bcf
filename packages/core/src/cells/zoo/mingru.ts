/** minGRU: a gate and a candidate that see the input alone. */
import { defineCell } from "../defineCell.ts";

export const mingru = defineCell(
  `
z = sigmoid(W_z·x[t] + b_z)      # update gate: how much of the state to replace
n = W_n·x[t] + b_n               # candidate: what to replace it with
h[t] = (1 - z) * h[t-1] + z * n  # new state: between the old state and the candidate
`,
  {
    name: "mingru",
    title: "minGRU",
    source:
      "L. Feng, F. Tung, M. O. Ahmed, Y. Bengio and H. Hajimirsadeghi, 2024, Were RNNs All We " +
      "Needed?",
    note:
      "Nothing but the state itself looks back, so all gates of a sequence are one product and " +
      "the state is a running average. One layer cannot let a decision depend on what it " +
      "remembers; stack two or more.",
  },
);
